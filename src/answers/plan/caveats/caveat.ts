import type { Caveat, DiskLayout } from '../../../contract/plan'
import type { ImageTree } from '../image-tree'
import type { Item } from '../items'
import type { TypeFamily } from '../image-list'
import type { TargetId } from '../../../rules/image-builder/target'

/** What an item is held against. */
export interface CaveatContext {
  tree: ImageTree
  items: readonly Item[]
  family: TypeFamily
  target: TargetId
  sealed: boolean
  layout: DiskLayout | null
  /** Who mounts the partitions: units or an fstab in the deployment; null: nobody. */
  mounts: 'units' | 'fstab' | null
  /** What the image needs unpacked, bytes; null: not known. */
  imageSize: number | null
  /** Modules of the initramfs; null: not known. */
  initrdModules: readonly string[] | null
}

/** The stage is written, but something of it does not arrive. */
export function caveat(id: string, message: string, fix: string | null = null): Caveat {
  return { id, message, fix, stops: false }
}

/** The stage fails, and the build with it. */
export function stopper(id: string, message: string, fix: string | null = null): Caveat {
  return { id, message, fix, stops: true }
}
