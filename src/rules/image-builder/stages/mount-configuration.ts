import { crash, refuse } from '../../../base/go/failure'
import { compact, compareBytes, integer, type JsonObject } from '../../../base/go/json'
import { joinPath } from '../../../base/go/path'
import { goQuote } from '../../../base/go/quote'
import type { MountConfiguration } from '../disk/disk-yaml'
import type { Mountable, PartitionTable, Subvolume, Swap } from '../disk/model'
import { fstabEntities } from '../disk/walk'
import { escapePath } from './devices'
import { stage, type Stage } from './stage'

type FstabEntity = Mountable | Swap

/** unitFilenameRegex of pkg/osbuild/systemd_unit_create_stage.go */
const UNIT_NAME = /^[A-Za-z0-9_:.\\-]+@?[A-Za-z0-9_:.\\-]*\.(service|mount|socket|swap)$/

/** How the mountpoints get into the image. Source: filesystemConfigStages in pkg/manifest/common.go. */
export function mountConfigurationStages(
  table: PartitionTable,
  configuration: MountConfiguration,
): Stage[] {
  switch (configuration) {
    case 'units':
      return unitStages(table)
    case 'fstab':
      return [fstabStage(table)]
    case 'none':
      return []
  }
}

interface Unit {
  filename: string
  stage: Stage
}

/** One unit for each mountpoint and swap area, and their activation. Source: GenSystemdMountStages. */
function unitStages(table: PartitionTable): Stage[] {
  const units = fstabEntities(table)
    .map(unitOf)
    .sort((a, b) => compareBytes(a.filename, b.filename))
  const names = units.map(({ filename }) => filename)
  const duplicate = names.find((name, i) => name === names[i + 1])
  if (duplicate !== undefined) {
    throw crash(
      `two mountpoints need the same mount unit ${duplicate}`,
      'error sorting systemd unit mount stages: possible duplicate mount unit filenames: ' +
        `${goQuote(duplicate)} ${goQuote(duplicate)}`,
    )
  }
  if (units.length === 0) return []
  const enable = stage('systemd', { options: { enabled_services: names } })
  return [...units.map((unit) => unit.stage), enable]
}

function unitOf(entity: FstabEntity): Unit {
  const { options } = fstabFields(entity)
  const what = deviceById(entity.uuid)
  const swap = entity.kind === 'swap'
  const type = swap ? 'swap' : entity.kind === 'subvolume' ? 'btrfs' : entity.type
  // upstream looks at the type's name: a file system "swap" makes a swap unit, too
  const filename =
    type === 'swap' ? `${escapePath(what)}.swap` : `${escapePath(whereOf(entity))}.mount`
  const section: JsonObject =
    type === 'swap'
      ? { Swap: { What: what, ...compact({ Options: options }) } }
      : {
          Mount: {
            What: what,
            Where: whereOf(entity),
            ...compact({ Type: type, Options: options }),
          },
        }
  checkUnit(entity, filename)
  return {
    filename,
    stage: stage('systemd.unit.create', {
      options: {
        filename,
        'unit-path': 'etc',
        config: {
          Unit: { DefaultDependencies: true },
          ...section,
          Install: { WantedBy: ['multi-user.target'] },
        },
      },
    }),
  }
}

function checkUnit(entity: FstabEntity, filename: string): void {
  if (!UNIT_NAME.test(filename)) {
    throw crash(
      `the mountpoint ${goQuote(whereOf(entity))} makes a mount unit with an impossible name`,
      `invalid filename ${goQuote(filename)} for systemd unit: does not conform to schema`,
    )
  }
  if (entity.kind !== 'swap' && entity.mountpoint === '') {
    throw crash(
      'a file system or subvolume has no mountpoint, but mount units are written',
      `Where option for Mount section of systemd unit ${goQuote(filename)} is required`,
      'Set its mountpoint, or mount_configuration: none in disk.yaml.',
    )
  }
}

/** `/dev/disk/by-uuid/…`: lower case except for FAT volume ids (isFATVolID). */
function deviceById(uuid: string): string {
  const isFat = /^[a-fA-F0-9]{8}$/.test(uuid.replaceAll('-', ''))
  return joinPath('/dev/disk/by-uuid', isFat ? uuid : uuid.toLowerCase())
}

function whereOf(entity: FstabEntity): string {
  return entity.kind === 'swap' ? 'none' : entity.mountpoint
}

interface FstabFields {
  options: string
  freq: bigint
  passno: bigint
}

function fstabFields(entity: FstabEntity): FstabFields {
  switch (entity.kind) {
    case 'filesystem':
      return { options: entity.fstabOptions, freq: entity.fstabFreq, passno: entity.fstabPassno }
    case 'swap':
      return { options: entity.fstabOptions, freq: 0n, passno: 0n }
    case 'subvolume':
      return { options: subvolumeOptions(entity), freq: 0n, passno: 0n }
  }
}

function subvolumeOptions(subvolume: Subvolume): string {
  if (subvolume.name === '') throw refuse(namelessSubvolume(subvolume))
  const compress = subvolume.compress === '' ? '' : `,compress=${subvolume.compress}`
  return `subvol=${subvolume.name}${compress}${subvolume.readOnly ? ',ro' : ''}`
}

function namelessSubvolume({
  size,
  mountpoint,
  groupId,
  compress,
  readOnly,
  uuid,
}: Subvolume): string {
  const fields = `Name: Size:${size} Mountpoint:${mountpoint} GroupID:${groupId} Compress:${compress} ReadOnly:${readOnly} UUID:${uuid}`
  return `internal error: BtrfsSubvolume.GetFSTabOptions() for &{${fields}} called without a name`
}

/** Lines sorted by the text `<passno><path>`. Source: NewFSTabStageOptions. */
function fstabStage(table: PartitionTable): Stage {
  const lines = fstabEntities(table).map((entity) => {
    const { options, freq, passno } = fstabFields(entity)
    const path = whereOf(entity)
    const type =
      entity.kind === 'swap' ? 'swap' : entity.kind === 'subvolume' ? 'btrfs' : entity.type
    const line: JsonObject = {
      ...compact({ uuid: entity.uuid }),
      vfs_type: type,
      ...compact({ path, options, freq: integer(freq), passno: integer(passno) }),
    }
    return { key: `${passno}${path}`, line }
  })
  lines.sort((a, b) => compareBytes(a.key, b.key))
  const filesystems = lines.length === 0 ? null : lines.map(({ line }) => line)
  return stage('fstab', { options: { filesystems } })
}
