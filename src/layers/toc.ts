import { SealscopeError } from '../bytes/error'
import type { TarEntry } from './entry'
import { latin1 } from './tar-header'

/** Bytes at the end of a blob that hold any of the footers. */
export const FOOTER_BYTES = 72
/** Cap of the unpacked table of contents (150 MiB in container-libs storage/pkg/chunked). */
export const TOC_LIMIT = 150 * 2 ** 20
const ENTRY_LIMIT = 1_000_000

/** Where the table of contents lies in the compressed blob, and what it must unpack to. */
export interface TocLocation {
  kind: 'zstd:chunked' | 'estargz'
  offset: number
  size: number
  /** Known for zstd:chunked only. */
  unpackedSize: number | null
}

/** An entry without its content; `blob` is the range of a file's compressed bytes. */
export interface TocEntry extends Omit<TarEntry, 'index' | 'offset'> {
  /** `sha256:…` of the content, or null. */
  digest: string | null
  blob: { start: number; end: number | null } | null
}

/**
 * Finds the table of contents by the last bytes of a blob of `blobSize` bytes (at least the last 72
 * of them, or all). Null: the layer has none. Sources: container-libs storage/pkg/chunked;
 * containerd/stargz-snapshotter docs/estargz.md "Footer".
 */
export function findToc(tail: Uint8Array, blobSize: number): TocLocation | null {
  return findChunked(tail, blobSize) ?? findEstargz(tail, blobSize)
}

function findChunked(tail: Uint8Array, blobSize: number): TocLocation | null {
  if (tail.length < 64) return null
  const at = tail.length - 64
  if (latin1(tail.subarray(at + 56)) !== 'GNUlInUx') return null
  const view = new DataView(tail.buffer, tail.byteOffset + at, 64)
  const word = (index: number) => view.getBigUint64(index * 8, true)
  const [offset, size, unpackedSize, type] = [word(0), word(1), word(2), word(3)]
  if (type !== 1n) throw broken('the zstd:chunked footer', 'manifest type 1', `${type}`)
  return located('zstd:chunked', offset, size, unpackedSize, blobSize - 64)
}

function findEstargz(tail: Uint8Array, blobSize: number): TocLocation | null {
  // An empty gzip member whose extra field holds the offset in hex and the word STARGZ.
  for (const size of [51, 47]) {
    const footer = tail.subarray(Math.max(0, tail.length - size))
    if (footer.length < size || footer[0] !== 0x1f || footer[1] !== 0x8b) continue
    const match = /([0-9a-f]{16})STARGZ/.exec(latin1(footer))
    if (match?.[1] === undefined) continue
    const offset = BigInt(`0x${match[1]}`)
    const end = blobSize - size
    return located('estargz', offset, BigInt(end) - offset, null, end)
  }
  return null
}

function located(
  kind: TocLocation['kind'],
  offset: bigint,
  size: bigint,
  unpackedSize: bigint | null,
  end: number,
): TocLocation {
  const limit = BigInt(TOC_LIMIT)
  if (size <= 0n || size > limit || (unpackedSize ?? 0n) > limit || offset + size > BigInt(end)) {
    throw broken(`the ${kind} footer`, `a table of contents within ${end} bytes`, `${size} bytes at ${offset}`) // prettier-ignore
  }
  const unpacked = unpackedSize === null ? null : Number(unpackedSize)
  return { kind, offset: Number(offset), size: Number(size), unpackedSize: unpacked }
}

/**
 * Reads the JSON of a table of contents (already unpacked; for eStargz the content of the tar entry
 * `stargz.index.json`). Chunk entries are dropped: a file's first entry has its whole size.
 */
export function parseToc(json: Uint8Array): TocEntry[] {
  if (json.length > TOC_LIMIT) {
    throw broken('the table of contents', `at most ${TOC_LIMIT} bytes`, `${json.length}`)
  }
  const rows = record(parseJson(json))['entries']
  if (!Array.isArray(rows)) throw broken('the table of contents', 'a list of entries', 'none')
  if (rows.length > ENTRY_LIMIT) {
    throw broken('the table of contents', `at most ${ENTRY_LIMIT} entries`, `${rows.length}`)
  }
  return rows.map(record).flatMap((row) => (row['type'] === 'chunk' ? [] : [entryOf(row)]))
}

const TYPES: ReadonlyMap<unknown, TarEntry['type']> = new Map([
  ['reg', 'file'],
  ['hardlink', 'hardlink'],
  ['symlink', 'symlink'],
  ['char', 'char'],
  ['block', 'block'],
  ['dir', 'dir'],
  ['fifo', 'fifo'],
])

function entryOf(row: Record<string, unknown>): TocEntry {
  const type = TYPES.get(row['type'])
  if (type === undefined) throw broken('a table entry', 'a known type', JSON.stringify(row['type']))
  const time = typeof row['modtime'] === 'string' ? Date.parse(row['modtime']) : 0
  const start = type === 'file' && row['offset'] !== undefined ? count(row, 'offset') : null
  const digest = typeof row['digest'] === 'string' ? row['digest'] : null
  return {
    path: bytes(row, 'name'),
    type,
    mode: count(row, 'mode') & 0o7777,
    uid: count(row, 'uid'),
    gid: count(row, 'gid'),
    size: count(row, 'size'),
    mtimeSec: Number.isNaN(time) ? 0 : Math.max(0, Math.floor(time / 1000)),
    mtimeNsec: nanoseconds(row['modtime']),
    linkTarget: bytes(row, 'linkName'),
    devMajor: count(row, 'devMajor'),
    devMinor: count(row, 'devMinor'),
    xattrs: xattrsOf(row['xattrs']),
    digest,
    blob: start === null ? null : { start, end: count(row, 'endOffset') || null },
  }
}

/** The fraction of an RFC 3339 time. */
function nanoseconds(time: unknown): number {
  const fraction = /\.([0-9]{1,9})/.exec(typeof time === 'string' ? time : '')?.[1] ?? ''
  return Number(fraction.padEnd(9, '0'))
}

function xattrsOf(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map()
  return new Map(
    Object.entries(record(value)).map(([name, base64]) => {
      try {
        return [utf8(name), atob(String(base64))]
      } catch (cause) {
        throw broken(`xattr ${name} in the table of contents`, 'base64', String(base64), cause)
      }
    }),
  )
}

function count(row: Record<string, unknown>, key: string): number {
  const value = row[key] ?? 0
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw broken(`${key} in the table of contents`, 'a whole number', JSON.stringify(value))
}

function bytes(row: Record<string, unknown>, key: string): string {
  const value = row[key] ?? ''
  if (typeof value === 'string') return utf8(value)
  throw broken(`${key} in the table of contents`, 'text', JSON.stringify(value))
}

/** Text as a byte string of its UTF-8. */
function utf8(value: string): string {
  return latin1(new TextEncoder().encode(value))
}

function parseJson(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json))
  } catch (cause) {
    throw broken('the table of contents', 'JSON', String(cause), cause)
  }
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw broken('the table of contents', 'an object', JSON.stringify(value)?.slice(0, 40) ?? '')
}

function broken(what: string, expected: string, found: string, cause?: unknown): SealscopeError {
  const short = found.slice(0, 80)
  return new SealscopeError({ code: 'layer-toc', what: `${what} cannot be used`, expected, found: short, cause }) // prettier-ignore
}
