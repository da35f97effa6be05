import { SealscopeError } from '../../base/error'
import { zstdUnpacker } from './decompress'
import { Bzip2Decoder } from './bzip2'
import { GzipMember } from './gzip-member'
import { Lz4LegacyDecoder } from './lz4-legacy'
import { XzDecoder } from './xz'
import { ZstdExtent } from './zstd-extent'

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
}

/**
 * A decoder for one of the readable kinds. Output comes in pieces as the libraries make them; whoever
 * takes it counts and stops. Memory: the window, which is 128 MiB at most (as in the kernel).
 */
export function createBlobDecoder(
  kind: BlobKind,
  output: (chunk: Uint8Array) => void,
): BlobDecoder {
  if (kind === 'zstd') return zstdBlob(output)
  if (kind === 'gzip') return guarded(kind, new GzipMember(output))
  if (kind === 'lz4') return guarded(kind, new Lz4LegacyDecoder(output))
  if (kind === 'xz') return guarded(kind, new XzDecoder(output))
  if (kind === 'bzip2') return guarded(kind, new Bzip2Decoder(output))
  throw unreadable(kind, `no decoder for ${kind}`)
}

/** The library reads frames without saying where they end; their headers say it. */
function zstdBlob(output: (chunk: Uint8Array) => void): BlobDecoder {
  const zstd = zstdUnpacker(output)
  const extent = new ZstdExtent()
  let held: Uint8Array = new Uint8Array(0)
  return guarded('zstd', {
    rest: null,
    push(chunk) {
      const all = new Uint8Array(held.length + chunk.length)
      all.set(held)
      all.set(chunk, held.length)
      const good = held.length + extent.push(chunk) - extent.undecided
      if (good > 0) zstd.push(all.subarray(0, good))
      held = all.slice(good)
      if (extent.ended) this.rest = held
    },
  })
}

interface Unpacker {
  push(chunk: Uint8Array): void
  finish?(): void
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
  }
}

function unreadable(kind: BlobKind, found: string, cause?: unknown): SealscopeError {
  const what = `The ${kind} data cannot be unpacked`
  return new SealscopeError({ code: 'compressed-data', what, found, cause })
}
