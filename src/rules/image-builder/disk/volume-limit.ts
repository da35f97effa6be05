import { ManifestFailure } from '../../../base/go/failure'
import type { DiskWish } from './disk-wish'
import type { PartitionTable } from './model'
import { walk } from './walk'

/**
 * Partitions, logical volumes and subvolumes of a disk that are still laid out. Every one is listed in
 * every stage of every conversion, so that a manifest grows with the square: 100 MB here.
 */
const MOST_VOLUMES = 400

/** Throws when the disk of a blueprint or of a container's own customizations is beyond the limit. */
export function boundDiskWish({ partitions }: DiskWish): void {
  const inside = partitions.map(
    ({ logicalVolumes, subvolumes }) => 1 + logicalVolumes.length + subvolumes.length,
  )
  bound(
    inside.reduce((sum, count) => sum + count, 0),
    'customizations.disk',
  )
}

/** The same for the table of a container's disk.yaml. */
export function boundTable(table: PartitionTable): void {
  let count = 0
  walk(table, ({ kind }) => {
    if (kind === 'partition' || kind === 'lv' || kind === 'subvolume') count++
  })
  bound(count, 'disk.yaml')
}

function bound(count: number, where: string): void {
  if (count <= MOST_VOLUMES) return
  throw new ManifestFailure(
    'limit',
    `${where} has ${count} partitions and volumes, at most ${MOST_VOLUMES} are laid out here`,
    'A GPT of the usual size holds 128 partitions.',
  )
}
