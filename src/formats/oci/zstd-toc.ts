import { SealscopeError } from '../../base/error'
import { fromBytes } from '../../base/byte-string'
import type { TarEntry } from '../tar/entry'

/** Where the table of contents of a zstd:chunked layer lies, in bytes of the blob, and its digest (SHA-256, packed). */
export interface TocPlace {
  offset: number
  size: number
  unpacked: number
  digest: string
}

/** A piece of a file: a zstd stream of its own at `offset` to `end` of the blob. */
export interface TocChunk {
  offset: number
  end: number
  size: number
  /** `sha256:…` of the unpacked bytes. */
  digest: string
}

/** An entry of the layer, and where its bytes lie. */
export interface TocEntry extends TarEntry {
  chunks: TocChunk[]
}

const PREFIXES = ['io.github.containers.zstd-chunked.', 'io.containers.zstd-chunked.']
const PLACE = /^(\d{1,15}):(\d{1,9}):(\d{1,9}):1$/
const PACKED_LIMIT = 16 << 20
const UNPACKED_LIMIT = 64 << 20
const ENTRY_LIMIT = 600_000
const TYPES: Readonly<Record<string, TarEntry['type']>> = { reg: 'file', hardlink: 'hardlink', symlink: 'symlink', char: 'char', block: 'block', dir: 'dir', fifo: 'fifo' } // prettier-ignore

/**
 * The place that a layer's annotations name (containers/storage pkg/chunked/internal/compression.go): null
 * where they do not, or name one that is not in the blob. The manifest's digest vouches for the annotations.
 */
export function tocPlace(
  annotations: Readonly<Record<string, string>>,
  blob: number,
): TocPlace | null {
  const prefix = PREFIXES.find((each) => annotations[`${each}manifest-position`] !== undefined)
  if (prefix === undefined) return null
  const match = PLACE.exec(annotations[`${prefix}manifest-position`] ?? '')
  const digest = annotations[`${prefix}manifest-checksum`] ?? ''
  const [offset, size, unpacked] = (match ?? []).slice(1).map(Number)
  if (offset === undefined || size === undefined || unpacked === undefined) return null
  const isInside = offset + size <= blob && size <= PACKED_LIMIT && unpacked <= UNPACKED_LIMIT
  return isInside && /^sha256:[0-9a-f]{64}$/.test(digest)
    ? { offset, size, unpacked, digest }
    : null
}

/** The entries of an unpacked table. Throws where a field is not what it must be. */
export function parseToc(bytes: Uint8Array, blob: number): TocEntry[] {
  const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  const list = isRecord(json) ? json['entries'] : null
  if (!Array.isArray(list) || list.length > ENTRY_LIMIT) throw wrong('entries', list)
  const entries: TocEntry[] = []
  let ends: number[] = []
  for (const item of list as unknown[]) {
    if (!isRecord(item)) throw wrong('entries', item)
    const last = entries.at(-1)
    if (item['type'] === 'chunk') {
      if (last === undefined) throw wrong('chunk', item['name'])
      last.chunks.push(chunkOf(item, last, ends[0] ?? 0))
      continue
    }
    const type = TYPES[String(item['type'])]
    if (type === undefined) throw wrong('type', item['type'])
    const entry = entryOf(item, type, entries.length)
    ends = [whole(item, 'endOffset')]
    if (type === 'file' && entry.size > 0) entry.chunks.push(chunkOf(item, entry, ends[0] ?? 0))
    entries.push(entry)
  }
  for (const entry of entries) closeChunks(entry, blob)
  return entries
}

/** A chunk ends where the next one of its file begins, and the chunks are the file. */
function closeChunks({ chunks, size, path }: TocEntry, blob: number): void {
  chunks.forEach((chunk, index) => {
    const next = chunks[index + 1]
    if (next !== undefined) chunk.end = next.offset
    if (chunk.end <= chunk.offset || chunk.end > blob) throw wrong('offset', path)
  })
  const total = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
  if (chunks.length > 0 && total !== size) throw wrong('chunkSize', path)
}

function chunkOf(item: Record<string, unknown>, file: TocEntry, end: number): TocChunk {
  const size = whole(item, 'chunkSize')
  const digest = item['chunkDigest'] ?? item['digest']
  if (typeof digest !== 'string') throw wrong('chunkDigest', digest)
  return { offset: whole(item, 'offset'), end, size: size === 0 ? file.size : size, digest }
}

function entryOf(item: Record<string, unknown>, type: TarEntry['type'], index: number): TocEntry {
  const { name, linkName = '' } = item
  if (typeof name !== 'string' || typeof linkName !== 'string') throw wrong('name', name)
  const seconds = Date.parse(String(item['modtime'] ?? '')) / 1000
  return {
    index,
    offset: 0,
    path: utf8(name),
    type,
    mode: whole(item, 'mode') & 0o7777,
    uid: whole(item, 'uid'),
    gid: whole(item, 'gid'),
    size: type === 'file' ? whole(item, 'size') : 0,
    mtimeSec: Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0,
    mtimeNsec: 0,
    linkTarget: utf8(linkName),
    devMajor: whole(item, 'devMajor'),
    devMinor: whole(item, 'devMinor'),
    xattrs: new Map(),
    chunks: [],
  }
}

function utf8(text: string): string {
  return fromBytes(new TextEncoder().encode(text))
}

function whole(item: Record<string, unknown>, key: string): number {
  const value = item[key] ?? 0
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw wrong(key, value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(key: string, found: unknown): SealscopeError {
  return new SealscopeError({
    code: 'layer-table',
    what: 'the table of contents of a layer cannot be read',
    where: { key },
    found: typeof found === 'string' ? JSON.stringify(found.slice(0, 60)) : typeof found,
  })
}
