import type { Check } from './checks'

/** `sealscope.install/1`: what `bootc install` does with an image, and what is on the disk afterwards. */
export interface InstallPlan {
  schema: 'sealscope.install/1'
  bootc: { version: string; from: 'option' | 'image' | 'newest' | 'request' }
  command: 'to-disk' | 'to-filesystem'
  /** How bootc runs: in a container of the image, or with `--source-imgref`. */
  source: 'container' | 'imgref'
  answer: 'yes' | 'no' | 'unknown'
  /** bootc's own exit status; negative: a signal. */
  exit: number
  refusal: InstallRefusal | null
  backend: Choice<'composefs' | 'ostree'>
  bootType: Choice<'uki' | 'bls'>
  bootloader: Choice<'systemd' | 'grub' | 'grub-cc' | 'none'>
  /** Digest of the image that boots; null where none was made. */
  deploymentId: string | null
  kernelArguments: InstallKernelArgument[]
  /** As `sfdisk --json` prints it; null: a disk without one. */
  table: InstallTable | null
  /** Null for the ostree backend, with the reason in `warnings`. */
  filesystems: InstallFilesystem[] | null
  espRoom: EspRoom | null
  warnings: InstallWarning[]
  checks: Check[]
}

export interface InstallRefusal {
  /** The last non-empty line of standard error, verbatim. */
  text: string
  /** What is on the disk by then; nothing is undone. */
  after: ('partitions' | 'repository' | 'boot-loader' | 'kernel')[]
}

/** `value` is null where bootc did not come so far. */
export interface Choice<T extends string> {
  value: T | null
  why: string
}

export interface InstallKernelArgument {
  value: string
  from: 'uki' | 'addon' | 'bootc' | 'install-config' | 'kargs.d' | 'image-builder' | 'blueprint' | 'default' // prettier-ignore
  /** The kernel gets it. */
  effective: boolean
  /** Why it does not. */
  deletedBy: string | null
}

export interface InstallTable {
  label: 'gpt' | 'dos'
  id: string
  sectorsize: number
  firstlba: number | null
  lastlba: number | null
  partitions: InstallPartition[]
}

/** `start` and `size` in sectors. */
export interface InstallPartition {
  start: number
  size: number
  type: string
  uuid?: string
  name?: string
  bootable?: boolean
}

export interface InstallFilesystem {
  /** Partition number; 0: the whole disk. */
  n: number
  /** Null: nothing that can be mounted. */
  type: string | null
  label: string | null
  uuid: string | null
  version: string | null
  /** In byte order of the paths. */
  files: InstallFile[]
  /** Of the composefs repository, which the listing leaves out. */
  objects: { count: number; with_verity: number } | null
}

export interface InstallFile {
  path: string
  type: 'dir' | 'file' | 'symlink' | 'other'
  /** Octal; null on FAT and for links. */
  mode: string | null
  /** `uid:gid`; null on FAT. */
  owner: string | null
  /** Null with the digest: the file comes from the machine that runs bootc. */
  size: number | null
  sha256: string | null
  /** Where it is text of at most 6000 bytes. */
  text: string | null
  target: string | null
  selinux: string | null
  verity: boolean
}

/** Bytes on the EFI system partition. */
export interface EspRoom {
  size: number
  used: number
  /** What each further deployment takes. */
  perUpgrade: number
  /** Deployments for which there is room, the installed one included. */
  fits: number
}

export interface InstallWarning {
  id: string
  message: string
  fix: string | null
  source: string
}
