import type { Directory, Leaf } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import type { Xattr } from './xattr'

/** Composefs header version: 0 and 1 as C mkcomposefs writes them, 2 as composefs-rs began with. */
export type ErofsVersion = 0 | 1 | 2

/** One inode of an image: what it holds (set while collecting) and where it lies (set while laying out). */
export interface Inode {
  node: Directory | Leaf
  kind: Directory['kind'] | Leaf['kind']
  nlink: number
  /** i_size in bytes. */
  size: number
  /** Device number, chunk format or 0; the data block is added when known. */
  value: number
  xattrs: readonly Xattr[]
  /** Directories only. */
  listing: Listing | null
  layout: 'plain' | 'inline' | 'chunked'
  /** Bytes that follow the inode header and its attributes. */
  tail: number
  /** Data blocks of their own. */
  blocks: number
  compact: boolean
  xattrSize: number
  /** Position in the inode order. */
  index: number
  /** Byte offset of the inode and of its first data block in the image. */
  offset: number
  data: number
}

/** The names of a directory in byte order, `.` and `..` among them. */
export interface Listing {
  names: readonly ByteString[]
  inodes: readonly Inode[]
  /** Index of the first name of each data block, then of the inline tail. */
  starts: readonly number[]
}

/** Creates an inode without attributes and without a place. */
export function createInode(node: Directory | Leaf, nlink: number): Inode {
  return {
    node,
    kind: node.kind,
    nlink,
    size: 0,
    value: 0,
    xattrs: [],
    listing: null,
    layout: 'plain',
    tail: 0,
    blocks: 0,
    compact: false,
    xattrSize: 0,
    index: 0,
    offset: 0,
    data: 0,
  }
}

/** erofs_fs.h file types of directory entries. */
export const FILE_TYPE = {
  file: 1,
  dir: 2,
  char: 3,
  block: 4,
  fifo: 5,
  socket: 6,
  symlink: 7,
} as const

/** S_IFMT bits (inode(7)). */
export const MODE_BITS = {
  file: 0o100000,
  dir: 0o040000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
  socket: 0o140000,
  symlink: 0o120000,
} as const
