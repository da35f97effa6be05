import { refuse } from '../../../base/go/failure'
import { compact, type Json, compareBytes, sortedMap } from '../../../base/go/json'
import type { Mountable, Partition, PartitionTable } from '../disk/model'
import { escapePath, logicalVolumeDevice, loopback } from './devices'
import type { Devices, Mount } from './stage'

/** Devices and mounts of a finished disk as bootc and the customization stages see it. */
export interface MountedDisk {
  devices: Devices
  mounts: Mount[]
}

/** osbuild's mount modules by file system (genOsbuildMount). */
const MOUNT_TYPES: Record<string, string> = {
  xfs: 'org.osbuild.xfs',
  vfat: 'org.osbuild.fat',
  ext4: 'org.osbuild.ext4',
}

/**
 * The whole disk as device `disk` with its partitions, a device for each logical volume, and every
 * mountpoint, sorted. Source: GenBootupdDevicesMounts in pkg/osbuild/bootupd_stage.go.
 */
export function mountedDisk(
  table: PartitionTable,
  filename: string,
  uefiVendor: string,
): MountedDisk {
  const mounts = table.partitions
    .flatMap((part, index) => mountsOf(part, index + 1))
    .sort((a, b) => compareBytes(String(a['target']), String(b['target'])))
  checkRequired(mounts, uefiVendor)
  return { devices: devicesOf(table, filename), mounts }
}

function devicesOf(table: PartitionTable, filename: string): Devices {
  const disk = loopback({ filename, sectorSize: table.sectorSize, partscan: true })
  const devices: [string, Json][] = [['disk', disk]]
  table.partitions.forEach(({ payload }, index) => {
    if (payload?.kind !== 'lvm') return
    for (const { name } of payload.logicalVolumes) {
      const options = { volume: name, vg_partnum: index + 1 }
      devices.push([name, logicalVolumeDevice('disk', options)])
    }
  })
  return sortedMap(devices)
}

function mountsOf(part: Partition, number: number): Mount[] {
  const { payload } = part
  switch (payload?.kind) {
    case 'filesystem':
      return [mountOf(payload, 'disk', number)]
    case 'btrfs':
      return payload.subvolumes.map((subvolume) => mountOf(subvolume, 'disk', number))
    case 'lvm':
      return payload.logicalVolumes.flatMap((lv) =>
        lv.payload?.kind === 'filesystem' ? [mountOf(lv.payload, lv.name)] : [],
      )
    case 'luks':
      throw refuse(
        'type *disk.LUKSContainer not supported by bootupd handling yet',
        'Remove LUKS from disk.yaml, or replace the table with customizations.disk.',
      )
    default:
      return []
  }
}

function mountOf(mounted: Mountable, source: string, partition?: number): Mount {
  const name = escapePath(mounted.mountpoint)
  const target = mounted.mountpoint
  const position: { [key: string]: Json } = partition === undefined ? {} : { partition }
  if (mounted.kind === 'subvolume') {
    const options = compact({ subvol: mounted.name, compress: mounted.compress })
    return { ...mount(name, 'org.osbuild.btrfs', source, target), options, ...position }
  }
  return { ...mount(name, MOUNT_TYPES[mounted.type] ?? '', source, target), ...position }
}

/** A mount; empty source and target are left out. */
export function mount(name: string, type: string, source: string, target: string): Mount {
  const result: Mount = { name, type }
  if (source !== '') result['source'] = source
  if (target !== '') result['target'] = target
  return result
}

function checkRequired(mounts: readonly Mount[], uefiVendor: string): void {
  const required = uefiVendor === '' ? ['/'] : ['/', '/boot/efi']
  const missing = required.filter((target) => !mounts.some((m) => m['target'] === target))
  if (missing.length === 0) return
  throw refuse(
    `required mounts for bootupd stage [${missing.join(' ')}] missing`,
    missing.includes('/boot/efi')
      ? 'The container has a UEFI vendor directory, so image-builder wants an ESP mounted at /boot/efi.'
      : null,
  )
}
