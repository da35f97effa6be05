import type { Target } from '../target'
import { crash } from '../../../base/go/failure'
import type { Partition, PartitionTable } from './model'
import { fitPayload, grainOf } from './resize'
import { alignUp, type Bytes, larger, SECTOR, wrap } from './size'
import { mountPath } from './walk'

/** GPT entries that are always reserved, and the size of one (UEFI 2.10 §5.3.2). */
const GPT_ENTRIES = 128
const GPT_ENTRY_SIZE = 128n

export function sectorSizeOf(table: PartitionTable): Bytes {
  return table.sectorSize > 0n ? table.sectorSize : SECTOR
}

/**
 * Places the partitions: everything in order, the partition with `/` last, which grows to the end of
 * the disk unless the policy forbids it. The disk gets at least `wanted` bytes. Source: relayout in
 * pkg/disk/partition_table.go.
 */
export function relayout(table: PartitionTable, wanted: Bytes, target: Target): void {
  const grain = grainOf(table)
  const header = headerSize(table)
  let footer = table.type === 'gpt' ? header : 0n
  if (target.layout.alignFooter) footer = alignUp(footer, grain)
  let start = alignUp(firstByte(table, header), grain)

  const root = table.partitions.findLast((part) => mountPath(part, '/') !== null)
  for (const part of table.partitions) {
    if (mountPath(part, '/') !== null) continue
    place(part, start, grain)
    start = wrap(start + part.size)
  }
  if (root === undefined) {
    throw crash(
      'the partition table has nothing mounted at "/"',
      'no root filesystem found; this is a programming error',
    )
  }
  place(root, start, grain, target.layout.alignRoot)

  footer = wrap(footer + table.extraPadding)
  const end = alignUp(wrap(root.start + footer + root.size), grain)
  table.size = larger(table.size, larger(alignUp(wanted, grain), end))
  if (table.policy?.growRootToFillDisk !== false) {
    root.size = wrap(table.size - root.start - footer)
  }
  table.partitions.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
}

function place(part: Partition, start: Bytes, grain: Bytes, align = true): void {
  part.start = start
  part.size = fitPayload(part.payload, part.size)
  if (align) part.size = alignUp(part.size, grain)
}

function headerSize(table: PartitionTable): Bytes {
  const sector = sectorSizeOf(table)
  if (table.type === 'dos') return sector
  const entries = BigInt(Math.max(table.partitions.length, GPT_ENTRIES))
  return sector + entries * GPT_ENTRY_SIZE
}

function firstByte(table: PartitionTable, header: Bytes): Bytes {
  if (table.absoluteStartOffset && table.startOffset > header) return table.startOffset
  return wrap(header + table.startOffset)
}
