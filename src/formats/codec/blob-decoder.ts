import { Gunzip } from 'fflate'
import { SealscopeError } from '../../base/error'
import { zstdUnpacker } from './decompress'
import { Lz4LegacyDecoder } from './lz4-legacy'
import { XzDecoder } from './xz'

/** How a kernel or a part of an initrd is packed. */
export type BlobKind = 'gzip' | 'zstd' | 'lz4' | 'xz' | 'lzma' | 'bzip2' | 'lzo'

/** The kinds that can be unpacked here; the others are only named. */
export const READABLE_BLOBS: ReadonlySet<BlobKind> = new Set(['gzip', 'zstd', 'lz4', 'xz'])

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
}

/**
 * A decoder for one of the readable kinds. Output comes in pieces as the libraries make them; whoever
 * takes it counts and stops. Memory: the window, which is 128 MiB at most (as in the kernel).
 */
export function createBlobDecoder(
  kind: BlobKind,
  output: (chunk: Uint8Array) => void,
): BlobDecoder {
  if (kind === 'gzip') {
    const gunzip = new Gunzip((chunk) => output(chunk))
    return guarded('gzip', (chunk) => gunzip.push(chunk.slice(), false))
  }
  if (kind === 'zstd') {
    const zstd = zstdUnpacker(output)
    return guarded('zstd', (chunk) => zstd.push(chunk))
  }
  if (kind === 'lz4') {
    const lz4 = new Lz4LegacyDecoder(output)
    return guarded('lz4', (chunk) => lz4.push(chunk))
  }
  if (kind === 'xz') {
    const xz = new XzDecoder(output)
    return guarded('xz', (chunk) => xz.push(chunk))
  }
  throw unreadable(kind, `no decoder for ${kind}`)
}

function guarded(kind: BlobKind, push: (chunk: Uint8Array) => void): BlobDecoder {
  return {
    push(chunk) {
      try {
        push(chunk)
      } catch (cause) {
        if (cause instanceof SealscopeError) throw cause
        throw unreadable(kind, cause instanceof Error ? cause.message : String(cause), cause)
      }
    },
  }
}

function unreadable(kind: BlobKind, found: string, cause?: unknown): SealscopeError {
  const what = `The ${kind} data cannot be unpacked`
  return new SealscopeError({ code: 'compressed-data', what, found, cause })
}
