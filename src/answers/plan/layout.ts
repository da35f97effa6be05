import type { DiskLayout, LayoutPartition, LayoutPayload } from '../../contract/plan'

/** A place of the layout that can be mounted, with the partition that holds it. */
export interface MountedAt {
  partition: LayoutPartition
  /** From the partition's own payload inwards. */
  chain: LayoutPayload[]
  payload: LayoutPayload
  /** Bytes that are at hand there; a subvolume shares those of its partition. */
  size: number
}

/** Every payload of a layout that has a mount point or is swap, in the order of the disk. */
export function mountsOf(layout: DiskLayout | null): MountedAt[] {
  return (layout?.partitions ?? []).flatMap((partition) =>
    inside(partition, partition.payload, [], partition.size),
  )
}

function inside(
  partition: LayoutPartition,
  payload: LayoutPayload,
  above: readonly LayoutPayload[],
  room: number,
): MountedAt[] {
  const chain = [...above, payload]
  const size = payload.kind === 'lv' ? (payload.size ?? room) : room
  const own = payload.mountpoint !== null || payload.kind === 'swap'
  return [
    ...(own ? [{ partition, chain, payload, size }] : []),
    ...payload.children.flatMap((child) => inside(partition, child, chain, size)),
  ]
}

export function mountAt(layout: DiskLayout | null, mountpoint: string): MountedAt | null {
  return mountsOf(layout).find(({ payload }) => payload.mountpoint === mountpoint) ?? null
}

/** The UUID of a payload, or of the file system that holds a subvolume. */
export function uuidOf({ chain }: MountedAt): string | null {
  return chain.findLast(({ uuid }) => uuid !== null && uuid !== '')?.uuid ?? null
}

/** The file system at a mount point: of a subvolume the one around it. */
export function fileSystemOf({ chain, payload }: MountedAt): LayoutPayload['kind'] {
  return payload.kind === 'subvolume' ? (chain.findLast(({ kind }) => kind === 'btrfs')?.kind ?? 'btrfs') : payload.kind // prettier-ignore
}
