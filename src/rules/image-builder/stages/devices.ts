import { trimBoth } from '../../../base/trim'
import { crash } from '../../../base/go/failure'
import { type Json, type JsonObject, compact, integer, sortedMap } from '../../../base/go/json'
import type { Entity, PartitionTable, Payload } from '../disk/model'
import { sectorSizeOf } from '../disk/relayout'
import { isMountable } from '../disk/walk'
import type { Devices } from './stage'

export interface LoopbackOptions {
  filename: string
  start?: bigint
  size?: bigint
  sectorSize?: bigint
  lock?: boolean
  partscan?: boolean
}

/** A loop device; `start` and `size` are sectors. */
export function loopback(options: LoopbackOptions): JsonObject {
  return {
    type: 'org.osbuild.loopback',
    options: compact({
      filename: options.filename,
      start: integer(options.start ?? 0n),
      size: integer(options.size ?? 0n),
      'sector-size': integer(options.sectorSize ?? 0n),
      lock: options.lock ?? false,
      partscan: options.partscan ?? false,
    }),
  }
}

export function logicalVolumeDevice(parent: string, options: JsonObject): JsonObject {
  return { type: 'org.osbuild.lvm2.lv', parent, options }
}

/**
 * The devices on the way from the table down to an entity, locked. Each is named after what it
 * holds, the last one `device`: that is where mkfs and the like run. Source: getDevices,
 * getDevicesForFsStage (pkg/osbuild/device.go, mkfs_stage.go).
 */
export function devicesDownTo(
  table: PartitionTable,
  path: readonly Entity[],
  filename: string,
): Devices {
  const devices = new Map<string, Json>()
  let last = ''
  for (const entity of path) {
    if (entity.kind !== 'partition' && entity.kind !== 'lv' && entity.kind !== 'luks') continue
    const name = deviceName(entity.payload)
    devices.set(name, deviceOf(table, entity, filename, last))
    last = name
  }
  const device = devices.get(last)
  devices.delete(last)
  if (device !== undefined) devices.set('device', device)
  return sortedMap(devices)
}

function deviceOf(table: PartitionTable, entity: Entity, filename: string, parent: string): Json {
  if (entity.kind === 'lv') return logicalVolumeDevice(parent, { volume: entity.name })
  if (entity.kind === 'luks') return { type: 'org.osbuild.luks2', parent }
  if (entity.kind !== 'partition') return {}
  const sector = sectorSizeOf(table)
  return loopback({
    filename,
    start: entity.start / sector,
    size: entity.size / sector,
    sectorSize: table.sectorSize,
    lock: true,
  })
}

function deviceName(payload: Payload | null): string {
  if (payload === null) throw crash('a device without payload', 'device is nil')
  if (isMountable(payload)) return escapePath(payload.mountpoint)
  switch (payload.kind) {
    case 'lvm':
      return payload.name
    case 'raw':
      return `raw-${escapePath(payload.sourcePath)}`
    default:
      return `${payload.kind}-${shortId(payload.uuid, payload.kind)}`
  }
}

function shortId(uuid: string, kind: string): string {
  if (uuid.length >= 4) return uuid.slice(0, 4)
  throw crash(
    `the UUID "${uuid}" of a ${kind} payload in disk.yaml has less than 4 characters`,
    'slice bounds out of range',
  )
}

/** systemd-escape of a path as image-builder does it: names of devices, mounts and units. */
export function escapePath(path: string): string {
  if (path === '' || path === '/') return '-'
  return trimBoth(path, '/').replaceAll('\\', '\\x5c').replaceAll('-', '\\x2d').replaceAll('/', '-')
}
