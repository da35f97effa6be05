import { SealscopeError } from '../../../base/error'
import { Volume } from './volume'

export const SECTOR = 512
const MIB = 1024 * 1024
/** sfdisk's grain, in sectors. */
const GRAIN = MIB / SECTOR
/** The backup table at the end of a GPT disk. */
const GPT_TAIL = 34
/** mke2fs.conf: below 512 MiB blocks have 1 KiB. */
const SMALL_EXT4 = 512 * MIB
const BLOCK = 4096
/** mkfs.fat takes FAT32 above this size. */
const LARGE_FAT = 512 * MIB

export interface Partition {
  start: number
  size: number
  type: string
  uuid?: string
  name?: string
  bootable?: boolean
}

/** As `sfdisk --json` prints it. */
export interface PartitionTable {
  label: 'gpt' | 'dos'
  id: string
  sectorsize: number
  firstlba: number | null
  lastlba: number | null
  partitions: Partition[]
}

export type FilesystemType = 'ext4' | 'btrfs' | 'xfs' | 'vfat'

export interface DiskFilesystem {
  /** Partition number; 0: the whole disk. */
  n: number
  type: FilesystemType
  label: string
  uuid: string
  version: string | null
  /** Bytes. */
  size: number
  /** Bytes of a block; what is below 4096 has no fs-verity of 4096. */
  blockSize: number
  /** The file system was made so that files can have fs-verity. */
  verity: boolean
  volume: Volume
}

export interface Disk {
  sectors: number
  table: PartitionTable | null
  filesystems: DiskFilesystem[]
  /** Partitions without a file system that could be mounted, by number; the whole blank disk is 0. */
  unformatted: number[]
  /** Mount points below the target (`/`, `/boot`) and the number of the file system there. */
  mounts: Map<string, number>
}

/** Bytes of `3G`, `256M`, or a plain number of bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+)([KMGT]?)(i?B)?$/.exec(text.trim())
  const power = ['', 'K', 'M', 'G', 'T'].indexOf(match?.[2] ?? '')
  const bytes = Number(match?.[1] ?? Number.NaN) * 1024 ** power
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new SealscopeError({
    kind: 'usage',
    code: 'disk-size',
    what: 'a size cannot be read',
    expected: 'a number with K, M, G or T',
    found: JSON.stringify(text),
  })
}

/** A wish for a partition, as a line of sfdisk's script. */
export interface WantedPartition {
  type: string
  name: string
  /** Bytes; null: the rest. */
  size: number | null
  uuid: string
  bootable?: boolean
}

/**
 * Lays partitions out as sfdisk 2.42 does: each begins on a MiB; the last one ends on one. A size that does
 * not fit is cut, to one MiB less than what is left. Null when nothing is left for one.
 */
export function layOut(
  sectors: number,
  label: 'gpt' | 'dos',
  id: string,
  wanted: readonly WantedPartition[],
): PartitionTable | null {
  const lastlba = label === 'gpt' ? sectors - GPT_TAIL : null
  const end = lastlba === null ? sectors : lastlba + 1
  let start = GRAIN
  const partitions: Partition[] = []
  for (const { type, name, size, uuid, bootable } of wanted) {
    const left = Math.floor((end - start) / GRAIN)
    const grains = size === null ? null : Math.ceil(size / MIB)
    const taken = grains === null ? left : grains <= left ? grains : left - 1
    if (taken < 1) return null
    const extra = label === 'gpt' ? { uuid, name } : {}
    const flag = bootable === true ? { bootable: true } : {}
    partitions.push({ start, size: taken * GRAIN, type, ...extra, ...flag })
    start += taken * GRAIN
  }
  const firstlba = label === 'gpt' ? GRAIN : null
  return { label, id, sectorsize: SECTOR, firstlba, lastlba, partitions }
}

/** What mkfs makes by default (mke2fs 1.47.4, mkfs.fat 4.2). */
export function makeFilesystem(
  n: number,
  type: FilesystemType,
  detail: { label: string; uuid: string; size: number; options?: readonly string[] },
): DiskFilesystem {
  const { label, uuid, size, options = [] } = detail
  const block = Number(options[options.indexOf('-b') + 1])
  const features = options.flatMap((option, at) => (options[at - 1] === '-O' ? option.split(',') : [])) // prettier-ignore
  const small = type === 'ext4' && size < SMALL_EXT4 ? 1024 : BLOCK
  return {
    n,
    type,
    label,
    uuid,
    version: type === 'vfat' ? fatVersion(size) : type === 'ext4' ? '1.0' : null,
    size,
    blockSize: options.includes('-b') && Number.isFinite(block) ? block : small,
    verity: type === 'btrfs' || (type === 'ext4' && features.includes('verity')),
    volume: new Volume(),
  }
}

/** mkfs.fat: FAT32 for large disks, FAT12 while 4085 clusters suffice, FAT16 between. */
function fatVersion(size: number): string {
  if (size > LARGE_FAT) return 'FAT32'
  return size / fatCluster(size) < 4085 ? 'FAT12' : 'FAT16'
}

/** Bytes of a cluster (mkfs.fat `setup_tables`). */
export function fatCluster(size: number): number {
  if (size > LARGE_FAT) return size > 16 * 1024 * MIB ? 16 * 1024 : size > 8 * 1024 * MIB ? 8192 : 4096 // prettier-ignore
  let cluster = 2048
  while (size / cluster > 65_524) cluster *= 2
  return cluster
}

/** Bytes a FAT file system has for files and folders. */
export function fatRoom(size: number): number {
  const cluster = fatCluster(size)
  const entry = size > LARGE_FAT ? 4 : size / cluster < 4085 ? 1.5 : 2
  const tables = 2 * Math.ceil(((size / cluster) * entry) / SECTOR) * SECTOR
  const reserved = size > LARGE_FAT ? 32 * SECTOR + cluster : 4 * SECTOR + 512 * 32
  return Math.max(0, Math.floor((size - tables - reserved) / cluster) * cluster)
}

/** Bytes taken by what lies on a FAT file system. */
export function fatUsed(volume: Volume, size: number): number {
  const cluster = fatCluster(size)
  let used = 0
  for (const [, node] of volume.nodes) {
    if (node.type === 'dir') used += cluster
    else if (node.type === 'file') used += Math.ceil((node.body?.size ?? 0) / cluster) * cluster
  }
  return used
}

/** The file system at a path below the target, and the path on it. */
export function locate(disk: Disk, path: string): { filesystem: DiskFilesystem; path: string } {
  let best = { mount: '', n: disk.mounts.get('/') ?? -1 }
  for (const [mount, n] of disk.mounts) {
    if (mount === '/' || mount.length <= best.mount.length) continue
    if (`/${path}` === mount || `/${path}`.startsWith(`${mount}/`)) best = { mount, n }
  }
  const filesystem = disk.filesystems.find(({ n }) => n === best.n)
  if (filesystem === undefined) {
    throw new SealscopeError({
      code: 'target-mount',
      what: 'nothing is mounted at the target',
      expected: 'a partition for /',
      found: [...disk.mounts].map(([mount, n]) => `${mount}: ${n}`).join(', ') || 'no mount',
    })
  }
  return { filesystem, path: path.slice(Math.max(0, best.mount.length)).replace(/^\//, '') }
}
