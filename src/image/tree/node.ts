import type { ByteString } from '../../base/byte-string'

/**
 * The merged root tree. Names, link targets, xattr names and values are byte strings: one
 * character (code 0–255) per byte, so that string order is byte order and nothing is lost.
 */

export interface Stat {
  /** Permission bits only, 0o0000–0o7777. */
  mode: number
  uid: number
  gid: number
  /** Seconds since 1970, non-negative; nanoseconds 0–999999999. */
  mtimeSec: number
  mtimeNsec: number
  xattrs: ReadonlyMap<ByteString, ByteString>
}

/** Which tar entry brought a node: layer index in image order and entry index in that layer. */
export interface Origin {
  layer: number
  entry: number
}

/** Content of a regular file: its size, and what was computed while it streamed by. */
export interface FileContent {
  size: number
  /** The bytes of files of at most 64 bytes (composefs keeps those inline), else null. */
  inline: Uint8Array | null
  /** fs-verity digests in lower-case hex (4096-byte blocks, no salt); null when not computed. */
  verity: { sha512: string | null; sha256: string | null }
}

export type Leaf =
  | { kind: 'file'; stat: Stat; origin: Origin; content: FileContent }
  | { kind: 'symlink'; stat: Stat; origin: Origin; target: ByteString }
  | { kind: 'char' | 'block'; stat: Stat; origin: Origin; major: number; minor: number }
  | { kind: 'fifo' | 'socket'; stat: Stat; origin: Origin }

export interface Directory {
  kind: 'dir'
  stat: Stat
  /** Null for a directory that no entry brought (made because something lies below it). */
  origin: Origin | null
  entries: Map<ByteString, Node>
}

/** Hard links are one Leaf object under several names: identity is the inode. */
export type Node = Directory | Leaf
