import { refuse } from '../../../base/go/failure'
import type { Btrfs, Partition, PartitionTable, Subvolume } from './model'
import { filesystem, partition, subvolume } from './model'
import { GPT } from './partition-types'
import { type Bytes, GIB } from './size'

/** More partitions than the table type holds are refused: CreateMountpoint. */
const MOST_PARTITIONS = { gpt: 128, other: 4 }
/** DefaultBtrfsCompression */
export const BTRFS_COMPRESSION = 'zstd:1'
/** Size of an automatic /boot: DefaultBootPartitionSize. */
export const AUTOMATIC_BOOT_SIZE: Bytes = GIB

/** Appends a subvolume named like its mountpoint. Source: Btrfs.CreateMountpoint. */
export function createSubvolume(volume: Btrfs, mountpoint: string, defaultFs: string): Subvolume {
  if (defaultFs !== 'btrfs') {
    throw refuse(`only btrfs mountpoints are supported with btrfs subvolumes not "${defaultFs}"`)
  }
  const name = mountpoint === '/' ? 'root' : mountpoint
  const created = subvolume({ name, mountpoint, uuid: volume.uuid, compress: BTRFS_COMPRESSION })
  volume.subvolumes.push(created)
  return created
}

/** Appends a partition with a file system. Source: PartitionTable.CreateMountpoint. */
export function createPartition(
  table: PartitionTable,
  mountpoint: string,
  fsType: string,
  size: Bytes,
): Partition {
  const most = table.type === 'gpt' ? MOST_PARTITIONS.gpt : MOST_PARTITIONS.other
  if (table.partitions.length === most) {
    throw refuse(`maximum number of partitions reached (${most})`)
  }
  const type = table.type !== 'gpt' ? '' : mountpoint === '/boot' ? GPT.boot : GPT.data
  const created = partition({
    type,
    size,
    payload: filesystem({ type: fsType, mountpoint, fstabOptions: 'defaults' }),
  })
  table.partitions.push(created)
  return created
}
