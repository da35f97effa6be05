import { refuse, within } from '../../../base/go/failure'
import type { Target } from '../target'
import {
  decodeBool,
  decodeList,
  decodeObject,
  decodeString,
  decodeUint,
  type Place,
  wrong,
} from '../../../formats/yaml/decode'
import { readYaml } from '../../../formats/yaml/values'
import { decodePayload } from './disk-yaml-payload'
import { partition, type Partition, type PartitionTable, table, type TablePolicy } from './model'
import { decodeSize, without } from './disk-yaml-fields'

export type MountConfiguration = 'units' | 'fstab' | 'none'

/** What a container says about its disk: `usr/lib/image-builder/bootc/disk.yaml`. */
export interface DiskDefinition {
  mountConfiguration: MountConfiguration | null
  partitionTable: PartitionTable | null
}

const MOUNT_CONFIGURATIONS: readonly MountConfiguration[] = ['units', 'fstab', 'none']

/**
 * Decodes disk.yaml. Keys beside the two known ones are ignored (they carry YAML anchors), below
 * `partition_table` unknown keys are errors. Source: pkg/bib/osinfo/osinfo.go, pkg/disk.
 * @param path as it appears in upstream's error text
 */
export function decodeDiskYaml(text: string, path: string, target: Target): DiskDefinition {
  return within(`cannot parse disk definitions from "${path}": `, () => {
    const value = readYaml(text)
    if (value === null) throw refuse('EOF')
    if (value.kind === 'null') return { mountConfiguration: null, partitionTable: null }
    if (value.kind !== 'map') throw wrong({ value, key: 'disk.yaml' }, 'a mapping')
    const mounts = value.entries.get('mount_configuration')
    const found = value.entries.get('partition_table')
    return {
      mountConfiguration:
        mounts === undefined || mounts.kind === 'null'
          ? null
          : decodeMounts({ value: mounts, key: 'mount_configuration' }),
      partitionTable:
        found === undefined || found.kind === 'null'
          ? null
          : decodeTable({ value: found, key: 'partition_table' }, target),
    }
  })
}

function decodeMounts(place: Place): MountConfiguration {
  const text = decodeString(place)
  const known = MOUNT_CONFIGURATIONS.find((name) => name === text)
  if (known !== undefined) return known
  throw refuse(`unknown or unsupported filesystem type name: ${text}`)
}

function decodeTable(place: Place, target: Target): PartitionTable {
  const found = table({})
  const fields = {
    size: (p: Place) => (found.size = decodeSize(p)),
    uuid: (p: Place) => (found.uuid = decodeString(p)),
    type: (p: Place) => (found.type = decodeTableType(p)),
    partitions: (p: Place) =>
      (found.partitions = decodeList(p, (item) => decodePartition(item, target))),
    grain_size: (p: Place) => (found.grainSize = decodeSize(p)),
    sector_size: (p: Place) => (found.sectorSize = decodeUint(p)),
    extra_padding: (p: Place) => (found.extraPadding = decodeUint(p)),
    start_offset: (p: Place) => (found.startOffset = decodeSize(p)),
    absolute_start_offset: (p: Place) => (found.absoluteStartOffset = decodeBool(p)),
    policy: (p: Place) => (found.policy = decodePolicy(p, target)),
  }
  decodeObject(place, without(fields, target.unknownDiskYamlKeys.table))
  return found
}

function decodeTableType(place: Place): PartitionTable['type'] {
  const type = decodeString(place)
  if (type === 'gpt' || type === 'dos' || type === '') return type
  throw wrong(place, 'gpt or dos')
}

function decodePolicy(place: Place, target: Target): TablePolicy | null {
  if (place.value.kind === 'null') return null
  const policy: TablePolicy = { ensureXbootldr: false, growRootToFillDisk: null }
  const fields = {
    ensure_xbootldr: (p: Place) => (policy.ensureXbootldr = decodeBool(p)),
    grow_root_to_fill_disk: (p: Place) => {
      if (p.value.kind !== 'null') policy.growRootToFillDisk = decodeBool(p)
    },
  }
  decodeObject(place, without(fields, target.unknownDiskYamlKeys.policy))
  return policy
}

function decodePartition(place: Place, target: Target): Partition {
  const found = partition({})
  let payloadType = ''
  let payload: Place | null = null
  decodeObject(place, {
    start: (p) => (found.start = decodeUint(p)),
    size: (p) => (found.size = decodeSize(p)),
    type: (p) => (found.type = decodeString(p)),
    bootable: (p) => (found.bootable = decodeBool(p)),
    uuid: (p) => (found.uuid = decodeString(p)),
    label: (p) => (found.label = decodeString(p)),
    attrs: (p) => (found.attrs = decodeList(p, decodeUint)),
    payload: (p) => (payload = p),
    payload_type: (p) => (payloadType = decodeString(p)),
  })
  found.payload = decodePayload(place, payloadType, payload, target)
  return found
}
