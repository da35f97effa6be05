import { within } from '../../../base/go/failure'
import { goQuote } from '../../../base/go/quote'
import { ESP_OPTIONS } from './boot-partitions'
import type { PartitionWish } from './disk-wish'
import type { PartitionTable, Payload, VolumeGroup } from './model'
import { filesystem, partition, subvolume } from './model'
import { logicalVolumeName, volumeGroupName } from './names'
import { type Arch, type PartitionUse, partitionTypeFor } from './partition-types'
import { alignUp, type Bytes, LVM_EXTENT } from './size'

/** Partition types that follow from the mountpoint: addPlainPartition. */
const USE_BY_MOUNTPOINT: Record<string, PartitionUse> = {
  '/': 'root',
  '/usr': 'usr',
  '/boot': 'boot',
  '/boot/efi': 'esp',
}

/**
 * Appends one partition of `customizations.disk.partitions`. `defaultFs` is for logical volumes
 * without a type, which pass validation when they come after a swap volume.
 */
export function addWishedPartition(
  result: PartitionTable,
  wish: PartitionWish,
  arch: Arch,
  defaultFs: string,
): void {
  const { use, payload } = contentOf(result, wish, defaultFs)
  const prefix =
    wish.type === 'plain' ? `error getting partition type ID for ${goQuote(wish.mountpoint)}: ` : ''
  result.partitions.push(
    partition({
      type: wish.partType || within(prefix, () => partitionTypeFor(result.type, use, arch)),
      uuid: wish.partUuid,
      label: wish.partLabel,
      size: wish.minsize,
      payload,
    }),
  )
}

function contentOf(
  result: PartitionTable,
  wish: PartitionWish,
  defaultFs: string,
): { use: PartitionUse; payload: Payload | null } {
  switch (wish.type) {
    case 'plain':
      return { use: purposeOf(wish), payload: plainPayload(wish) }
    case 'lvm':
      return { use: 'lvm', payload: volumeGroup(result, wish, defaultFs) }
    case 'btrfs':
      return {
        use: 'data',
        payload: { kind: 'btrfs', uuid: '', label: '', subvolumes: wish.subvolumes.map(subvolume) },
      }
  }
}

function purposeOf(wish: PartitionWish): PartitionUse {
  return USE_BY_MOUNTPOINT[wish.mountpoint] ?? (wish.fsType === 'swap' ? 'swap' : 'data')
}

function plainPayload(wish: PartitionWish): Payload | null {
  if (wish.fsType === 'none') return null
  const options = wish.mountpoint === '/boot/efi' ? ESP_OPTIONS : 'defaults'
  return wish.fsType === 'swap' ? swap(wish) : mounted(wish, options)
}

function volumeGroup(result: PartitionTable, wish: PartitionWish, defaultFs: string): VolumeGroup {
  const group: VolumeGroup = {
    kind: 'lvm',
    name: wish.name || within('error creating volume group: ', () => volumeGroupName(result)),
    logicalVolumes: [],
  }
  for (const given of wish.logicalVolumes) {
    const volume = { ...given, fsType: given.fsType || defaultFs }
    const payload = volume.fsType === 'swap' ? swap(volume) : mounted(volume, 'defaults')
    const where = `${goQuote(volume.name)} (${volume.mountpoint})`
    within(`error creating logical volume ${where}: `, () =>
      addLogicalVolume(group, volume.name, volume.minsize, payload),
    )
  }
  return group
}

/** Appends a logical volume; without a name it gets one. Source: CreateLogicalVolume. */
export function addLogicalVolume(
  group: VolumeGroup,
  name: string,
  size: Bytes,
  payload: Payload,
): void {
  group.logicalVolumes.push({
    kind: 'lv',
    name: name || logicalVolumeName(group, payload),
    size: alignUp(size, LVM_EXTENT),
    payload,
  })
}

function swap({ label }: { label: string }): Payload {
  return { kind: 'swap', uuid: '', label, fstabOptions: 'defaults' }
}

function mounted(
  { fsType, label, mountpoint }: Pick<PartitionWish, 'fsType' | 'label' | 'mountpoint'>,
  fstabOptions: string,
): Payload {
  return filesystem({ type: fsType, label, mountpoint, fstabOptions })
}
