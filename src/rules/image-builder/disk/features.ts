import type { PartitionTable } from './model'
import { walk } from './walk'

/** Whether anything of the table is LVM. Source: features() in partition_table.go. */
export function usesLvm(table: PartitionTable): boolean {
  let found = false
  walk(table, (entity) => {
    found ||= entity.kind === 'lvm' || entity.kind === 'lv'
  })
  return found
}
