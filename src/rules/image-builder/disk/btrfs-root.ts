import { refuse, within } from '../../../base/go/failure'
import { goQuote } from '../../../base/go/quote'
import type { Mountable, PartitionTable } from './model'
import { subvolume } from './model'
import { type Arch, partitionTypeFor } from './partition-types'
import { AUTOMATIC_BOOT_SIZE, BTRFS_COMPRESSION, createPartition } from './create'
import { mountPath } from './walk'

/** How Go prints the type of what a root can be in (`%T`). */
const GO_TYPES: Record<string, string> = {
  lv: '*disk.LVMLogicalVolume',
  luks: '*disk.LUKSContainer',
}

/**
 * Puts `/` on a btrfs subvolume unless it is on one, with an automatic /boot when the policy says so.
 * Source: ensureBtrfs in pkg/disk/partition_table.go.
 */
export function ensureBtrfs(table: PartitionTable, arch: Arch): void {
  if (mountPath(table, '/') === null) {
    throw refuse(`no root mountpoint for a partition table: ${goQuote(table.type)}`)
  }
  if (mountPath(table, '/boot') === null && table.policy?.ensureXbootldr === true) {
    within('failed to create /boot partition when ensuring btrfs: ', () =>
      createPartition(table, '/boot', 'btrfs', AUTOMATIC_BOOT_SIZE),
    )
  }
  const [mounted, parent] = mountPath(table, '/') ?? []
  if (mounted === undefined || parent === undefined || parent.kind === 'btrfs') return
  if (parent.kind !== 'partition') {
    throw refuse(`unsupported parent for btrfs: ${GO_TYPES[parent.kind] ?? parent.kind}`)
  }
  parent.payload = {
    kind: 'btrfs',
    uuid: '',
    label: 'root',
    subvolumes: [
      subvolume({
        name: 'root',
        mountpoint: '/',
        compress: BTRFS_COMPRESSION,
        readOnly: isReadOnly(mounted),
        size: parent.size,
      }),
    ],
  }
  parent.size = 0n
  parent.type = within('error converting partition table to btrfs: ', () =>
    partitionTypeFor(table.type, 'root', arch),
  )
}

/** `ro` without `rw`: FSTabOptions.ReadOnly. */
function isReadOnly(mounted: Mountable): boolean {
  if (mounted.kind === 'subvolume') return mounted.readOnly
  const options = mounted.fstabOptions.split(',')
  return options.includes('ro') && !options.includes('rw')
}
