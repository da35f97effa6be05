import { crash } from '../../../base/go/failure'
import type { Partition, PartitionTable, Payload, Subvolume } from './model'

/**
 * A deep copy of a table, with what upstream's `Clone` loses: `read_only` of subvolumes. A logical
 * volume or LUKS container without payload crashes upstream.
 */
export function cloneTable(table: PartitionTable): PartitionTable {
  return {
    ...table,
    policy: table.policy === null ? null : { ...table.policy },
    partitions: table.partitions.map(clonePartition),
  }
}

function clonePartition(part: Partition): Partition {
  return {
    ...part,
    attrs: [...part.attrs],
    payload: part.payload === null ? null : clonePayload(part.payload),
  }
}

function clonePayload(payload: Payload): Payload {
  switch (payload.kind) {
    case 'filesystem':
      return { ...payload, mkfs: { ...payload.mkfs } }
    case 'btrfs':
      return { ...payload, subvolumes: payload.subvolumes.map(cloneSubvolume) }
    case 'lvm':
      return {
        ...payload,
        logicalVolumes: payload.logicalVolumes.map((lv) => ({
          ...lv,
          payload: required(lv.payload, `logical volume ${lv.name}`),
        })),
      }
    case 'luks':
      return { ...payload, payload: required(payload.payload, 'LUKS container') }
    default:
      return { ...payload }
  }
}

function cloneSubvolume(subvolume: Subvolume): Subvolume {
  return { ...subvolume, readOnly: false }
}

function required(payload: Payload | null, owner: string): Payload {
  if (payload !== null) return clonePayload(payload)
  throw crash(`${owner} of disk.yaml has no payload`, 'nil pointer dereference in Clone')
}
