import type { DiskLayout, LayoutPartition, LayoutPayload } from '../../../contract/plan'
import type { Entity, Partition, PartitionTable } from './model'
import { sectorSizeOf } from './relayout'
import { children } from './walk'

/** The finished table as `sealscope.plan/1` shows it. Sizes beyond 2^53 lose their last digits. */
export function layoutData(table: PartitionTable): DiskLayout {
  return {
    table: table.type === 'dos' ? 'dos' : 'gpt',
    sectorSize: Number(sectorSizeOf(table)),
    diskSize: Number(table.size),
    partitions: table.partitions.map(partitionData),
  }
}

function partitionData(part: Partition, index: number): LayoutPartition {
  return {
    number: index + 1,
    name: part.label || null,
    type: part.type,
    start: Number(part.start),
    size: Number(part.size),
    bootable: part.bootable,
    payload: part.payload === null ? payload('none', {}) : payloadData(part.payload),
  }
}

function payload(
  kind: LayoutPayload['kind'],
  members: Partial<Omit<LayoutPayload, 'kind'>>,
): LayoutPayload {
  return {
    kind,
    label: null,
    uuid: null,
    mountpoint: null,
    name: null,
    size: null,
    children: [],
    ...members,
  }
}

const FILESYSTEM_KINDS: Record<string, LayoutPayload['kind']> = {
  vfat: 'fat',
  ext4: 'ext4',
  xfs: 'xfs',
  btrfs: 'btrfs',
}

function payloadData(entity: Entity): LayoutPayload {
  const inner = children(entity).map(payloadData)
  switch (entity.kind) {
    case 'filesystem':
      return payload(FILESYSTEM_KINDS[entity.type] ?? 'none', {
        label: entity.label || null,
        uuid: entity.uuid || null,
        mountpoint: entity.mountpoint || null,
      })
    case 'subvolume':
      return payload('subvolume', {
        name: entity.name,
        uuid: entity.uuid || null,
        mountpoint: entity.mountpoint || null,
        size: entity.size > 0n ? Number(entity.size) : null,
      })
    case 'lv':
      return payload('lv', { name: entity.name, size: Number(entity.size), children: inner })
    case 'lvm':
      return payload('lvm', { name: entity.name, children: inner })
    case 'swap':
    case 'btrfs':
    case 'luks':
      return payload(entity.kind, {
        label: entity.label || null,
        uuid: entity.uuid || null,
        children: inner,
      })
    case 'raw':
      return payload('raw', { name: entity.sourcePath })
    default:
      return payload('none', { children: inner })
  }
}
