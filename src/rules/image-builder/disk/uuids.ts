import type { GoRandom } from '../../../base/go/random'
import type { PartitionTable } from './model'
import { walk } from './walk'

/**
 * Gives an id to everything that has none, parents before children, then (gpt only) to the
 * partitions. Ids that are set stay and cost no random number. Source: GenerateUUIDs.
 */
export function assignIds(table: PartitionTable, random: GoRandom): void {
  walk(table, (entity) => {
    switch (entity.kind) {
      case 'table':
      case 'swap':
      case 'luks':
        entity.uuid ||= random.uuid()
        break
      case 'filesystem':
        entity.uuid ||= entity.type === 'vfat' ? random.fatVolumeId() : random.uuid()
        break
      case 'btrfs':
        entity.uuid ||= random.uuid()
        for (const subvolume of entity.subvolumes) subvolume.uuid = entity.uuid
        break
    }
  })
  if (table.type !== 'gpt') return
  for (const part of table.partitions) part.uuid ||= random.uuid()
}
