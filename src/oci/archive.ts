import { SealscopeError } from '../bytes/error'
import type { LayoutFiles } from './layout'

/** Bytes with random access: a Blob in the browser, a file in Node. Offsets and sizes in bytes. */
export interface ByteSource {
  size: number
  read(offset: number, size: number): Promise<Uint8Array>
  stream(offset: number, size: number): ReadableStream<Uint8Array>
}

interface Place {
  offset: number
  size: number
}

const BLOCK = 512
const ENTRY_LIMIT = 100_000

/**
 * The files of an `oci-archive`: a tar of an OCI layout, read by its headers alone (POSIX.1-2017
 * ustar; names over 100 bytes do not occur in a layout).
 */
export async function archiveFiles(source: ByteSource): Promise<LayoutFiles> {
  const places = await indexTar(source)
  return {
    async open(path) {
      const place = places.get(path)
      return place === undefined ? null : source.stream(place.offset, place.size)
    },
  }
}

async function indexTar(source: ByteSource): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  for (let at = 0, count = 0; at + BLOCK <= source.size; count++) {
    const header = await source.read(at, BLOCK)
    if (header.every((byte) => byte === 0)) break
    if (count === 0 && !isTarHeader(header)) throw notArchive(header)
    if (count > ENTRY_LIMIT) {
      const expected = `at most ${ENTRY_LIMIT} entries`
      throw new SealscopeError({
        code: 'archive-entries',
        what: 'the archive is too large',
        expected,
      })
    }
    const size = sizeField(header)
    if (Number.isNaN(size)) {
      const what = 'the archive has a header without a size'
      throw new SealscopeError({ code: 'archive-header', what, where: { offset: at } })
    }
    const name = text(header, 0, 100).replace(/^\.\//, '')
    const flag = header[156] ?? 0
    if (flag === 0 || flag === 0x30) places.set(name, { offset: at + BLOCK, size })
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return places
}

export function isTarHeader(header: Uint8Array): boolean {
  const stated = parseInt(text(header, 148, 8).trim(), 8)
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  return header.length >= BLOCK && stated === sum
}

/** Octal, or base-256 when the first bit is set (GNU tar, sizes over 8 GiB). */
function sizeField(header: Uint8Array): number {
  const first = header[124] ?? 0
  if ((first & 0x80) === 0) return parseInt(text(header, 124, 12).trim() || '0', 8)
  return header.subarray(125, 136).reduce((value, byte) => value * 256 + byte, first & 0x7f)
}

function text(bytes: Uint8Array, at: number, size: number): string {
  const field = bytes.subarray(at, at + size)
  const end = field.indexOf(0)
  return String.fromCharCode(...field.subarray(0, end < 0 ? size : end))
}

function notArchive(header: Uint8Array): SealscopeError {
  const gzip = header[0] === 0x1f && header[1] === 0x8b
  return new SealscopeError({
    code: 'archive',
    what: 'this is no archive of an image',
    expected: 'a plain tar of an OCI layout',
    found: gzip ? 'gzip: unpack it first' : 'something else',
  })
}
