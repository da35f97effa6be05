import type { CheckReason } from '../../contract/checks'
import { splitKargs } from '../../rules/bootc/kargs'
import { ROOT_TYPES, type BootDisk, type BootRoot } from './disk'
import { reason } from './reasons'

const GPT_AUTO = 'UAPI.2; systemd-gpt-auto-generator(8)'

interface RootQuestion {
  /** Command line of the UKI. */
  cmdline: string
  arch: string
  disk: BootDisk
  demandsVerity: boolean
}

/** Does the command line find the root of the disk, the right subvolume of it, and fs-verity where it is demanded? */
export function rootReasons({ cmdline, arch, disk, demandsVerity }: RootQuestion): CheckReason[] {
  const { root } = disk
  if (root === null) return [notFound('the disk has no partition for /', 'add one')]
  const words = splitKargs(cmdline)
  const named = valueOf(words, 'root')
  const isNamed = named !== null && named !== '' && !/^gpt-auto(-force)?$/.test(named)
  return [
    ...(isNamed ? namedRoot(named, root, disk) : discoveredRoot(words, arch, disk, root)),
    ...subvolume(words, root),
    ...(demandsVerity ? verity(root) : []),
  ]
}

/** The last one counts, as for the kernel and systemd. */
function valueOf(words: readonly string[], key: string): string | null {
  const found = words.findLast((word) => word.startsWith(`${key}=`))
  return found === undefined ? null : found.slice(key.length + 1).replace(/^"(.*)"$/, '$1')
}

function discoveredRoot(
  words: readonly string[],
  arch: string,
  { table }: BootDisk,
  root: BootRoot,
): CheckReason[] {
  const fix = 'a root partition of the right type (in a blueprint: customizations.disk with type = "gpt", or part_type; or a type in disk.yaml), or root= in the UKI' // prettier-ignore
  if (/^(0|no|off|false)$/.test(valueOf(words, 'systemd.gpt_auto') ?? '')) {
    return [notFound('the UKI has no root=, and systemd.gpt_auto=0 turns the search for it off', 'write root= into the UKI')] // prettier-ignore
  }
  if (table !== 'gpt') {
    return [notFound('the UKI has no root=, so systemd looks for the root partition by its GPT type, and a DOS table has none', fix)] // prettier-ignore
  }
  if (root.within === 'lvm') {
    return [notFound('the UKI has no root=, so systemd looks for a root partition by its GPT type, and finds none inside LVM', fix)] // prettier-ignore
  }
  const type = Object.hasOwn(ROOT_TYPES, arch) ? ROOT_TYPES[arch] : undefined
  if (type === undefined || root.type.toLowerCase() === type) return []
  const which = root.partition === null ? 'the root partition' : `partition ${root.partition}, which holds /,` // prettier-ignore
  return [
    notFound(`the UKI has no root=, so systemd looks for a partition of the type ${type.toUpperCase()} (root of ${arch}); ${which} has the type ${root.type.toUpperCase()}: the machine ends in emergency mode`, fix), // prettier-ignore
  ]
}

function notFound(message: string, fix: string): CheckReason {
  return reason('root-not-found', 'error', message, { fix, source: GPT_AUTO })
}

/** `root=` with a name of the file system or partition (kernel-command-line(7)). */
function namedRoot(named: string, root: BootRoot, { madeBy }: BootDisk): CheckReason[] {
  const [, kind = '', value = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/.exec(named) ?? []
  const own: Readonly<Record<string, string | null>> = {
    UUID: root.uuid,
    LABEL: root.label,
    PARTUUID: root.partUuid,
    PARTLABEL: root.partLabel,
  }
  const planned = own[kind] ?? null
  if (planned !== null && planned.toLowerCase() === value.toLowerCase()) return []
  if (planned !== null) {
    return [notFound(`the UKI says root=${named}, and the root has ${kind}=${planned}`, 'leave root= out of the UKI, or make a root that it names')] // prettier-ignore
  }
  const who = madeBy === 'bootc' ? '`bootc install to-disk` makes up names of its own' : 'the plan does not fix that name' // prettier-ignore
  return [
    reason('root-by-name', 'warning', `the UKI says root=${named}: only a disk with that name boots, and ${who}`, { fix: 'leave root= out of the UKI, so that the root is found by the type of its partition', source: 'kernel-command-line(7)' }), // prettier-ignore
  ]
}

/** Another subvolume than the default one must be named. */
function subvolume(words: readonly string[], root: BootRoot): CheckReason[] {
  if (root.fileSystem !== 'btrfs' || root.subvolume === null) return []
  const flags = words.filter((word) => word.startsWith('rootflags=')).flatMap((word) => word.slice('rootflags='.length).replace(/^"(.*)"$/, '$1').split(',')) // prettier-ignore
  const chosen = flags.findLast((flag) => flag.startsWith('subvol='))?.slice('subvol='.length)
  const bare = (path: string) => path.replace(/^\/+/, '')
  if (chosen !== undefined && bare(chosen) === bare(root.subvolume)) return []
  const message = `/ is the btrfs subvolume ${root.subvolume}, which is not the default one, and the UKI ${chosen === undefined ? 'names none' : `names ${chosen}`}: another one is mounted, without the system in it`
  return [reason('wrong-subvolume', 'error', message, { fix: `rootflags=subvol=${root.subvolume} in the UKI, or ext4 for /`, source: 'fedora-atomic-desktops-sealed issue 38' })] // prettier-ignore
}

/** A digest that is demanded needs fs-verity below it; bootc looks at the type of the file system only. */
function verity(root: BootRoot): CheckReason[] {
  if (root.verity !== false) return []
  const kind = root.fileSystem ?? 'this file system'
  const message = kind === 'ext4' ? 'the UKI demands a digest, and the ext4 of / is made without the feature verity: not protected, and objects without fs-verity are refused at boot' : `the UKI demands a digest, and ${kind} has no fs-verity: not protected, and the root is refused at boot` // prettier-ignore
  return [reason('not-protected', 'error', message, { fix: 'ext4 with the feature verity, or btrfs, for /', source: 'golden runs of bootc; composefs-rs composefs-setup-root' })] // prettier-ignore
}
