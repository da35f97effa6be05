import { SealscopeError } from '../../../base/error'
import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { Leaf } from '../../../image/tree/node'
import { deviceNumber } from './device'
import type { ErofsVersion, Inode } from './inode'
import type { XattrTable } from './xattr'

const BLOCK = 4096

/** Fills in what an inode holds: size, data layout and attributes (composefs-rs erofs/writer.rs). */
export function fillInode(
  inode: Inode,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
  xattrs: XattrTable,
): void {
  const { node } = inode
  inode.xattrs = xattrs.ofStat(node.stat.xattrs)
  if (node.kind === 'char' || node.kind === 'block') inode.value = deviceNumber(node)
  else if (node.kind === 'symlink') {
    fillInline(inode, node.target.length)
    // Upstream calls even an empty target inline.
    inode.layout = 'inline'
  } else if (node.kind === 'file') {
    const { size, inline } = node.content
    if (inline === null) fillExternal(inode, node, version, algorithm, xattrs)
    else fillInline(inode, size)
    if (inline !== null && version !== 2) splitInline(inode)
  }
}

function fillInline(inode: Inode, size: number): void {
  inode.size = size
  if (size === 0) return
  inode.tail = size
  inode.layout = 'inline'
}

/** Versions 0 and 1 keep whole blocks apart, and a tail of more than half a block with them. */
function splitInline(inode: Inode): void {
  inode.blocks = Math.floor(inode.size / BLOCK)
  inode.tail = inode.size % BLOCK
  if (inode.tail > BLOCK / 2) {
    inode.blocks++
    inode.tail = 0
  }
  if (inode.tail === 0) inode.layout = 'plain'
}

function fillExternal(
  inode: Inode,
  node: Extract<Leaf, { kind: 'file' }>,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
  xattrs: XattrTable,
): void {
  const { size, verity } = node.content
  const digest = verity[algorithm]
  if (digest === null) throw noDigest(node, algorithm)
  inode.size = size
  inode.layout = 'chunked'
  inode.xattrs = xattrs.ofFile(node.stat.xattrs, digest)
  if (version === 2) {
    inode.value = 31
    inode.tail = 4
    return
  }
  const bits = chunkBits(size)
  inode.value = bits - 12
  inode.tail = 4 * Math.ceil(size / 2 ** bits)
}

/** Bit length of size − 1 between 12 and 43: a chunk holds the whole file up to 8 TiB. */
function chunkBits(size: number): number {
  if (size <= BLOCK) return 12
  const last = size - 1
  const high = Math.floor(last / 2 ** 32)
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(last)
  return Math.min(bits, 43)
}

function noDigest(node: Leaf, algorithm: VerityAlgorithm): SealscopeError {
  return new SealscopeError({
    kind: 'internal',
    code: 'no-verity',
    what: `a file has no ${algorithm} fs-verity digest`,
    where: { layer: node.origin.layer },
  })
}
