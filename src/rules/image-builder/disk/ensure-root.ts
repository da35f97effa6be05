import { within } from '../../../base/go/failure'
import { addLogicalVolume } from './custom-partitions'
import { filesystem, partition, type PartitionTable, subvolume } from './model'
import { unique, uniqueLabel } from './names'
import { type Arch, partitionTypeFor } from './partition-types'
import { mountPath } from './walk'

/**
 * Adds `/` when nothing is mounted there: to the first volume group or btrfs volume, else as a
 * partition at the end. Source: EnsureRootFilesystem in pkg/disk/partition_table.go.
 */
export function ensureRoot(result: PartitionTable, defaultFs: string, arch: Arch): void {
  if (mountPath(result, '/') !== null) return
  for (const { payload } of result.partitions) {
    if (payload?.kind === 'lvm') {
      within('error creating root logical volume: ', () =>
        addLogicalVolume(payload, '', 0n, rootFilesystem(result, defaultFs)),
      )
      return
    }
    if (payload?.kind === 'btrfs') {
      const names = new Set(payload.subvolumes.map(({ name }) => name))
      const name = within('error creating root subvolume: ', () => unique('root', names))
      payload.subvolumes.push(subvolume({ name, mountpoint: '/' }))
      return
    }
  }
  within('error creating root partition: ', () => {
    const payload = rootFilesystem(result, defaultFs)
    result.partitions.push(
      partition({ type: partitionTypeFor(result.type, 'root', arch), payload }),
    )
  })
}

function rootFilesystem(result: PartitionTable, type: string) {
  const label = uniqueLabel(result, 'root')
  return filesystem({ type, label, mountpoint: '/', fstabOptions: 'defaults' })
}
