import type { Disk, DiskFilesystem } from './disk'
import { Refusal } from './refusal'
import { ESP_TYPE } from './targets'

/** Number of the first ESP by its partition type (bootc blockdev.rs); null: none. */
function espNumber({ table }: Disk): number | null {
  const at = (table?.partitions ?? []).findIndex(
    ({ type }) => type.toUpperCase() === ESP_TYPE || type === 'ef',
  )
  return at < 0 ? null : at + 1
}

/** The ESP where it has a file system. */
export function espOf(disk: Disk): DiskFilesystem | null {
  const n = espNumber(disk)
  return disk.filesystems.find((each) => each.n === n) ?? null
}

export function requireEspPartition(disk: Disk): number {
  const n = espNumber(disk)
  if (n === null) throw new Refusal('ESP partition not found')
  return n
}
