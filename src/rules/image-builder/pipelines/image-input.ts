import type { ContainerSpec } from '../containers'
import type {
  DirectoryNode,
  FileNode,
  Group,
  Grub2Console,
  IgnitionFirstboot,
  Subscription,
  User,
} from '../customizations'
import type { MountConfiguration } from '../disk/disk-yaml'
import type { PartitionTable } from '../disk/model'
import type { HostFile } from '../request'
import type { Target } from '../target'

/** The disk with the system installed: what all disk types and pxe-tar-xz have in common. */
export interface ImageInput {
  target: Target
  /** File of the disk. */
  filename: string
  table: PartitionTable
  /** Pipeline whose tree raw payloads come from. */
  source: string
  container: ContainerSpec
  kernelArguments: readonly string[]
  /** Unified kernel: composefs, and no customization. pxe-tar-xz never passes it on. */
  sealed: boolean
  bootloader: string
  uefiVendor: string
  selinuxPolicy: string
  mounts: MountConfiguration
  /** pxe-tar-xz: directories that dmsquash-live looks for; no ignition, no GRUB console. */
  live: boolean
  users: readonly User[]
  groups: readonly Group[]
  directories: readonly DirectoryNode[]
  files: readonly FileNode[]
  ignition: IgnitionFirstboot | null
  grub2: Grub2Console | null
  subscription: Subscription | null
  /** A file on the host, for `files[].uri`; null: not known. */
  hostFile: (path: string) => HostFile | null
  /** Seeds the salts of plain passwords. */
  salt: string
}
