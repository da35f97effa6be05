import { SealscopeError } from '../../../base/error'
import type { ErofsVersion, Inode } from './inode'
import type { InodeTable } from './collect'
import { compareByName, compareByPrefix, type Xattr } from './xattr'

export const BLOCK = 4096
const SLOT = 32
const FIRST_INODE = 1152
/** Bytes of a directory entry besides its name. */
const ENTRY = 12

export interface ImageLayout {
  version: ErofsVersion
  inodes: readonly Inode[]
  /** The shared attributes in the order of their table. */
  shared: readonly Xattr[]
  inodesEnd: number
  size: number
  minTime: { sec: number; nsec: number }
}

/** Decides where everything goes (composefs-rs erofs/writer.rs, first pass). */
export function layOut(table: InodeTable, version: ErofsVersion): ImageLayout {
  const { inodes } = table
  const minTime = minimumTime(inodes)
  for (const { xattrs } of inodes) for (const xattr of xattrs) xattr.users++
  let at = FIRST_INODE
  for (const inode of inodes) {
    place(inode, version, minTime)
    at = align(at, SLOT) + padding(inode, align(at, SLOT), version)
    inode.offset = at
    at = align(at + fixedSize(inode) + inode.tail, SLOT)
  }
  const inodesEnd = at
  const shared = table.xattrs.shared().sort(version === 2 ? compareByPrefix : compareByName)
  if (version !== 2) shared.reverse()
  for (const xattr of shared) {
    xattr.offset = at
    at += xattr.size
  }
  at = align(at, BLOCK)
  for (const inode of inodes) {
    inode.data = at
    at += BLOCK * inode.blocks
  }
  return { version, inodes, shared, inodesEnd, size: at, minTime }
}

/** Inode header and attributes. */
export function fixedSize(inode: Inode): number {
  return (inode.compact ? 32 : 64) + inode.xattrSize
}

/** Attributes that the inode holds itself. */
export function localXattrs(inode: Inode): Xattr[] {
  return inode.xattrs.filter((xattr) => xattr.users === 1)
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to
}

/** Seconds compare as unsigned 64-bit numbers: a negative time is the largest. */
function minimumTime(inodes: readonly Inode[]): { sec: number; nsec: number } {
  const unsigned = (sec: number) => (sec < 0 ? sec + 2 ** 64 : sec)
  let min = inodes[0]?.node.stat ?? { mtimeSec: 0, mtimeNsec: 0 }
  for (const { node } of inodes) {
    const { stat } = node
    if (stat.mtimeSec === min.mtimeSec) {
      if (stat.mtimeNsec < min.mtimeNsec) min = stat
    } else if (unsigned(stat.mtimeSec) < unsigned(min.mtimeSec)) min = stat
  }
  return { sec: min.mtimeSec, nsec: min.mtimeNsec }
}

function place(inode: Inode, version: ErofsVersion, minTime: { sec: number; nsec: number }): void {
  inode.xattrSize = xattrBlockSize(inode.xattrs)
  if (inode.listing !== null) packDirectory(inode)
  if (version === 2) return
  inode.compact = fitsCompact(inode, minTime)
  promote(inode)
}

/** Header of 12 bytes, four for each shared attribute, the local ones. */
function xattrBlockSize(xattrs: readonly Xattr[]): number {
  if (xattrs.length === 0) return 0
  let size = 12
  for (const xattr of xattrs) size += xattr.users > 1 ? 4 : xattr.size
  return size
}

/** composefs-rs erofs/writer.rs `Directory::from_entries`: blocks of at most 4096 bytes, a tail up to 2048. */
function packDirectory(inode: Inode): void {
  const { listing } = inode
  if (listing === null) return
  const starts = [0]
  let bytes = 0
  listing.names.forEach((name, at) => {
    const size = ENTRY + name.length
    if (size > BLOCK) throw nameTooLong(name)
    if (bytes + size > BLOCK) {
      starts.push(at)
      bytes = 0
    }
    bytes += size
  })
  if (bytes > BLOCK / 2) {
    starts.push(listing.names.length)
    bytes = 0
  }
  inode.listing = { ...listing, starts }
  inode.blocks = starts.length - 1
  inode.tail = bytes
  inode.size = BLOCK * inode.blocks + bytes
  inode.layout = bytes > 0 ? 'inline' : 'plain'
}

function fitsCompact(inode: Inode, minTime: { sec: number; nsec: number }): boolean {
  const { stat } = inode.node
  return (
    stat.mtimeSec === minTime.sec &&
    stat.mtimeNsec === minTime.nsec &&
    inode.nlink <= 0xffff &&
    stat.uid <= 0xffff &&
    stat.gid <= 0xffff &&
    inode.size <= 0xffffffff
  )
}

/** Data that would not fit behind its inode gets a block of its own (versions 0 and 1). */
function promote(inode: Inode): void {
  if (inode.kind === 'symlink' && inode.tail > 0) {
    if (fixedSize(inode) + inode.tail < BLOCK) return
    inode.blocks = 1
    inode.layout = 'plain'
    inode.tail = 0
  } else if (inode.layout === 'chunked' && inode.tail + (inode.xattrSize % 32) > BLOCK) {
    inode.blocks = 1
    inode.tail = 0
  }
}

/** The padding rules before an inode at the slot `at` (sealed in composefs-rs erofs/writer.rs `write_inode`). */
function padding(inode: Inode, at: number, version: ErofsVersion): number {
  const fixed = fixedSize(inode)
  const inBlock = inode.size % BLOCK
  if (version === 2) return inode.layout === 'inline' ? straddleOld(at + fixed, inBlock) : 0
  const toBlock = align(at, BLOCK) - at
  if (inode.kind === 'symlink' && inode.blocks > 0) {
    const last = at + fixed + inode.size - 1
    return Math.floor(at / BLOCK) === Math.floor(last / BLOCK) ? 0 : toBlock
  }
  if (inode.layout === 'chunked') {
    return inode.blocks > 0 ? toBlock : straddle(at + fixed, inode.tail)
  }
  if (inode.layout !== 'inline') return 0
  if (inode.kind === 'symlink') return (at % BLOCK) + fixed + inBlock > BLOCK ? toBlock : 0
  return straddle(at + fixed, inBlock)
}

/** A tail that would cross a block border is moved behind it, the inode with it. */
function straddle(start: number, tail: number): number {
  const room = (BLOCK - (start % BLOCK)) % BLOCK
  return room !== 0 && room < tail ? align(room, SLOT) : 0
}

/** Version 2 compares the blocks of the byte before the tail and of the byte after it. */
function straddleOld(start: number, tail: number): number {
  if (Math.floor((start - 1) / BLOCK) === Math.floor((start + tail) / BLOCK)) return 0
  return align(BLOCK - ((start - 1) % BLOCK), SLOT)
}

function nameTooLong(name: string): SealscopeError {
  return new SealscopeError({
    code: 'erofs-name',
    what: 'a file name does not fit into an EROFS image',
    where: { path: `${name.slice(0, 64)}…` },
    expected: `at most ${BLOCK - ENTRY} bytes`,
    found: `${name.length} bytes`,
  })
}
