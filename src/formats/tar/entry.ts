import type { Compression } from '../../contract/facts'

/** What one tar header (with its PAX and GNU extensions) says. Names are byte strings (latin1). */
export interface TarEntry {
  /** Position of the entry in its layer, from 0. */
  index: number
  /** Byte offset of the header block in the uncompressed layer. */
  offset: number
  /** As written in the archive, not normalised. */
  path: string
  type: 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'dir' | 'fifo'
  mode: number
  uid: number
  gid: number
  size: number
  mtimeSec: number
  mtimeNsec: number
  /** Target of a hard or symbolic link, else ''. */
  linkTarget: string
  devMajor: number
  devMinor: number
  xattrs: ReadonlyMap<string, string>
}

/** Takes the bytes of one regular file as they stream by, and may keep them; its result must be structured-cloneable. */
export interface ContentSink<T> {
  push(chunk: Uint8Array): void
  /** `stopped`: the caller has enough, though more would come. */
  end(stopped?: boolean): T
  /** True once what the file is read for is known. */
  isDone?(): boolean
}

/** A tar entry together with what was computed from its content. */
export interface LayerEntry<T> extends TarEntry {
  inline: Uint8Array | null
  verity: { sha512: string | null; sha256: string | null }
  /** What the sink returned; null when there was none. */
  captured: T | null
}

/** What the layers of an image may hold, since it is kept in memory. */
export interface Allowance {
  entries: number
  /** Bytes of names, link targets and xattrs, and what xattrs cost besides. */
  metadata: number
  /** Bytes of file contents that are kept. */
  contents: number
  /** Bytes of the tars; they only take time. */
  unpacked: number
}

/**
 * For all layers together. An entry costs about 1 kB until its digests are made; the largest known
 * images have 100,000.
 */
export const IMAGE_ALLOWANCE: Readonly<Allowance> = {
  entries: 600_000,
  metadata: 128 << 20,
  contents: 256 << 20,
  unpacked: 64 * 2 ** 30,
}

/** Everything known about a layer after one pass. */
export interface LayerListing<T> {
  entries: LayerEntry<T>[]
  compression: Compression
  /** Several gzip members or zstd frames (skippable frames do not count). */
  multiFrame: boolean
  /** Compressed bytes read and tar bytes seen. */
  size: number
  uncompressedSize: number
  /** `sha256:…` of the uncompressed bytes; null when stopped early. */
  diffId: string | null
  /** False when reading was stopped before the end. */
  complete: boolean
  /** Reading ended on purpose, before anything was compared with the layer's digest. */
  stopped: boolean
  /**
   * The bytes of the layer all came and are those that its digest names, within the limits: what is wrong
   * with it, is wrong with the image.
   */
  whole: boolean
  /** What it takes of the image's allowance. */
  spent: Allowance
  /** Why composefs-rs/bootc could not import this layer although it could be listed; null if it can. */
  importError: string | null
}
