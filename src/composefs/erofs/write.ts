import type { VerityAlgorithm } from '../../kernels/kernels'
import type { ByteString, Directory } from '../../tree/node'
import { collectInodes } from './collect'
import type { DirectoryEntry, ErofsVersion } from './inode'
import { BLOCK, blockCount, layOut, type ImageLayout, type PlacedInode } from './layout'
import { isAcl, nameFilter, xattrKey, type Xattr } from './xattr'

const COMPOSEFS_MAGIC = 0xd078629a
const EROFS_MAGIC = 0xe0f5e1e2
const LAYOUT = { plain: 0, inline: 4, chunked: 8 } as const

/**
 * Writes the EROFS metadata image of a tree into `sink`, chunk by chunk; the image never exists as
 * a whole. Needs a fs-verity digest of `algorithm` for each file over 64 bytes. Returns its size.
 */
export function writeErofs(
  root: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
  sink: (chunk: Uint8Array) => void,
): number {
  const layout = layOut(collectInodes(root, version, algorithm), version)
  const writer = new Writer(sink)
  writeHeaders(writer, layout)
  const sharedOffsets = new Map(layout.shared.map(({ xattr, offset }) => [xattrKey(xattr), offset]))
  layout.placed.forEach((item, index) => writeInode(writer, layout, item, index, sharedOffsets))
  writer.zerosTo(layout.inodesEnd)
  for (const { xattr } of layout.shared) writeXattr(writer, xattr)
  for (const item of layout.placed) writeBlocks(writer, layout, item)
  writer.zerosTo(layout.size)
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

/** Little-endian writer over a window that is handed on when full. */
class Writer {
  position = 0
  private fill = 0
  private readonly bytes = new Uint8Array(64 * 1024)
  private readonly view = new DataView(this.bytes.buffer)

  constructor(private readonly sink: (chunk: Uint8Array) => void) {}

  private room(size: number): number {
    if (this.fill + size > this.bytes.length) this.flush()
    const at = this.fill
    this.fill += size
    this.position += size
    return at
  }

  flush(): void {
    if (this.fill > 0) this.sink(this.bytes.subarray(0, this.fill))
    this.fill = 0
  }

  u8(value: number): void {
    this.bytes[this.room(1)] = value
  }
  u16(value: number): void {
    this.view.setUint16(this.room(2), value, true)
  }
  u32(value: number): void {
    this.view.setUint32(this.room(4), value, true)
  }
  /** Exact up to 2^53; negative numbers in two's complement. */
  u64(value: number): void {
    const at = this.room(8)
    this.view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true)
  }
  text(value: ByteString): void {
    for (let from = 0; from < value.length; from += 4096) {
      const size = Math.min(4096, value.length - from)
      const at = this.room(size)
      for (let i = 0; i < size; i++) this.bytes[at + i] = value.charCodeAt(from + i)
    }
  }
  zerosTo(position: number): void {
    while (this.position < position) {
      const size = Math.min(4096, position - this.position)
      const at = this.room(size)
      this.bytes.fill(0, at, at + size)
    }
  }
}

function writeHeaders(writer: Writer, layout: ImageLayout): void {
  const { version, minTime } = layout
  const acl = version !== 2 && layout.placed.some((item) => item.local.some(isAcl))
  for (const word of [COMPOSEFS_MAGIC, 1, acl ? 1 : 0, version]) writer.u32(word)
  writer.zerosTo(1024)
  writer.u32(EROFS_MAGIC)
  writer.u32(0)
  writer.u32(6)
  writer.u8(12)
  writer.u8(0)
  writer.u16((layout.placed[0]?.offset ?? 0) / 32)
  writer.u64(layout.placed.length)
  writer.u64(version === 2 ? 0 : minTime.sec)
  writer.u32(version === 2 ? 0 : minTime.nsec)
  writer.u32(layout.size / BLOCK)
  writer.u32(0)
  writer.u32(version === 2 ? 0 : Math.floor(layout.inodesEnd / BLOCK))
  writer.zerosTo(1152)
}

function writeInode(
  writer: Writer,
  layout: ImageLayout,
  item: PlacedInode,
  index: number,
  sharedOffsets: Map<string, number>,
): void {
  writer.zerosTo(item.offset)
  const ino = layout.version === 2 ? item.offset / 32 : index
  if (item.compact) writeCompact(writer, item, ino)
  else writeExtended(writer, item, ino, layout.version)
  writeXattrs(writer, layout, item, sharedOffsets)
  if (item.tailEntries.length > 0) writeEntries(writer, layout, item.tailEntries)
  else if (item.tailSize > 0) writer.text(item.inode.tail ?? '')
}

function writeCompact(writer: Writer, item: PlacedInode, ino: number): void {
  const { inode } = item
  writer.u16(LAYOUT[item.layout])
  writer.u16(xattrCount(item))
  writer.u16(inode.mode)
  writer.u16(inode.nlink)
  writer.u32(item.size)
  writer.u32(0)
  writer.u32(payload(item, 1))
  writer.u32(ino)
  writer.u16(inode.node.stat.uid)
  writer.u16(inode.node.stat.gid)
  writer.u32(0)
}

function writeExtended(
  writer: Writer,
  item: PlacedInode,
  ino: number,
  version: ErofsVersion,
): void {
  const { inode } = item
  const { stat } = inode.node
  writer.u16(LAYOUT[item.layout] | 1)
  writer.u16(xattrCount(item))
  writer.u16(inode.mode)
  writer.u16(0)
  writer.u64(item.size)
  writer.u32(payload(item, version))
  writer.u32(ino)
  writer.u32(stat.uid)
  writer.u32(stat.gid)
  writer.u64(stat.mtimeSec)
  writer.u32(version === 2 ? 0 : stat.mtimeNsec)
  writer.u32(inode.nlink)
  writer.zerosTo(item.offset + 64)
}

function xattrCount(item: PlacedInode): number {
  return item.xattrSize === 0 ? 0 : 1 + (item.xattrSize - 12) / 4
}

/** i_u: device number, chunk format, or first data block. */
function payload(item: PlacedInode, version: ErofsVersion): number {
  const { node, rdev, fileType } = item.inode
  if (item.layout === 'chunked') {
    const format = version === 2 ? 31 : chunkBits(item.size) - 12
    const block = item.data / BLOCK
    return item.blocks === 'chunks' ? ((block & 0xffff0000) | format) >>> 0 : format
  }
  if (node.kind === 'char' || node.kind === 'block') return fileType === 1 ? 0 : rdev
  return blockCount(item) > 0 ? item.data / BLOCK : 0
}

/** Bits of size - 1, between 12 and 43. */
function chunkBits(size: number): number {
  const bits = size <= 1 ? 1 : (size - 1).toString(2).length
  return Math.min(43, Math.max(12, bits))
}

function writeXattrs(
  writer: Writer,
  layout: ImageLayout,
  item: PlacedInode,
  sharedOffsets: Map<string, number>,
): void {
  if (item.xattrSize === 0) return
  writer.u32(nameFilter(item.inode.xattrs))
  writer.u8(item.shared.length)
  writer.zerosTo(writer.position + 7)
  for (const xattr of item.shared) {
    const offset = sharedOffsets.get(xattrKey(xattr)) ?? 0
    const { inodesEnd, version } = layout
    writer.u32(version === 2 ? offset / 4 : ((inodesEnd % BLOCK) + (offset - inodesEnd)) / 4)
  }
  for (const xattr of item.local) writeXattr(writer, xattr)
}

function writeXattr(writer: Writer, xattr: Xattr): void {
  const start = writer.position
  writer.u8(xattr.suffix.length)
  writer.u8(xattr.prefix)
  writer.u16(xattr.value.length)
  writer.text(xattr.suffix)
  writer.text(xattr.value)
  writer.zerosTo(start + ((writer.position - start + 3) & ~3))
}

function writeEntries(
  writer: Writer,
  layout: ImageLayout,
  entries: readonly DirectoryEntry[],
): void {
  let nameOffset = 12 * entries.length
  for (const { name, target, fileType } of entries) {
    const item = layout.placed[layout.index.get(target) ?? -1]
    writer.u64((item?.offset ?? 0) / 32)
    writer.u16(nameOffset)
    writer.u8(fileType)
    writer.u8(0)
    nameOffset += name.length
  }
  for (const { name } of entries) writer.text(name)
}

function writeBlocks(writer: Writer, layout: ImageLayout, item: PlacedInode): void {
  if (item.blocks === null) return
  writer.zerosTo(item.data)
  if (item.blocks === 'symlink') writer.text((item.inode.tail ?? '').slice(0, BLOCK))
  else if (item.blocks === 'chunks') writer.text('\xff'.repeat(BLOCK))
  else {
    item.blocks.forEach((entries, index) => {
      writer.zerosTo(item.data + index * BLOCK)
      writeEntries(writer, layout, entries)
    })
  }
}
