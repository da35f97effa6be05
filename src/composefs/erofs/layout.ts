import type { DirectoryEntry, ErofsVersion, Inode } from './inode'
import type { InodeTable } from './collect'
import { compareByName, compareByPrefix, entrySize, xattrKey, type Xattr } from './xattr'

export const BLOCK = 4096
const SLOT = 32
const FIRST_INODE = 1152

/** One inode with everything that its place in the image decides. */
export interface PlacedInode {
  inode: Inode
  offset: number
  compact: boolean
  layout: Inode['layout']
  /** Data in blocks: directory blocks, or one promoted block. */
  blocks: DirectoryEntry[][] | 'symlink' | 'chunks' | null
  /** Entries of a directory that follow the inode. */
  tailEntries: DirectoryEntry[]
  tailSize: number
  size: number
  shared: Xattr[]
  local: Xattr[]
  xattrSize: number
  /** Byte offset of the first data block. */
  data: number
}

export interface ImageLayout {
  version: ErofsVersion
  placed: PlacedInode[]
  index: InodeTable['index']
  shared: { xattr: Xattr; offset: number }[]
  inodesEnd: number
  size: number
  minTime: { sec: number; nsec: number }
}

/** Decides where everything goes (composefs-rs erofs/writer.rs, first pass). */
export function layOut(table: InodeTable, version: ErofsVersion): ImageLayout {
  const minTime = minimumTime(table.inodes)
  const counts = shareCounts(table.inodes, version)
  const placed = table.inodes.map((inode) => place(inode, version, minTime, counts))
  let at = FIRST_INODE
  for (const item of placed) {
    at = padBefore(item, at, version)
    item.offset = at
    at = align(at + headerSize(item) + item.xattrSize + item.tailSize, SLOT)
  }
  const inodesEnd = at
  const shared: ImageLayout['shared'] = []
  for (const xattr of sharedTable(table.inodes, counts, version)) {
    shared.push({ xattr, offset: at })
    at += entrySize(xattr)
  }
  at = align(at, BLOCK)
  for (const item of placed) {
    item.data = at
    at += BLOCK * blockCount(item)
  }
  return { version, placed, index: table.index, shared, inodesEnd, size: at, minTime }
}

export function headerSize(item: { compact: boolean }): number {
  return item.compact ? 32 : 64
}

export function blockCount(item: PlacedInode): number {
  return Array.isArray(item.blocks) ? item.blocks.length : item.blocks === null ? 0 : 1
}

export function align(value: number, to: number): number {
  return Math.ceil(value / to) * to
}

function minimumTime(inodes: readonly Inode[]): { sec: number; nsec: number } {
  let min = { sec: Number.POSITIVE_INFINITY, nsec: 0 }
  for (const { node } of inodes) {
    // Seconds compare as unsigned 64-bit numbers: a negative time is the largest.
    const sec = node.stat.mtimeSec < 0 ? node.stat.mtimeSec + 2 ** 64 : node.stat.mtimeSec
    const { mtimeNsec: nsec } = node.stat
    if (sec < min.sec || (sec === min.sec && nsec < min.nsec)) min = { sec, nsec }
  }
  return min
}

function shareCounts(inodes: readonly Inode[], version: ErofsVersion): Map<string, number> {
  const counts = new Map<string, number>()
  for (const inode of inodes) {
    if (version !== 2) inode.xattrs.sort(compareByName)
    for (const xattr of inode.xattrs) {
      const key = xattrKey(xattr)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}

function sharedTable(
  inodes: readonly Inode[],
  counts: Map<string, number>,
  version: ErofsVersion,
): Xattr[] {
  const unique = new Map<string, Xattr>()
  for (const inode of inodes) {
    for (const xattr of inode.xattrs) {
      const key = xattrKey(xattr)
      if ((counts.get(key) ?? 0) > 1) unique.set(key, xattr)
    }
  }
  const table = [...unique.values()]
  return version === 2 ? table.sort(compareByPrefix) : table.sort(compareByName).reverse()
}

function place(
  inode: Inode,
  version: ErofsVersion,
  minTime: { sec: number; nsec: number },
  counts: Map<string, number>,
): PlacedInode {
  const shared = inode.xattrs.filter((xattr) => (counts.get(xattrKey(xattr)) ?? 0) > 1)
  const local = inode.xattrs.filter((xattr) => (counts.get(xattrKey(xattr)) ?? 0) <= 1)
  const localSize = local.reduce((total, xattr) => total + entrySize(xattr), 0)
  const item: PlacedInode = {
    inode,
    offset: 0,
    compact: false,
    layout: inode.layout,
    blocks: null,
    tailEntries: [],
    tailSize: inode.tail?.length ?? 0,
    size: inode.size,
    shared,
    local,
    xattrSize: inode.xattrs.length === 0 ? 0 : 12 + 4 * shared.length + localSize,
    data: 0,
  }
  if (inode.node.kind === 'dir') packDirectory(item)
  item.compact = version !== 2 && fitsCompact(item, minTime)
  if (version !== 2) promote(item)
  return item
}

/** composefs-rs erofs/writer.rs `Directory::from_entries`: blocks of at most 4096 bytes, a tail up to 2048. */
function packDirectory(item: PlacedInode): void {
  const blocks: DirectoryEntry[][] = []
  let rest: DirectoryEntry[] = []
  let bytes = 0
  for (const entry of item.inode.entries) {
    const size = 12 + entry.name.length
    if (bytes + size > BLOCK) {
      blocks.push(rest)
      rest = []
      bytes = 0
    }
    rest.push(entry)
    bytes += size
  }
  if (bytes > BLOCK / 2) {
    blocks.push(rest)
    rest = []
    bytes = 0
  }
  item.blocks = blocks.length > 0 ? blocks : null
  item.tailEntries = rest
  item.tailSize = bytes
  item.layout = bytes > 0 ? 'inline' : 'plain'
  item.size = BLOCK * blocks.length + bytes
}

function fitsCompact(item: PlacedInode, minTime: { sec: number; nsec: number }): boolean {
  const { stat } = item.inode.node
  return (
    stat.mtimeSec === minTime.sec &&
    stat.mtimeNsec === minTime.nsec &&
    item.inode.nlink <= 0xffff &&
    stat.uid <= 0xffff &&
    stat.gid <= 0xffff &&
    item.size <= 0xffffffff
  )
}

/** Data that would not fit behind its inode gets a block of its own (versions 0 and 1). */
function promote(item: PlacedInode): void {
  const { kind } = item.inode.node
  if (kind === 'symlink' && item.tailSize > 0) {
    if (headerSize(item) + item.xattrSize + item.tailSize < BLOCK) return
    item.blocks = 'symlink'
    item.layout = 'plain'
    item.tailSize = 0
  } else if (item.layout === 'chunked' && item.tailSize + (item.xattrSize % 32) > BLOCK) {
    item.blocks = 'chunks'
    item.tailSize = 0
  }
}

/** The padding rules before an inode; returns the inode's offset. */
function padBefore(item: PlacedInode, position: number, version: ErofsVersion): number {
  const fixed = headerSize(item) + item.xattrSize
  let at = align(position, SLOT)
  if (item.blocks === 'symlink') {
    const last = at + fixed + item.size - 1
    if (Math.floor(at / BLOCK) !== Math.floor(last / BLOCK)) at = align(at, BLOCK)
  }
  if (item.blocks === 'chunks') at = align(at, BLOCK)
  if (version !== 2 && item.layout === 'chunked' && item.tailSize > 0) {
    return at + straddle(at + fixed, item.tailSize)
  }
  if (item.layout !== 'inline') return at
  const tail = item.size % BLOCK
  if (version === 2) {
    const start = at + fixed
    if (Math.floor((start - 1) / BLOCK) === Math.floor((start + tail) / BLOCK)) return at
    return align(at + BLOCK - ((start - 1) % BLOCK), SLOT)
  }
  if (item.inode.node.kind === 'symlink') {
    return (at % BLOCK) + fixed + tail > BLOCK ? align(at, BLOCK) : at
  }
  return at + straddle(at + fixed, tail)
}

function straddle(start: number, tail: number): number {
  const room = (BLOCK - (start % BLOCK)) % BLOCK
  return room !== 0 && room < tail ? align(room, SLOT) : 0
}
