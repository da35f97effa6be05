import type { ImageFacts } from './facts'

/** `sealscope.ls/1`: files of the merged tree, or entries of one layer. */
export interface ListResult {
  schema: 'sealscope.ls/1'
  source: ImageFacts['source']
  /** Null: the merged tree. */
  layer: number | null
  /** What the path led to, with leading slash. */
  path: string
  /** Byte order of the paths; those of a layer in the order of the archive. */
  entries: FileRecord[]
}

export type FileType =
  | 'file'
  | 'dir'
  | 'symlink'
  | 'char'
  | 'block'
  | 'fifo'
  | 'socket'
  /** In a layer: another name of `target`. */
  | 'hardlink'
  /** In a layer: the path is removed. */
  | 'whiteout'
  /** In a layer: what lower layers have in this directory is removed. */
  | 'opaque'

/** A file. What the tree does not say of it is null; texts that are no UTF-8 are escaped as `\xff`. */
export interface FileRecord {
  /** With leading slash. */
  path: string
  type: FileType
  /** Permission bits in octal, `0644`; null for a directory that no entry brought. */
  mode: string | null
  /** `uid:gid` */
  owner: string | null
  /** Bytes; null for what has no content. */
  size: number | null
  /** Seconds since 1970. */
  mtime: number | null
  /** Of a symbolic or hard link. */
  target: string | null
  /** Of a device. */
  device: { major: number; minor: number } | null
  /** The layer that brought it; null when none did, and for a directory on a disk. */
  layer: number | null
  /** By name, as stored: text, or base64 after `0s` as getfattr prints it. */
  xattrs: Record<string, string>
  /** What the image's own policy says of the path; without a policy what is stored. */
  selinux: string | null
  /** fs-verity digest (SHA-512, blocks of 4096, no salt) of a file, hex; null where it was not computed. */
  verity: string | null
}
