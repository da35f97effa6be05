import type { Check } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import type { BuildAnswer, Consequence, EspRoom, Outcome, RootRoom } from '../../contract/plan'
import { formatBytes } from '../words/sizes'
import { labelRefusal } from './build-answer'
import { argumentOf } from './command-line'
import { givesLogin } from './caveats/accounts'
import type { TypeFamily } from './image-list'
import type { ImageTree } from './image-tree'
import type { Item } from './items'
import { memberText } from './values'

export interface ConsequenceInput {
  facts: ImageFacts | null
  tree: ImageTree
  items: readonly Item[]
  /** One for each item. */
  outcomes: readonly Outcome[]
  family: TypeFamily
  sealed: boolean
  imgref: string
  build: BuildAnswer
  checks: readonly Check[]
  esp: EspRoom | null
  root: RootRoom | null
  /** Words of the final command line; null: not known. */
  commandLine: readonly string[] | null
  /** An installer ISO is made of a container without an installer. */
  lacksAnaconda: boolean
}

const RANK = { error: 0, warning: 1, info: 2 }

/**
 * What the plan means for whoever deploys it, the worst first. Where image-builder refuses, nothing is built, and that
 * is all there is to say.
 */
export function consequencesOf(input: ConsequenceInput): Consequence[] {
  const { build } = input
  if (build.answer === 'refused') {
    return build.reasons.map(
      ({ id, message, fix }) =>
      consequence(id === 'no-bootc-label' ? 'bootc-image-builder-refuses' : 'image-builder-refuses', 'error', message, fix), // prettier-ignore
    )
  }
  const found = [
    ...buildStops(input),
    ...ofChecks(input),
    ...loginConsequences(input),
    ...espConsequences(input),
    ...diskConsequences(input),
    ...mountConsequences(input),
    ...consoleConsequences(input),
    ...labelConsequences(input),
    ...installerConsequences(input),
  ]
  return found.sort((a, b) => RANK[a.severity] - RANK[b.severity])
}

function consequence(
  id: string,
  severity: Consequence['severity'],
  message: string,
  fix: string | null = null,
  items: string[] = [],
): Consequence {
  return { id, severity, message, items, fix }
}

function buildStops({ build, outcomes }: ConsequenceInput): Consequence[] {
  if (build.answer !== 'stops') return []
  const items = outcomes.filter(({ caveats }) => caveats.some(({ stops }) => stops))
  const [first] = build.reasons
  const more = build.reasons.length > 1 ? ` (and ${build.reasons.length - 1} more)` : ''
  const message = `The build would stop: ${first?.message ?? ''}${more}.`
  return [consequence('build-stops', 'error', message, first?.fix ?? null, items.map(({ item }) => item))] // prettier-ignore
}

/** What does not boot; what does not install stops the build, and is said there. */
function ofChecks({ checks }: ConsequenceInput): Consequence[] {
  return checks
    .filter(({ id, answer }) => id === 'boot' && answer === 'no')
    .flatMap(({ reasons }) => reasons.filter(({ severity }) => severity === 'error'))
    .map(({ id, message, fix }) => consequence(id, 'error', sentence(message), fix))
}

const WAYS: Readonly<Record<string, string>> = {
  'cloud-init': 'cloud-init',
  ignition: 'Ignition',
  credential: 'a systemd credential',
  'first-boot-setup': 'the setup at the first boot',
  autologin: 'the automatic login',
  'directory-service': 'the directory service',
  afterburn: 'Afterburn',
}

function loginConsequences(input: ConsequenceInput): Consequence[] {
  const { family, tree, items, outcomes } = input
  if (family !== 'disk' && family !== 'network') return []
  const wanted = items.flatMap((item, index) => {
    const isUser = item.key === 'customizations.user' || item.key === 'customizations.sshkey'
    const outcome = outcomes[index]
    return isUser && outcome !== undefined ? [{ item, outcome }] : []
  })
  const made = wanted.filter(({ outcome }) => outcome.changesPipelines)
  if (made.some(({ item }) => givesLogin(item.value))) return []
  const lost = wanted.filter(({ outcome }) => !outcome.changesPipelines)
  const names = [...new Set(lost.map(({ item }) => nameOf(item)))].filter((name) => name !== '')
  const inImage = (name: string) => (tree.user(name)?.login.length ?? 0) > 0
  if (lost.length > 0 && names.every(inImage)) return []
  const paths = lost.map(({ item }) => item.name)
  const who = names.length === 0 ? '' : `${names.length === 1 ? 'the user' : 'the users'} ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not made` // prettier-ignore
  const fix = 'declare the user in the image (see the Containerfile of this plan), or hand a credential to each machine' // prettier-ignore
  if (!tree.known) {
    if (lost.length === 0) return []
    return [consequence('user-missing', 'warning', `${capital(who)}; whether the image itself lets somebody in is not known.`, fix, paths)] // prettier-ignore
  }
  const others = loginsOf(tree)
  if (others === null) {
    const message = `Nobody can log in: ${who === '' ? '' : `${who}, and `}the image has no account with a password or a key, no cloud-init, no Ignition and no credential.`
    return [consequence('nobody-can-log-in', lost.length > 0 ? 'error' : 'warning', message, fix, paths)] // prettier-ignore
  }
  if (lost.length === 0) return []
  return [consequence('user-missing', 'warning', `${capital(who)}; the way in is ${others}.`, fix, paths)] // prettier-ignore
}

function nameOf({ key, value }: Item): string {
  return memberText(value, key === 'customizations.sshkey' ? 'user' : 'name') ?? ''
}

/** Who can log in as the image is, in words; null: nobody. */
export function loginsOf(tree: ImageTree): string | null {
  const accounts = (tree.record?.users ?? []).filter(
    ({ login, shell }) => login.length > 0 && !/\/(nologin|false|sync|halt|shutdown)$/.test(shell ?? ''), // prettier-ignore
  )
  const ways = tree.record?.loginWays ?? []
  const named = accounts.slice(0, 3).map(({ name, login }) => `${name} (${login.map((way) => way.replace('-', ' ')).join(', ')})`) // prettier-ignore
  const all = [...named, ...ways.map(({ id }) => WAYS[id] ?? id)]
  return all.length === 0 ? null : all.join(', ')
}

function espConsequences({ esp, sealed, checks }: ConsequenceInput): Consequence[] {
  if (esp === null || !sealed || esp.fits >= 3) return []
  if (esp.fits === 0 && checks.some(({ answer }) => answer === 'no')) return []
  const has = `The planned EFI system partition has ${formatBytes(esp.size)}, a kernel image ${formatBytes(esp.perUpgrade)}` // prettier-ignore
  const fix = 'a larger partition for /boot/efi (three kernel images and the boot loader), or a smaller initramfs' // prettier-ignore
  if (esp.fits <= 1) {
    return [consequence('esp-full', 'error', `${has}: ${esp.fits === 0 ? 'it does not fit' : 'the first update fails'}.`, fix)] // prettier-ignore
  }
  return [consequence('esp-full', 'warning', `${has}: two fit, so an update fails while a third (booted, next, previous) is kept.`, fix)] // prettier-ignore
}

function diskConsequences({ root, family }: ConsequenceInput): Consequence[] {
  if (root === null || family !== 'disk') return []
  const has = `The root file system has ${formatBytes(root.size)}, the unpacked image takes ${formatBytes(root.image)}` // prettier-ignore
  const fix = 'a minsize for / in the blueprint, or --size'
  if (root.free < 0) {
    return [consequence('disk-full', 'error', `${has}: it does not fit.`, fix)]
  }
  if (root.free >= root.image) return []
  return [consequence('disk-full', 'warning', `${has}: about ${formatBytes(root.free)} are free then, less than an update that shares nothing with it needs.`, fix)] // prettier-ignore
}

const MOUNT_CAVEATS: Readonly<Record<string, string>> = {
  'nobody-mounts': 'partition-not-mounted',
  'nobody-swaps': 'partition-not-mounted',
  'mount-through-link': 'mount-fails',
  'mount-point-missing': 'mount-fails',
  'mount-point-no-directory': 'mount-fails',
  'mount-hides-image': 'mount-hides-image',
}

function mountConsequences({ outcomes }: ConsequenceInput): Consequence[] {
  return outcomes.flatMap(({ item, caveats }) =>
    caveats.flatMap(({ id, message, fix }) => {
      const known = MOUNT_CAVEATS[id]
      if (known === undefined) return []
      const severity = id === 'mount-hides-image' ? 'error' : 'warning'
      return [consequence(known, severity, sentence(message), fix, [item])]
    }),
  )
}

function consoleConsequences({
  sealed,
  family,
  commandLine,
  items,
  outcomes,
}: ConsequenceInput): Consequence[] {
  if (!sealed || family !== 'disk' || commandLine === null) return []
  if (commandLine.some((word) => argumentOf(word).key === 'console')) return []
  const lost = items.flatMap((item, index) => {
    const asks = item.key === 'customizations.bootloader' || (item.key === 'customizations.kernel.append' && item.value.kind === 'string' && /(^|\s)console=/.test(item.value.value)) // prettier-ignore
    return asks && outcomes[index]?.changesPipelines === false ? [item.name] : []
  })
  const message = 'No serial console: the command line in the UKI names none, and what image-builder adds for ordinary images (console=tty0 console=ttyS0) does not arrive.' // prettier-ignore
  const fix = 'kargs = ["console=tty0", "console=ttyS0"] in usr/lib/bootc/kargs.d, then seal again'
  return [consequence('no-console', 'warning', message, fix, lost)]
}

function labelConsequences({ facts, imgref }: ConsequenceInput): Consequence[] {
  return labelRefusal(facts, imgref).map(
    ({ message, fix }) =>
    consequence('bootc-image-builder-refuses', 'info', `${sentence(message)} image-builder does not look at it.`, fix), // prettier-ignore
  )
}

function installerConsequences({ lacksAnaconda }: ConsequenceInput): Consequence[] {
  if (!lacksAnaconda) return []
  const message = 'The container that the ISO boots has no Anaconda (usr/libexec/anaconda): there is nothing that installs.' // prettier-ignore
  return [consequence('no-anaconda', 'error', message, 'a container with anaconda-core or anaconda-live and lorax as SOURCE; the system itself as --installer-payload')] // prettier-ignore
}

function sentence(text: string): string {
  return `${capital(text)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/** Names of programs keep their small letter. */
function capital(text: string): string {
  if (/^(image-builder|bootc|osbuild|systemd)/.test(text)) return text
  return text.charAt(0).toUpperCase() + text.slice(1)
}
