import { SealscopeError } from '../../../base/error'
import {
  type Disk,
  type DiskFilesystem,
  type FilesystemType,
  layOut,
  makeFilesystem,
  parseSize,
  SECTOR,
  type WantedPartition,
} from './disk'
import type { FileBody, Volume } from './volume'

/** A file system that is there before the installation. */
export interface TargetFilesystem {
  /** `esp`, `root`, `xbootldr`, `linux`: the partition's type and name. */
  type: string
  fs: FilesystemType | 'none'
  size?: string
  mkfs?: readonly string[]
}

/** The disk that bootc finds (`target` of a request). */
export interface TargetDisk {
  disk: string
  blank?: boolean
  parts?: readonly TargetFilesystem[]
  whole?: TargetFilesystem
  mount?: Readonly<Record<string, number>>
  label?: 'gpt' | 'dos'
  /** On the mounted disk; null: an empty folder. */
  files?: Readonly<Record<string, string | null>>
  /** By partition number. */
  pfiles?: Readonly<Record<string, Readonly<Record<string, string | null>>>>
}

const GPT_ID = '11111111-2222-4333-8444-555555555555'
const DOS_ID = '0x11223344'

/** Discoverable Partitions Specification (UAPI.2). */
const ROOT_TYPES: Readonly<Record<string, string>> = {
  x86_64: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
  aarch64: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
  powerpc64: 'C31C45E6-3F39-412E-80FB-4809C4980599',
  s390x: '5EEAD9A9-FE09-4A1E-A1D7-520D00531306',
  riscv64: '72EC70A6-CF74-40E6-BD49-4BDA08E8F224',
}
export const ESP_TYPE = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const GPT_TYPES: Readonly<Record<string, string>> = {
  esp: ESP_TYPE,
  xbootldr: 'BC13C2FF-59E6-4262-A352-B275FD6F7172',
  linux: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  swap: '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F',
  home: '933AC7E1-2EB4-4F13-B844-0E14E2AEF915',
  bios: '21686148-6449-6E6F-744E-656564454649',
}
const DOS_TYPES: Readonly<Record<string, string>> = { esp: 'ef', xbootldr: 'ea', swap: '82' }

/** The type of the root partition that `systemd-gpt-auto-generator` finds; `arch` is Rust's name. */
export function rootType(arch: string): string {
  return ROOT_TYPES[arch] ?? GPT_TYPES['linux'] ?? ''
}

/** Makes the disk of a request. `hash` gives SHA-256 of texts as hex. */
export function makeTarget(target: TargetDisk, arch: string, hash: (text: string) => string): Disk {
  const sectors = parseSize(target.disk) / SECTOR
  const mounts = new Map(Object.entries(target.mount ?? {}))
  const disk: Disk = { sectors, table: null, filesystems: [], unformatted: [], mounts }
  if (target.whole !== undefined) add(disk, 0, target.whole, parseSize(target.disk))
  else if (target.parts === undefined) disk.unformatted.push(0)
  else addPartitions(disk, target.parts, target.label ?? 'gpt', arch)
  for (const [mount, n] of mounts) makeMountPoint(disk, mount, n)
  fill(disk, target, hash)
  return disk
}

function addPartitions(
  disk: Disk,
  parts: readonly TargetFilesystem[],
  label: 'gpt' | 'dos',
  arch: string,
): void {
  const wanted = parts.map(({ type, size }, index): WantedPartition => {
    const gpt = type === 'root' ? rootType(arch) : (GPT_TYPES[type] ?? type.toUpperCase())
    return {
      type: label === 'gpt' ? gpt : (DOS_TYPES[type] ?? '83'),
      name: type,
      size: size === undefined ? null : parseSize(size),
      uuid: `BBBBBBBB-0000-4000-8000-00000000000${index + 1}`,
    }
  })
  disk.table = layOut(disk.sectors, label, label === 'gpt' ? GPT_ID : DOS_ID, wanted)
  if (disk.table === null) {
    throw new SealscopeError({
      code: 'target-size',
      what: 'the partitions of the target do not fit on its disk',
      expected: 'a larger disk',
      found: `${disk.sectors * SECTOR} bytes`,
    })
  }
  parts.forEach((part, index) => {
    const size = (disk.table?.partitions[index]?.size ?? 0) * SECTOR
    add(disk, index + 1, part, size)
  })
}

function add(disk: Disk, n: number, part: TargetFilesystem, size: number): void {
  if (part.fs === 'none') {
    disk.unformatted.push(n)
    return
  }
  const number = Math.max(1, n)
  const uuid =
    part.fs === 'vfat' ? `ABCD-000${number}` : `aaaaaaaa-0000-4000-8000-00000000000${number}`
  const label = part.type === 'esp' ? 'EFI-SYSTEM' : part.type
  const options = part.mkfs ?? []
  disk.filesystems.push(makeFilesystem(n, part.fs, { label, uuid, size, options }))
}

function filesystem(disk: Disk, n: number): DiskFilesystem | undefined {
  return disk.filesystems.find((each) => each.n === n)
}

function makeMountPoint(disk: Disk, mount: string, n: number): void {
  if (filesystem(disk, n) === undefined) {
    throw new SealscopeError({
      code: 'target-mount',
      what: 'a mount of the target names a partition without a file system',
      expected: disk.filesystems.map((each) => `${each.n}`).join(', '),
      found: `${mount}: ${n}`,
    })
  }
  if (mount === '/') return
  const root = filesystem(disk, disk.mounts.get('/') ?? -1)
  const boot = mount.startsWith('/boot/') ? disk.mounts.get('/boot') : undefined
  const at = boot === undefined ? root : filesystem(disk, boot)
  at?.volume.folder(boot === undefined ? mount.slice(1) : mount.slice('/boot/'.length))
}

function fill(disk: Disk, target: TargetDisk, hash: (text: string) => string): void {
  const root = filesystem(disk, disk.mounts.get('/') ?? -1)
  if (root !== undefined) putFiles(root.volume, target.files ?? {}, hash)
  for (const [number, files] of Object.entries(target.pfiles ?? {})) {
    const each = filesystem(disk, Number(number))
    if (each !== undefined) putFiles(each.volume, files, hash)
  }
}

function putFiles(
  volume: Volume,
  files: Readonly<Record<string, string | null>>,
  hash: (text: string) => string,
): void {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) volume.folder(path)
    else {
      volume.folder(path.split('/').slice(0, -1).join('/'))
      volume.file(path, textBody(text, hash))
    }
  }
}

/** The body of a text file. */
export function textBody(text: string, hash: (text: string) => string): FileBody {
  return { size: new TextEncoder().encode(text).length, sha256: hash(text), text }
}
