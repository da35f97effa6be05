import type { Bytes } from './size'

/**
 * A partition table and what is in it: image-builder `pkg/disk`. Sizes and positions are bytes.
 * Empty strings mean "not set".
 */
export interface PartitionTable {
  kind: 'table'
  type: 'gpt' | 'dos' | ''
  uuid: string
  size: Bytes
  /** 0: 1 MiB */
  grainSize: Bytes
  /** 0: 512 */
  sectorSize: Bytes
  /** Bytes, whatever upstream's comment says. */
  extraPadding: Bytes
  startOffset: Bytes
  absoluteStartOffset: boolean
  policy: TablePolicy | null
  partitions: Partition[]
}

export interface TablePolicy {
  ensureXbootldr: boolean
  /** null: true */
  growRootToFillDisk: boolean | null
}

export interface Partition {
  kind: 'partition'
  start: Bytes
  size: Bytes
  type: string
  bootable: boolean
  uuid: string
  label: string
  attrs: bigint[]
  payload: Payload | null
}

export interface Filesystem {
  kind: 'filesystem'
  type: string
  uuid: string
  label: string
  mountpoint: string
  fstabOptions: string
  fstabFreq: bigint
  fstabPassno: bigint
  mkfs: MkfsOptions
}

export interface MkfsOptions {
  verity: boolean
  geometry: { heads: bigint; sectorsPerTrack: bigint } | null
  agcount: bigint
}

export interface Btrfs {
  kind: 'btrfs'
  uuid: string
  label: string
  subvolumes: Subvolume[]
}

export interface Subvolume {
  kind: 'subvolume'
  name: string
  size: Bytes
  mountpoint: string
  /** Kept for one error text only. */
  groupId: bigint
  compress: string
  readOnly: boolean
  /** UUID of the volume. */
  uuid: string
}

export interface VolumeGroup {
  kind: 'lvm'
  name: string
  logicalVolumes: LogicalVolume[]
}

export interface LogicalVolume {
  kind: 'lv'
  name: string
  size: Bytes
  payload: Payload | null
}

export interface Swap {
  kind: 'swap'
  uuid: string
  label: string
  fstabOptions: string
}

export interface Raw {
  kind: 'raw'
  sourcePath: string
}

export interface Luks {
  kind: 'luks'
  uuid: string
  label: string
  pbkdf: { iterations: bigint; memory: bigint; parallelism: bigint }
  payload: Payload | null
}

export type Payload = Filesystem | Btrfs | VolumeGroup | Swap | Raw | Luks
export type Entity = PartitionTable | Partition | Payload | Subvolume | LogicalVolume
export type Mountable = Filesystem | Subvolume

/** A partition with everything unset except what is given. */
export function partition(members: Partial<Omit<Partition, 'kind'>>): Partition {
  return {
    kind: 'partition',
    start: 0n,
    size: 0n,
    type: '',
    bootable: false,
    uuid: '',
    label: '',
    attrs: [],
    payload: null,
    ...members,
  }
}

/** A file system with everything unset except what is given. */
export function filesystem(members: Partial<Omit<Filesystem, 'kind'>>): Filesystem {
  return {
    kind: 'filesystem',
    type: '',
    uuid: '',
    label: '',
    mountpoint: '',
    fstabOptions: '',
    fstabFreq: 0n,
    fstabPassno: 0n,
    mkfs: { verity: false, geometry: null, agcount: 0n },
    ...members,
  }
}

/** A subvolume with everything unset except what is given. */
export function subvolume(members: Partial<Omit<Subvolume, 'kind'>>): Subvolume {
  return {
    kind: 'subvolume',
    name: '',
    size: 0n,
    mountpoint: '',
    groupId: 0n,
    compress: '',
    readOnly: false,
    uuid: '',
    ...members,
  }
}

/** An empty table with everything unset except what is given. */
export function table(members: Partial<Omit<PartitionTable, 'kind'>>): PartitionTable {
  return {
    kind: 'table',
    type: '',
    uuid: '',
    size: 0n,
    grainSize: 0n,
    sectorSize: 0n,
    extraPadding: 0n,
    startOffset: 0n,
    absoluteStartOffset: false,
    policy: null,
    partitions: [],
    ...members,
  }
}
