import type { ImageFacts } from '../../contract/facts'
import { sameArgument, wordsOf } from './command-line'
import { MOUNTED_ANYWAY } from './caveats/mounts'
import type { ImageTree } from './image-tree'
import type { Item } from './items'
import { consoleOf } from './instead/kernel'
import { unitName } from './unit-name'
import { memberText, memberTexts, objectsOf, textOf, valueAt } from './values'

/**
 * The path in the image that brings what an item asks for, although image-builder writes nothing: a declared user
 * with a way to log in, a file, a unit that is enabled, an argument that was baked in. Contents of files are not
 * compared. Null: the image does not bring it, or nobody knows.
 */
export function inImage(item: Item, tree: ImageTree, facts: ImageFacts | null): string | null {
  if (!tree.known || facts === null) return null
  const rule = Object.hasOwn(RULES, item.key) ? RULES[item.key] : undefined
  return rule?.(item, tree, facts) ?? null
}

type Rule = (item: Item, tree: ImageTree, facts: ImageFacts) => string | null

const user: Rule = ({ value, key }, tree) => {
  const name = memberText(value, key === 'customizations.sshkey' ? 'user' : 'name') ?? ''
  const known = tree.user(name)
  const wants = ['key', 'password'].some((member) => (memberText(value, member) ?? '') !== '')
  return known === null || (wants && known.login.length === 0) ? null : known.from
}

const group: Rule = ({ value }, tree) => tree.group(memberText(value, 'name') ?? '')?.from ?? null

function path(of: string): Rule {
  return ({ value }, tree) => existing((memberText(value, of) ?? '').replace(/^\/+/, ''), tree)
}

function existing(file: string, tree: ImageTree): string | null {
  return file !== '' && tree.has(file) ? file : null
}

function fixed(file: string): Rule {
  return (_, tree) => existing(file, tree)
}

const mounts: Rule = ({ value, key }, tree) => {
  const volumes = key === 'customizations.filesystem' ? [value] : disks(value)
  const wanted = volumes.map((volume) => memberText(volume, 'mountpoint') ?? '').filter((at) => at !== '' && !MOUNTED_ANYWAY.includes(at)) // prettier-ignore
  const units = wanted.map((at) => `usr/lib/systemd/system/${unitName(tree.lookUp(at).canonical)}.mount`) // prettier-ignore
  const [first] = units
  return first !== undefined && units.every((unit) => tree.has(unit)) ? first : null
}

function disks(disk: Item['value']): Item['value'][] {
  return objectsOf(valueAt(disk, 'partitions')).flatMap((part) => [
    part,
    ...objectsOf(valueAt(part, 'logical_volumes')),
    ...objectsOf(valueAt(part, 'subvolumes')),
  ])
}

const services: Rule = ({ value }, tree) => {
  const wanted = ['enabled', 'disabled', 'masked'].flatMap((key) => memberTexts(value, key))
  const enabled = memberTexts(value, 'enabled').map((name) => enabledBy(name, tree))
  const [first = null] = enabled
  return enabled.length === wanted.length && enabled.every((each) => each !== null) ? first : null
}

/** The link that `systemctl enable` makes. */
function enabledBy(name: string, tree: ImageTree): string | null {
  const unit = /\.[a-z]+$/.test(name) ? name : `${name}.service`
  const folders = tree.namesBelow('etc/systemd/system').filter((each) => each.endsWith('.wants'))
  const found = folders.find((folder) => tree.namesBelow(`etc/systemd/system/${folder}`).includes(unit)) // prettier-ignore
  return found === undefined ? null : `etc/systemd/system/${found}/${unit}`
}

/** On a command line that arrives: of a UKI its own, else kargs.d. */
function kargs(of: (item: Item) => string[]): Rule {
  return (item, _, facts) => {
    const words = of(item)
    const uki = facts.kernel?.unified === true
    const line = uki ? wordsOf(facts.ukis[0]?.cmdline ?? '') : (facts.kargs ?? [])
    const all = words.length > 0 && words.every((word) => line.some((each) => sameArgument(each, word))) // prettier-ignore
    return all ? (uki ? (facts.kernel?.path ?? 'the UKI') : 'usr/lib/bootc/kargs.d') : null
  }
}

const timezone: Rule = ({ value }, tree) => {
  const zone = memberText(value, 'timezone') ?? ''
  const { canonical, link } = tree.lookUp('/etc/localtime')
  return zone !== '' && link !== null && canonical.endsWith(`/zoneinfo/${zone}`) ? 'etc/localtime' : null // prettier-ignore
}

const RULES: Readonly<Record<string, Rule>> = {
  'customizations.user': user,
  'customizations.sshkey': user,
  'customizations.group': group,
  'customizations.files': path('path'),
  'customizations.directories': path('path'),
  'customizations.filesystem': mounts,
  'customizations.disk': mounts,
  'customizations.services': services,
  'customizations.timezone': timezone,
  'customizations.hostname': fixed('etc/hostname'),
  'customizations.sshd': fixed('etc/ssh/sshd_config.d/40-site.conf'),
  'customizations.kernel.append': kargs(({ value }) => wordsOf(textOf(value) ?? '')),
  'customizations.bootloader': kargs(({ value }) => [consoleOf(value)]),
  'customizations.fips': kargs(() => ['fips=1']),
  'customizations.repositories': ({ value }, tree) =>
    existing(`etc/yum.repos.d/${(memberText(value, 'id') ?? '').replaceAll(':', '_')}.repo`, tree),
  'customizations.cacerts': fixed('etc/pki/ca-trust/source/anchors/site-1.pem'),
  'customizations.firstboot': fixed('usr/lib/systemd/system/site-firstboot.service'),
  'customizations.locale': ({ value }, tree) =>
    existing(memberTexts(value, 'languages').length > 0 ? 'etc/locale.conf' : 'etc/vconsole.conf', tree), // prettier-ignore
}
