import { crash } from '../../../base/go/failure'
import { compact, integer, type JsonObject } from '../../../base/go/json'
import { joinPath } from '../../../base/go/path'
import { goQuote } from '../../../base/go/quote'
import type { Btrfs, Entity, Filesystem, Luks, PartitionTable, VolumeGroup } from '../disk/model'
import { DOS_EXTENDED } from '../disk/partition-types'
import { sectorSizeOf } from '../disk/relayout'
import { walk } from '../disk/walk'
import { mount } from './bootupd'
import { devicesDownTo, loopback } from './devices'
import { type Devices, stage, type Stage, treeInput } from './stage'

/** lvmVolNameRegex of pkg/osbuild/lvm2_create_stage.go */
const LVM_NAME = '^[a-zA-Z0-9+_.][a-zA-Z0-9+_.-]*$'

/**
 * The stages that make the empty disk: file, partition table, volume groups, file systems.
 * Source: GenImagePrepareStages in pkg/osbuild/disk.go.
 * @param source pipeline whose tree raw payloads are read from
 */
export function prepareStages(table: PartitionTable, filename: string, source: string): Stage[] {
  return [
    truncateStage(filename, table.size),
    sfdiskStage(table, filename),
    ...volumeStages(table, filename),
    ...contentStages(table, filename, source),
  ]
}

export function truncateStage(filename: string, size: bigint): Stage {
  return stage('truncate', { options: { filename, size: String(size) } })
}

function sfdiskStage(table: PartitionTable, filename: string): Stage {
  checkDosPartitions(table)
  const sector = sectorSizeOf(table)
  const partitions = table.partitions.map((part) =>
    compact({
      bootable: part.bootable,
      name: part.label,
      size: integer(part.size / sector),
      start: integer(part.start / sector),
      type: part.type,
      uuid: part.uuid,
      attrs: part.attrs.map(integer),
    }),
  )
  const device = loopback({ filename, sectorSize: table.sectorSize, lock: true })
  const options: JsonObject = { label: table.type, uuid: table.uuid }
  if (partitions.length > 0) options['partitions'] = partitions
  return stage('sfdisk', { options, devices: { device } })
}

function checkDosPartitions({ type, partitions }: PartitionTable): void {
  if (type !== 'dos' || partitions.length <= 4) return
  if (partitions.slice(0, 4).some((part) => part.type === DOS_EXTENDED)) return
  throw crash(
    `disk.yaml has ${partitions.length} partitions in a dos table without an extended one (partition_table.partitions)`,
    `"dos" partition table only supports up to 4 partitions: got ${partitions.length}`,
  )
}

function volumeStages(table: PartitionTable, filename: string): Stage[] {
  const stages: Stage[] = []
  walk(table, (entity, path) => {
    if (entity.kind === 'luks') checkLuks(entity)
    if (entity.kind !== 'lvm') return
    checkVolumeNames(entity)
    const volumes = entity.logicalVolumes.map(({ name, size }) => ({ name, size: `${size}B` }))
    const devices = devicesDownTo(table, path.slice(0, -1), filename)
    stages.push(stage('lvm2.create', { options: { volumes }, devices }))
  })
  return stages
}

function checkVolumeNames({ name, logicalVolumes }: VolumeGroup): void {
  if (logicalVolumes.length === 0) {
    throw crash(
      `volume group ${goQuote(name)} has no logical volumes (customizations.disk.partitions[].logical_volumes)`,
      'at least one volume is required',
    )
  }
  for (const volume of logicalVolumes) {
    if (new RegExp(LVM_NAME).test(volume.name)) continue
    throw crash(
      `the logical volume name ${goQuote(volume.name)} has characters that LVM does not take (customizations.disk.partitions[].logical_volumes[].name)`,
      `volume name ${goQuote(volume.name)} doesn't conform to schema (${LVM_NAME})`,
    )
  }
}

/** Only the checks: a table with LUKS never gets as far as a manifest. Source: luks2_format_stage.go. */
function checkLuks({ pbkdf }: Luks): void {
  const within = (value: bigint, least: bigint, most: bigint) => value >= least && value <= most
  const fail = (key: string, panic: string) => {
    throw crash(`payload.pbkdf.${key} of a LUKS container in disk.yaml is out of range`, panic)
  }
  if (!within(pbkdf.memory, 32n, 4194304n)) {
    fail('memory', 'PBKDF memory should be between 32 and 4194304')
  }
  if (!within(pbkdf.iterations, 4n, 4294967295n)) {
    fail('iterations', 'PBKDF iterations should be between 4 and 4294967295')
  }
  if (!within(pbkdf.parallelism, 1n, 4n)) {
    fail('parallelism', 'PBKDF parallelism should be between 1 and 4')
  }
}

/** The stages after bootc: one for each volume group. Source: GenDeviceFinishStages. */
export function finishStages(table: PartitionTable, filename: string): Stage[] {
  const stages: Stage[] = []
  walk(table, (entity, path) => {
    if (entity.kind !== 'lvm') return
    if (!new RegExp(LVM_NAME).test(entity.name)) {
      throw crash(
        `the volume group name ${goQuote(entity.name)} has characters that LVM does not take (customizations.disk.partitions[].name)`,
        `volume group name ${goQuote(entity.name)} doesn't conform to schema (${LVM_NAME})`,
      )
    }
    const devices = devicesDownTo(table, path.slice(0, -1), filename)
    stages.push(stage('lvm2.metadata', { options: { vg_name: entity.name }, devices }))
  })
  return stages
}

function contentStages(table: PartitionTable, filename: string, source: string): Stage[] {
  const stages: Stage[] = []
  walk(table, (entity: Entity, path) => {
    const devices = () => devicesDownTo(table, path, filename)
    switch (entity.kind) {
      case 'filesystem':
        stages.push(mkfsStage(entity, devices()))
        break
      case 'btrfs':
        stages.push(...btrfsStages(entity, devices()))
        break
      case 'swap':
        stages.push(
          stage('mkswap', { options: named(entity.uuid, entity.label), devices: devices() }),
        )
        break
      case 'raw': {
        const options = { from: `input://${joinPath('tree', entity.sourcePath)}` }
        const inputs = treeInput('tree', source)
        stages.push(stage('write-device', { inputs, options, devices: devices() }))
        break
      }
    }
  })
  return stages
}

/** What mkfs of each type takes from `mkfs_options` (pkg/osbuild/mkfs_stage.go). */
const MKFS: Record<string, { name: string; takes: keyof Filesystem['mkfs'] }> = {
  vfat: { name: 'mkfs.fat', takes: 'geometry' },
  ext4: { name: 'mkfs.ext4', takes: 'verity' },
  xfs: { name: 'mkfs.xfs', takes: 'agcount' },
}

export function mkfsStage(fs: Filesystem, devices: Devices): Stage {
  const mkfs = Object.hasOwn(MKFS, fs.type) ? MKFS[fs.type] : undefined
  if (mkfs === undefined) throw unknownType(fs)
  const { geometry, verity, agcount } = fs.mkfs
  const unused = [
    ['geometry', geometry !== null],
    ['verity', verity],
    ['agcount', agcount !== 0n],
  ] as const
  const wrong = unused.find(([key, set]) => set && key !== mkfs.takes)
  if (wrong !== undefined) {
    throw crash(
      `mkfs_options.${wrong[0]} of the ${fs.type} file system at ${goQuote(fs.mountpoint)} in disk.yaml`,
      `fs type: ${fs.type} does not support ${wrong[0]} option`,
    )
  }
  return stage(mkfs.name, { options: mkfsOptions(fs), devices })
}

function mkfsOptions(fs: Filesystem): JsonObject {
  const { geometry, verity, agcount } = fs.mkfs
  if (fs.type === 'vfat') {
    const options: JsonObject = {
      volid: fs.uuid.replaceAll('-', ''),
      ...compact({ label: fs.label }),
    }
    if (geometry === null) return options
    const { heads, sectorsPerTrack } = geometry
    return {
      ...options,
      geometry: { heads: integer(heads), 'sectors-per-track': integer(sectorsPerTrack) },
    }
  }
  const own = fs.type === 'ext4' ? { verity } : { agcount: integer(agcount) }
  return { ...named(fs.uuid, fs.label), ...compact(own) }
}

function named(uuid: string, label: string): JsonObject {
  return { uuid, ...compact({ label }) }
}

function unknownType({ type, mountpoint }: Filesystem): Error {
  const what =
    type === 'btrfs'
      ? `btrfs is not supported for a plain partition or logical volume mounted at ${goQuote(mountpoint)}`
      : `file system type ${goQuote(type)} for ${goQuote(mountpoint)} is not one of vfat, ext4, xfs`
  const hint =
    type === 'btrfs'
      ? 'Mount it on a btrfs volume of customizations.disk, or choose ext4 or xfs as the root file system.'
      : null
  return crash(what, `unknown fs type: ${type} for ${mountpoint}`, hint)
}

function btrfsStages(volume: Btrfs, devices: Devices): Stage[] {
  const subvolumes = volume.subvolumes.map(({ name }) => ({ name: `/${name.replace(/^\/+/, '')}` }))
  const whole = { ...mount('volume', 'org.osbuild.btrfs', 'device', '/'), options: {} }
  return [
    stage('mkfs.btrfs', { options: named(volume.uuid, volume.label), devices }),
    stage('btrfs.subvol', { options: { subvolumes }, devices, mounts: [whole] }),
  ]
}
