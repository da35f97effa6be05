import type { ByteString, Directory, Leaf } from '../../tree/node'
import type { Xattr } from './xattr'

/** Composefs header version: 0 and 1 as C mkcomposefs writes them, 2 as composefs-rs began with. */
export type ErofsVersion = 0 | 1 | 2

/** What an inode's data area holds, before the image is laid out. */
export interface Inode {
  node: Directory | Leaf
  /** Type bits and permissions as in st_mode. */
  mode: number
  fileType: number
  nlink: number
  size: number
  /** Device number for char and block inodes. */
  rdev: number
  xattrs: Xattr[]
  /** Directories: all names with `.` and `..`, in byte order. */
  entries: DirectoryEntry[]
  /** Small data that follows the inode header; null when there is none. */
  tail: ByteString | null
  layout: 'plain' | 'inline' | 'chunked'
}

export interface DirectoryEntry {
  name: ByteString
  target: Directory | Leaf
  fileType: number
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
