import type { Check } from '../../contract/checks'
import type { InstallWarning } from '../../contract/install'
import type { UpgradePlan } from '../../contract/upgrade'
import type { PackageList } from '../../formats/packages/package-list'
import type { Directory } from '../../image/tree/node'
import { resolve } from '../../image/tree/lookup'
import { CommandLine } from '../../rules/bootc/install/cmdline'
import { fatRoom, fatUsed } from '../../rules/bootc/install/disk'
import { espOf } from '../../rules/bootc/install/esp'
import { hasProgram, type InstallImage } from '../../rules/bootc/install/image'
import { runInstall, type InstallInput, type InstallOutcome } from '../../rules/bootc/install/run'
import { installedEntries, rolledBackEntries, upgradedEntries } from '../../rules/bootc/upgrade/entries' // prettier-ignore
import { changedDefaults, mergeEtc, possibleConflicts } from '../../rules/bootc/upgrade/etc-merge'
import { collectedPaths, etcOf, hostOf, runUpgrade, type Host, type UpgradeOutcome } from '../../rules/bootc/upgrade/run' // prettier-ignore
import { softReboot } from '../../rules/bootc/upgrade/soft-reboot'
import type { Judge, Repository } from '../seal/releases'
import { packageChanges } from '../facts/package-changes'
import { installInput } from '../install/answer'

/** Both images as they were read, with what tells their contents apart. */
export interface UpgradeSide {
  image: InstallImage
  containerName: string
  /** Compressed bytes of the layers, in the order of `diffIds`. */
  layerSizes: readonly number[]
  /** Sizes of the contents of files of more than 64 bytes, by fs-verity digest. */
  objects: ReadonlyMap<string, number>
  /** Null: no database that can be read. */
  packages: PackageList | null
}

export interface UpgradeQuestion {
  a: UpgradeSide
  b: UpgradeSide
  judge: Judge
  repository: Repository
  /** The host's own /etc; null: not given. */
  etc: Directory | null
  checks: Check[]
}

/** Installs A in thought, and lets B come. */
export function upgradeDocument(question: UpgradeQuestion): UpgradePlan {
  const { a, b, judge, repository } = question
  const byDefault = installed(a, false)
  // Without a UKI bootc takes ostree, unless it is told otherwise.
  const { outcome: install, host } = byDefault.host === null ? installed(a, true) : byDefault
  const etc = etcAnswer(question)
  const before = host === null ? [] : installedEntries(host.entry)
  const same = a.image.manifestDigest === b.image.manifestDigest
  const outcome = host === null || same ? null : runUpgrade(host, hostInput(b), etc.judged ? etc.conflicts : []) // prettier-ignore
  const next = outcome?.next ?? null
  return {
    schema: 'sealscope.upgrade/1',
    bootc: judge.version,
    repository,
    answer: same ? 'same' : outcome === null ? 'unknown' : outcome.refusal === null ? 'yes' : 'no',
    refusal: refusalOf(question, host, outcome, install.refusal?.text ?? null),
    checks: question.checks,
    deployments: { before: host?.id ?? null, after: b.image.boot.digest },
    fetch: fetchOf(a, b),
    objects: objectsOf(a, b),
    entries: {
      before,
      staged: host === null || next === null ? [] : upgradedEntries(host.entry, next.entry, 'staged'), // prettier-ignore
      after: host === null || next === null ? before : upgradedEntries(host.entry, next.entry, 'current'), // prettier-ignore
      rollback: host === null || next === null ? [] : rolledBackEntries(host.entry, next.entry),
    },
    softReboot: rebootOf(question, host, outcome),
    etc,
    collected: host === null || next === null ? [] : collectedPaths(host, a.image, b.image, host.run.disk), // prettier-ignore
    esp: espOfHost(host, outcome),
    packages: packageChanges(a.packages, b.packages),
    warnings: warningsOf(question, byDefault.host === null && host !== null),
  }
}

function installed(
  side: UpgradeSide,
  forced: boolean,
): { outcome: InstallOutcome; host: Host | null } {
  const outcome = runInstall(hostInput(side, forced), () => new CommandLine())
  return { outcome, host: outcome.exit === 0 ? hostOf(outcome.run) : null }
}

/** As `bootc install to-disk` would find the image, on a disk of its own. */
function hostInput({ image, containerName }: UpgradeSide, forced = false): InstallInput {
  const input = installInput({ image, containerName })
  return forced ? { ...input, args: ['--composefs-backend', ...input.args] } : input
}

function refusalOf(
  { a, b, judge, repository }: UpgradeQuestion,
  host: Host | null,
  outcome: UpgradeOutcome | null,
  installing: string | null,
): UpgradePlan['refusal'] {
  if (a.image.manifestDigest === b.image.manifestDigest) return null
  if (host === null) {
    return installing === null
      ? { text: 'A is installed by ostree: what `bootc upgrade` does there is not modelled', fix: 'install A with --composefs-backend' } // prettier-ignore
      : { text: installing, fix: 'A itself cannot be installed: there is no host that runs it' }
  }
  const refused = outcome?.refusal ?? null
  if (outcome === null || refused === null) return null
  const isWrong = refused.includes('The UKI has the wrong composefs= parameter')
  const old = isWrong && repository === 'v2'
  const fix = old
    ? `the host's repository writes V2 images, and bootc ${judge.version} computes a V2 digest there: set "erofs_formats": {"default": 1} in /sysroot/composefs/meta.json, or install the host anew` // prettier-ignore
    : host.id === outcome.id
      ? 'nothing changed that the digest covers: change the tree, or leave the host as it is'
      : null
  return { text: refused, fix }
}

function fetchOf(a: UpgradeSide, b: UpgradeSide): UpgradePlan['fetch'] {
  const there = new Set(a.image.diffIds)
  const wanted = new Map(b.image.diffIds.map((diffId, index) => [diffId, b.layerSizes[index] ?? 0]))
  const missing = [...wanted].filter(([diffId]) => !there.has(diffId))
  const bytes = missing.reduce((sum, [, size]) => sum + size, 0)
  return { layers: missing.length, bytes, sharedLayers: wanted.size - missing.length }
}

function objectsOf(a: UpgradeSide, b: UpgradeSide): UpgradePlan['objects'] {
  const missing = [...b.objects].filter(([digest]) => !a.objects.has(digest))
  const bytes = missing.reduce((sum, [, size]) => sum + size, 0)
  return { new: missing.length, bytes, shared: b.objects.size - missing.length }
}

function rebootOf(
  { a, b }: UpgradeQuestion,
  host: Host | null,
  outcome: UpgradeOutcome | null,
): UpgradePlan['softReboot'] {
  const next = outcome?.next ?? null
  if (host === null || next === null) return { possible: false, why: 'nothing is staged' }
  const { bootDigest, cmdline } = host
  return softReboot(
    { bootDigest, cmdline, policy: policyOf(a.image) },
    { bootDigest: next.bootDigest, cmdline: next.cmdline, policy: policyOf(b.image) },
  )
}

/** SHA-256 of the newest compiled policy that etc/selinux/config names. */
function policyOf({ root, contents }: InstallImage): string | null {
  const config = resolve(root, 'etc/selinux/config', 'chroot')
  if (config?.kind !== 'file') return null
  const text = new TextDecoder().decode(contents.bytes(config))
  const type = /^SELINUXTYPE=(.*)$/m.exec(text)?.[1]?.trim()
  const folder = resolve(root, `etc/selinux/${type ?? ''}/policy`, 'chroot')
  if (type === undefined || folder?.kind !== 'dir') return null
  const names = [...folder.entries.keys()].filter((name) => /^policy\.\d+$/.test(name))
  const newest = names.sort((one, other) => Number(other.slice(7)) - Number(one.slice(7)))[0]
  const file = newest === undefined ? undefined : folder.entries.get(newest)
  return file?.kind === 'file' ? contents.body(file).sha256 : null
}

function etcAnswer({ a, b, etc }: UpgradeQuestion): UpgradePlan['etc'] {
  const pristine = etcOf(a.image.root)
  const next = etcOf(b.image.root)
  if (pristine === null || next === null) return { merged: [], conflicts: [], unchanged: 0, judged: false } // prettier-ignore
  if (etc === null) {
    const { changed, unchanged } = changedDefaults(pristine, next)
    return { merged: changed, conflicts: possibleConflicts(pristine, next), unchanged, judged: false } // prettier-ignore
  }
  const { kept, conflicts, unchanged } = mergeEtc(pristine, etc, next)
  return { merged: kept.map(({ path }) => path), conflicts, unchanged, judged: true }
}

function espOfHost(host: Host | null, outcome: UpgradeOutcome | null): UpgradePlan['esp'] {
  const esp = host === null ? null : espOf(host.run.disk)
  if (host === null || esp === null) return null
  const size = fatRoom(esp.size)
  const used = fatUsed(esp.volume, esp.size)
  const perUpgrade = outcome?.run?.result.espBytes || host.run.result.espBytes
  const count = (outcome?.next ?? null) === null ? 1 : 2
  const more = perUpgrade === 0 ? 0 : Math.floor(Math.max(0, size - used) / perUpgrade)
  return { size, used, perUpgrade, fits: count + more }
}

function warningsOf({ a, judge, etc }: UpgradeQuestion, forced: boolean): InstallWarning[] {
  const list: InstallWarning[] = []
  if (forced) {
    list.push({ id: 'composefs-host', message: 'A has no UKI: the host is taken as installed with --composefs-backend; one of the ostree backend upgrades in another way, and cannot be switched', fix: null, source: 'bootc install.rs' }) // prettier-ignore
  }
  if (!hasProgram(a.image.root, 'podman')) {
    list.push({
      id: 'no-podman',
      message: 'A has no podman: on a host that runs it `bootc upgrade` stops with "Creating imgstorage: Initializing images: No such file or directory (os error 2)"', // prettier-ignore
      fix: 'install podman in the image',
      source: 'bootc podstorage.rs',
    })
  }
  if (judge.warning !== null) {
    list.push({ id: 'release-unknown', message: judge.warning, fix: null, source: 'Sealscope src/answers/seal/releases.ts' }) // prettier-ignore
  }
  if (etc === null) {
    list.push({ id: 'etc-not-given', message: "the host's own /etc was not given: conflicts are those that a change there would make", fix: 'pass it as --etc DIR or --etc FILE.tar', source: 'bootc crates/etc-merge' }) // prettier-ignore
  }
  return list
}
