import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { Directory } from '../../../image/tree/node'
import { collectInodes } from './collect'
import { ImageWriter } from './image-writer'
import { FILE_TYPE, MODE_BITS, type ErofsVersion, type Inode } from './inode'
import { BLOCK, layOut, localXattrs, type ImageLayout } from './layout'
import { isAcl, type Xattr } from './xattr'

const COMPOSEFS_MAGIC = 0xd078629a
const EROFS_MAGIC = 0xe0f5e1e2
const SUPER_OFFSET = 1024
const INODES_OFFSET = 1152
/** MTIME and XATTR_FILTER. */
const FEATURES = 2 | 4
const LAYOUT_BITS = { plain: 0, inline: 4, chunked: 8 } as const
const NO_CHUNK = 0xff

/**
 * Writes the EROFS metadata image of a tree into `sink`, chunk by chunk; the image never exists as
 * a whole, and a chunk is only valid during the call. Needs a fs-verity digest of `algorithm` for
 * each file over 64 bytes. Returns the size of the image.
 */
export function writeErofs(
  root: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
  sink: (chunk: Uint8Array) => void,
): number {
  const layout = layOut(collectInodes(root, version, algorithm), version)
  const writer = new ImageWriter(sink)
  writeHeaders(writer, layout)
  for (const inode of layout.inodes) writeInode(writer, layout, inode)
  writer.fillTo(layout.inodesEnd)
  for (const xattr of layout.shared) writeXattr(writer, xattr)
  for (const inode of layout.inodes) if (inode.blocks > 0) writeBlocks(writer, inode)
  writer.fillTo(layout.size)
  writer.flush()
  return layout.size
}

/** The whole image in memory, for export. */
export function erofsImage(
  root: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
): Uint8Array {
  const chunks: Uint8Array[] = []
  const size = writeErofs(root, version, algorithm, (chunk) => chunks.push(chunk.slice()))
  const image = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    image.set(chunk, at)
    at += chunk.length
  }
  return image
}

function writeHeaders(writer: ImageWriter, layout: ImageLayout): void {
  const { version, minTime, inodes } = layout
  const acl = version !== 2 && inodes.some((inode) => inode.xattrs.some(isAcl))
  for (const word of [COMPOSEFS_MAGIC, 1, acl ? 1 : 0, version]) writer.u32(word)
  writer.fillTo(SUPER_OFFSET)
  writer.u32(EROFS_MAGIC)
  writer.u32(0)
  writer.u32(FEATURES)
  writer.u8(12)
  writer.u8(0)
  writer.u16((inodes[0]?.offset ?? 0) / 32)
  writer.u64(inodes.length)
  writer.u64(version === 2 ? 0 : minTime.sec)
  writer.u32(version === 2 ? 0 : minTime.nsec)
  writer.u32(layout.size / BLOCK)
  writer.u32(0)
  writer.u32(version === 2 ? 0 : Math.floor(layout.inodesEnd / BLOCK))
  writer.fillTo(INODES_OFFSET)
}

function writeInode(writer: ImageWriter, layout: ImageLayout, inode: Inode): void {
  writer.fillTo(inode.offset)
  const ino = layout.version === 2 ? inode.offset / 32 : inode.index
  if (inode.compact) writeCompact(writer, inode, ino)
  else writeExtended(writer, inode, ino, layout.version)
  if (inode.xattrs.length > 0) writeXattrs(writer, layout, inode)
  if (inode.tail > 0) writeTail(writer, inode)
}

/** struct erofs_inode_compact. */
function writeCompact(writer: ImageWriter, inode: Inode, ino: number): void {
  const { stat } = inode.node
  writer.u16(LAYOUT_BITS[inode.layout])
  writer.u16(xattrCount(inode))
  writer.u16(modeOf(inode))
  writer.u16(inode.nlink)
  writer.u32(inode.size)
  writer.u32(0)
  writer.u32(dataValue(inode))
  writer.u32(ino)
  writer.u16(stat.uid)
  writer.u16(stat.gid)
  writer.u32(0)
}

/** struct erofs_inode_extended. */
function writeExtended(
  writer: ImageWriter,
  inode: Inode,
  ino: number,
  version: ErofsVersion,
): void {
  const { stat } = inode.node
  writer.u16(LAYOUT_BITS[inode.layout] | 1)
  writer.u16(xattrCount(inode))
  writer.u16(modeOf(inode))
  writer.u16(0)
  writer.u64(inode.size)
  writer.u32(dataValue(inode))
  writer.u32(ino)
  writer.u32(stat.uid)
  writer.u32(stat.gid)
  writer.u64(stat.mtimeSec)
  writer.u32(version === 2 ? 0 : stat.mtimeNsec)
  writer.u32(inode.nlink)
  writer.u64(0)
  writer.u64(0)
}

function modeOf(inode: Inode): number {
  return (inode.node.stat.mode & 0o7777) | MODE_BITS[inode.kind]
}

function xattrCount(inode: Inode): number {
  return inode.xattrSize === 0 ? 0 : 1 + (inode.xattrSize - 12) / 4
}

/** i_u: the first data block, the chunk format or the device number. */
function dataValue(inode: Inode): number {
  if (inode.blocks === 0) return inode.value
  const block = inode.data / BLOCK
  return inode.layout === 'chunked' ? ((block & 0xffff0000) | inode.value) >>> 0 : block
}

/** struct erofs_xattr_ibody_header, references into the shared table, local entries. */
function writeXattrs(writer: ImageWriter, layout: ImageLayout, inode: Inode): void {
  const local = localXattrs(inode)
  let filter = 0
  for (const xattr of inode.xattrs) filter |= xattr.filter
  writer.u32(~filter >>> 0)
  writer.u8(inode.xattrs.length - local.length)
  writer.fillTo(writer.position + 7)
  if (local.length < inode.xattrs.length) {
    const start = layout.version === 2 ? 0 : layout.inodesEnd - (layout.inodesEnd % BLOCK)
    for (const { users, offset } of inode.xattrs) if (users > 1) writer.u32((offset - start) / 4)
  }
  for (const xattr of local) writeXattr(writer, xattr)
}

/**
 * struct erofs_xattr_entry; file values as overlayfs reads them (overlayfs.h struct ovl_metacopy). Sizes
 * that their fields cannot hold lose the upper bits, as in composefs-rs, whose digest this has to be.
 */
function writeXattr(writer: ImageWriter, xattr: Xattr): void {
  const end = writer.position + xattr.size
  writer.u8(xattr.suffix.length)
  writer.u8(xattr.prefix)
  writer.u16(xattr.valueSize)
  writer.text(xattr.suffix)
  const { value } = xattr
  if (xattr.form === 'raw') writer.text(value)
  else if (xattr.form === 'metacopy') {
    writer.u8(0)
    writer.u8(xattr.valueSize)
    writer.u8(0)
    writer.u8(value.length === 128 ? 2 : 1)
    writer.hex(value)
  } else {
    writer.text(`/${value.slice(0, 2)}/`)
    writer.text(value.slice(2))
  }
  writer.fillTo(end)
}

/** What follows inode and attributes: the last directory entries, content or chunk indexes. */
function writeTail(writer: ImageWriter, inode: Inode): void {
  const { node, listing } = inode
  if (listing !== null) {
    writeEntries(writer, inode, listing.starts.at(-1) ?? 0, listing.names.length)
  } else if (inode.layout === 'chunked') writer.fillTo(writer.position + inode.tail, NO_CHUNK)
  else if (node.kind === 'symlink') writer.text(node.target)
  else if (node.kind === 'file' && node.content.inline !== null) {
    writer.raw(node.content.inline.subarray(inode.size - inode.tail))
  }
}

function writeBlocks(writer: ImageWriter, inode: Inode): void {
  writer.fillTo(inode.data)
  const { node, listing } = inode
  if (listing !== null) {
    for (let block = 0; block < inode.blocks; block++) {
      const [from = 0, to = 0] = listing.starts.slice(block, block + 2)
      writeEntries(writer, inode, from, to)
      writer.fillTo(inode.data + BLOCK * (block + 1))
    }
  } else if (inode.layout === 'chunked') writer.fillTo(inode.data + BLOCK, NO_CHUNK)
  else if (node.kind === 'symlink') writer.text(node.target.slice(0, BLOCK))
  else if (node.kind === 'file' && node.content.inline !== null) {
    writer.raw(node.content.inline.subarray(0, BLOCK * inode.blocks))
  }
}

/** Directory entries (struct erofs_dirent) `from` to `to`, then their names. */
function writeEntries(writer: ImageWriter, inode: Inode, from: number, to: number): void {
  const { listing } = inode
  if (listing === null) return
  let nameAt = 12 * (to - from)
  for (let at = from; at < to; at++) {
    const child = listing.inodes[at] ?? inode
    writer.u64(child.offset / 32)
    writer.u16(nameAt)
    writer.u8(FILE_TYPE[child.kind])
    writer.u8(0)
    nameAt += listing.names[at]?.length ?? 0
  }
  for (let at = from; at < to; at++) writer.text(listing.names[at] ?? '')
}
