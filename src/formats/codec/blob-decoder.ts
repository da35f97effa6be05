import { SealscopeError } from '../../base/error'
import type { Codecs } from '../../base/hash/kernels'
import { Bzip2Decoder } from './bzip2'
import { GzipDecoder } from './gzip'
import { Lz4LegacyDecoder } from './lz4-legacy'
import { XzDecoder } from './xz'
import { ZstdDecoder } from './zstd'

/** How a kernel or a part of an initrd is packed. */
export type BlobKind = 'gzip' | 'zstd' | 'lz4' | 'xz' | 'lzma' | 'bzip2' | 'lzo'

/** The kinds that can be unpacked here; the others are only named. */
export const READABLE_BLOBS: ReadonlySet<BlobKind> = new Set(['gzip', 'zstd', 'lz4', 'xz', 'bzip2'])

/** Magic numbers of lib/decompress.c in the kernel, as hex. */
const MAGICS: [string, BlobKind][] = [
  ['1f8b', 'gzip'],
  ['1f9e', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['02214c18', 'lz4'],
  ['fd377a585a00', 'xz'],
  ['5d0000', 'lzma'],
  ['425a68', 'bzip2'],
  ['894c5a4f', 'lzo'],
]

/** Bytes needed to tell the kinds apart. */
export const MAGIC_LENGTH = 6

/** The compression these bytes begin with, or null. */
export function sniffBlob(head: Uint8Array): BlobKind | null {
  let hex = ''
  for (const byte of head.subarray(0, MAGIC_LENGTH)) hex += byte.toString(16).padStart(2, '0')
  return MAGICS.find(([magic]) => hex.startsWith(magic))?.[1] ?? null
}

/** Synchronous: everything that a chunk allows is given to the output before `push` returns. */
export interface BlobDecoder {
  /** Throws SealscopeError when the bytes are no such blob. */
  push(chunk: Uint8Array): void
  /** No more bytes come. */
  finish(): void
  /** Once the blob has ended: what was pushed behind its end. Null until then. */
  rest(): Uint8Array | null
  /** Gives memory back; to be called at the end, whatever happened. */
  release(): void
}

/**
 * A decoder for one of the readable kinds. Output comes in pieces that are valid only while it is called;
 * whoever takes it counts and stops. Memory: the window, which is 128 MiB at most (as in the kernel).
 */
export function createBlobDecoder(
  kind: BlobKind,
  codecs: Codecs,
  output: (chunk: Uint8Array) => void,
): BlobDecoder {
  if (kind === 'zstd') return guarded(kind, new ZstdDecoder(codecs, output, { embedded: true }))
  if (kind === 'gzip') return guarded(kind, new GzipDecoder(codecs, output, { embedded: true }))
  if (kind === 'lz4') return guarded(kind, new Lz4LegacyDecoder(output))
  if (kind === 'xz') return guarded(kind, new XzDecoder(output))
  if (kind === 'bzip2') return guarded(kind, new Bzip2Decoder(output))
  throw unreadable(kind, `no decoder for ${kind}`)
}

interface Unpacker {
  push(chunk: Uint8Array): void
  finish?(): void
  release?(): void
  rest: Uint8Array | null
}

function guarded(kind: BlobKind, unpacker: Unpacker): BlobDecoder {
  const guard = (work: () => void) => {
    try {
      work()
    } catch (cause) {
      if (cause instanceof SealscopeError) throw cause
      throw unreadable(kind, cause instanceof Error ? cause.message : String(cause), cause)
    }
  }
  return {
    rest: () => unpacker.rest,
    push: (chunk) => guard(() => unpacker.push(chunk)),
    finish: () => guard(() => unpacker.finish?.()),
    release: () => unpacker.release?.(),
  }
}

function unreadable(kind: BlobKind, found: string, cause?: unknown): SealscopeError {
  const what = `The ${kind} data cannot be unpacked`
  return new SealscopeError({ code: 'compressed-data', what, found, cause })
}
