import type { Check, CheckAnswer, CheckReason } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import type { DiskLayout, EspRoom, RootRoom } from '../../contract/plan'
import { argumentOf, valueOf, wordsOf } from './command-line'
import { fileSystemOf, mountAt, type MountedAt, uuidOf } from './layout'

/** GPT types of the root partition that systemd-gpt-auto-generator takes, by architecture (UAPI.2). */
export const ROOT_TYPES: Readonly<Record<string, string>> = {
  x86_64: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  aarch64: 'b921b045-1df0-41c3-af44-4c6f280d3fae',
  ppc64le: 'c31c45e6-3f39-412e-80fb-4809c4980599',
  s390x: '5eead9a9-fe09-4a1e-a1d7-520d00531306',
  riscv64: '72ec70a6-cf74-40e6-bd49-4bda08e8f224',
}

export interface PlannedDisk {
  facts: ImageFacts | null
  layout: DiskLayout | null
  sealed: boolean
  esp: EspRoom | null
  root: RootRoom | null
}

/** What boots from the planned disk: the command line must find the root that the layout has. */
export function plannedBootReasons(disk: PlannedDisk): CheckReason[] {
  const { facts, layout, sealed } = disk
  const root = mountAt(layout, '/')
  if (layout === null || root === null || !sealed) return []
  const line = facts?.ukis[0]?.cmdline ?? null
  if (facts === null || line === null) return []
  const words = wordsOf(line)
  return [
    ...rootReasons(words, root, layout, facts.arch ?? 'x86_64'),
    ...subvolumeReasons(words, root),
    ...verityReasons(facts, root, 'boot'),
  ]
}

/** What `bootc install to-filesystem` says to the planned file systems. */
export function plannedInstallReasons(disk: PlannedDisk): CheckReason[] {
  const { facts, layout, sealed, esp } = disk
  const root = mountAt(layout, '/')
  if (facts !== null && layout !== null && sealBreaks(facts)) return [brokenSeal(facts)]
  if (root === null || facts === null) return []
  if (!sealed) return rootReasonsOf(disk.root)
  return [
    ...verityReasons(facts, root, 'install'),
    ...rootReasonsOf(disk.root),
    ...espReasons(esp),
    ...smallExt4(facts, root),
  ]
}

/** Whether bootc compares the digest of the layers with the one that is demanded, and finds another. */
function sealBreaks({ seal }: ImageFacts): boolean {
  return seal.verdict === 'UKI_SEALED' && seal.proof?.holds === false
}

function brokenSeal({ seal }: ImageFacts): CheckReason {
  const cause = seal.proof?.causes[0]
  const why = cause === undefined ? '' : ` (${cause.message})`
  const message = `the seal does not hold: the layers give another digest than the kernel image demands, and bootc refuses the image${why}`
  return reason('seal-broken', 'error', message, cause?.fix ?? 'seal the image again, as the last step', 'bootc bootc_composefs/boot.rs') // prettier-ignore
}

function rootReasonsOf(root: RootRoom | null): CheckReason[] {
  if (root === null || root.size >= root.image) return []
  const message = `the root file system has ${root.size} bytes, the unpacked image takes ${root.image}: bootc runs out of space`
  return [reason('root-too-small', 'error', message, 'a larger minsize for /, or --size', 'bootc install.rs')] // prettier-ignore
}

function rootReasons(
  words: readonly string[],
  root: MountedAt,
  layout: DiskLayout,
  arch: string,
): CheckReason[] {
  const wanted = valueOf(words, 'root')
  if (typeof wanted === 'string' && wanted !== '' && !/^(gpt-auto|gpt-auto-force)$/.test(wanted)) {
    return namedRoot(wanted, root)
  }
  if (/^(0|no|off|false)$/.test(valueOf(words, 'systemd.gpt_auto') ?? '')) {
    return [notFound('the UKI has no root=, and systemd.gpt_auto=0 turns the search for it off', 'write root= into the UKI')] // prettier-ignore
  }
  const type = ROOT_TYPES[arch]
  const source = 'UAPI.2; systemd-gpt-auto-generator(8)'
  const remedy = 'in the blueprint: [customizations.disk] type = "gpt"; or a type for the root partition in disk.yaml; or root= in the UKI' // prettier-ignore
  if (layout.table !== 'gpt') {
    return [notFound('the UKI has no root=, so systemd looks for the root partition by its GPT type, and a DOS table has none', remedy, source)] // prettier-ignore
  }
  if (root.chain.some(({ kind }) => kind === 'lvm' || kind === 'lv')) {
    return [notFound('the UKI has no root=, so systemd looks for a root partition by its GPT type, and finds none inside LVM', 'a plain or btrfs partition for /, or root= in the UKI', source)] // prettier-ignore
  }
  if (type === undefined || root.partition.type.toLowerCase() === type) return []
  const { number, type: own } = root.partition
  const name = own.toLowerCase() === '0fc63daf-8483-4772-8e79-3d69d8477de4' ? 'Linux data' : 'another one' // prettier-ignore
  const message = `the UKI has no root=, so systemd looks for a partition of the type ${type.toUpperCase()} (root of ${arch}); partition ${number}, which holds /, has the type ${own} (${name}): the machine ends in emergency mode`
  const plain = `part_type = "${type.toUpperCase()}" for this partition of customizations.disk, or root= in the UKI`
  return [notFound(message, root.payload.kind === 'subvolume' ? plain : remedy, source)]
}

function notFound(message: string, fix: string, source = 'UAPI.2'): CheckReason {
  return reason('root-not-found', 'error', message, fix, source)
}

function reason(
  id: string,
  severity: CheckReason['severity'],
  message: string,
  fix: string | null,
  source: string,
  upstream: string | null = null,
): CheckReason {
  return { id, severity, message, upstream, path: null, layer: null, fix, source }
}

/** `root=` that names what the planned partition is not (kernel-command-line(7)). */
function namedRoot(wanted: string, root: MountedAt): CheckReason[] {
  const [, kind = '', value = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/.exec(wanted) ?? []
  const label = root.chain.findLast((payload) => payload.label !== null)?.label ?? null
  const planned: Readonly<Record<string, string | null>> = {
    UUID: uuidOf(root),
    LABEL: label,
    PARTLABEL: root.partition.name,
  }
  const own = planned[kind]
  if (own !== undefined && own?.toLowerCase() !== value.toLowerCase()) {
    const message = `the UKI says root=${wanted}; the planned root has ${kind} ${own ?? 'none'}`
    return [notFound(message, 'leave root= out of the UKI, or plan a root that it names')]
  }
  if (own !== undefined) return []
  const message = `the UKI says root=${wanted}: whether the planned disk has that name on the machine is not known`
  return [reason('root-by-name', 'warning', message, null, 'kernel-command-line(7)')]
}

/** image-builder makes the subvolume of `/` without making it the default. */
function subvolumeReasons(words: readonly string[], root: MountedAt): CheckReason[] {
  if (fileSystemOf(root) !== 'btrfs' || root.payload.kind !== 'subvolume') return []
  const name = root.payload.name ?? ''
  const flags = words.map(argumentOf).filter(({ key }) => key === 'rootflags').flatMap(({ value }) => value?.split(',') ?? []) // prettier-ignore
  const chosen = flags.findLast((flag) => flag.startsWith('subvol='))?.slice('subvol='.length)
  const bare = (path: string) => path.replace(/^\/+/, '')
  if (name === '' || (chosen !== undefined && bare(chosen) === bare(name))) return []
  const found = chosen === undefined ? 'names none' : `names ${chosen}`
  const message = `the root is the btrfs subvolume ${name}, which is not the default one, and the command line of the UKI ${found}: the kernel mounts another one, without the system in it`
  return [reason('wrong-subvolume', 'error', message, `rootflags=subvol=${name} in the UKI, or ext4 for /`, 'fedora-atomic-desktops-sealed#38')] // prettier-ignore
}

const XFS = 'Specified filesystem xfs does not support fs-verity'

/** A digest that is demanded needs fs-verity below it: ext4 or btrfs (bootc install/config.rs). */
function verityReasons(facts: ImageFacts, root: MountedAt, of: 'boot' | 'install'): CheckReason[] {
  const demanded = facts.seal.claimed[0]
  const kind = fileSystemOf(root)
  if (demanded === undefined || demanded.optional || kind !== 'xfs') return []
  const fix = 'ext4 or btrfs for / (--rootfs ext4, or the install configuration of the image)'
  return of === 'install'
    ? [reason('xfs-has-no-verity', 'error', 'the UKI demands a digest, and xfs has no fs-verity to enforce it: bootc refuses the file system (where it reads the image from elsewhere, as for osbuild, it does not look, and the installed system is not protected)', fix, 'bootc install.rs', XFS)] // prettier-ignore
    : [reason('not-protected', 'error', 'the UKI demands a digest, and xfs has no fs-verity: the root cannot be mounted as demanded', fix, 'composefs-setup-root')] // prettier-ignore
}

function espReasons(esp: EspRoom | null): CheckReason[] {
  if (esp === null || esp.fits > 0) return []
  const message = `the kernel image has ${esp.perUpgrade} bytes, the planned EFI system partition ${esp.size}: it does not fit, and the installation fails`
  return [reason('esp-too-small', 'error', message, 'a larger partition for /boot/efi', 'bootc bootc_composefs/boot.rs')] // prettier-ignore
}

/** mke2fs takes blocks of 1 KiB below this size, unless mke2fs.conf says otherwise; fs-verity needs whole pages. */
const SMALL_EXT4 = 512 * 2 ** 20

function smallExt4(facts: ImageFacts, root: MountedAt): CheckReason[] {
  if (fileSystemOf(root) !== 'ext4' || root.size >= SMALL_EXT4) return []
  if (facts.seal.claimed[0]?.optional !== false) return []
  const message = `the root has ${root.size} bytes: below 512 MiB mke2fs makes blocks of 1 KiB, unless its configuration says otherwise, and fs-verity does not work on those`
  return [reason('small-ext4', 'warning', message, 'at least 1 GiB for /', 'golden runs of bootc: ext4 of 1 KiB blocks')] // prettier-ignore
}

/** A check from what was found; errors make it a no. */
export function checkOf(
  id: 'boot' | 'install',
  reasons: readonly CheckReason[],
  unknown: string | null,
): Check {
  const order = { error: 0, warning: 1, info: 2 }
  const sorted = [...reasons].sort((a, b) => order[a.severity] - order[b.severity])
  const first = sorted.find(({ severity }) => severity === 'error')
  const answer: CheckAnswer = first !== undefined ? 'no' : unknown === null ? 'yes' : 'unknown'
  return { id, answer, summary: summaryOf(id, first ?? null, unknown), reasons: sorted }
}

function summaryOf(
  id: 'boot' | 'install',
  first: CheckReason | null,
  unknown: string | null,
): string {
  const what = id === 'boot' ? 'The planned disk does not boot' : 'The installation fails'
  if (first !== null) return `${what}: ${first.message}.`
  if (unknown !== null) return `Not known: ${unknown}.`
  return id === 'boot'
    ? 'The command line finds the root of the planned disk.'
    : 'Nothing is known against an installation on the planned file systems.'
}
