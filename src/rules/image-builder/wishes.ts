import type {
  DirectoryNode,
  FileNode,
  Group,
  Grub2Console,
  IgnitionFirstboot,
  InstallerWish,
  User,
} from './customizations'
import type { DiskWish } from './disk/disk-wish'
import type { FilesystemWish } from './disk/filesystem-layout'

/**
 * A blueprint's customizations in the shape the manifest needs. The checks throw refusals with
 * upstream's texts; they are run where upstream runs them, so that the first error is the same.
 */
export interface Wishes {
  /**
   * Options that are set, dotted, in the order upstream declares them; `kernel` one level deeper
   * (`customizations.kernel.append`).
   */
  setOptions: readonly string[]
  /** `sshkey` entries first, then `user`. */
  users: readonly User[]
  groups: readonly Group[]
  directories: readonly DirectoryNode[]
  files: readonly FileNode[]
  kernelAppend: string
  /** Null: not given; an empty list counts as given. */
  filesystems: readonly FilesystemWish[] | null
  disk: DiskWish | null
  ignition: IgnitionFirstboot | null
  grub2: Grub2Console | null
  installer: InstallerWish | null
  fips: boolean
  checkGroups: () => void
  checkDisk: () => void
  checkDiskLayout: () => void
  checkPartition: (index: number, tableType: 'gpt' | 'dos') => void
  checkNodes: () => void
  checkIgnition: () => void
  checkInstaller: () => void
  checkIso: () => void
}

const nothing = () => undefined

export const NO_WISHES: Wishes = {
  setOptions: [],
  users: [],
  groups: [],
  directories: [],
  files: [],
  kernelAppend: '',
  filesystems: null,
  disk: null,
  ignition: null,
  grub2: null,
  installer: null,
  fips: false,
  checkGroups: nothing,
  checkDisk: nothing,
  checkDiskLayout: nothing,
  checkPartition: nothing,
  checkNodes: nothing,
  checkIgnition: nothing,
  checkInstaller: nothing,
  checkIso: nothing,
}
