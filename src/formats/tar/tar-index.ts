import { SealscopeError } from '../../base/error'
import type { ByteSource } from '../../base/byte-source'
import { paxRecords } from './pax'
import { latin1 } from './tar-header'

/** A regular file of an archive, or the name it is another name of. */
export type ArchiveEntry =
  { kind: 'file'; offset: number; size: number } | { kind: 'link'; target: string }

const BLOCK = 512
const ENTRY_LIMIT = 100_000
/** Names and PAX records of one entry. */
const EXTENSION_LIMIT = 1 << 20

interface Extension {
  path?: string
  linkpath?: string
  size?: number
}

/**
 * The files of a tar by name, from its headers alone (POSIX.1-2017 ustar and pax, GNU long names); the
 * last of equal names counts. Links are kept as names, symbolic ones resolved against their folder.
 */
export async function indexTar(source: ByteSource): Promise<Map<string, ArchiveEntry>> {
  const entries = new Map<string, ArchiveEntry>()
  let extension: Extension = {}
  for (let at = 0, count = 0; at + BLOCK <= source.size; count++) {
    const header = await source.read(at, BLOCK)
    if (header.every((byte) => byte === 0)) break
    checkHeader(header, at, count)
    const flag = String.fromCharCode(header[156] ?? 0)
    const stated = sizeField(header, at)
    if ('xLK'.includes(flag) && flag !== '\0') {
      const bytes = await readExtension(source, at + BLOCK, stated)
      extension = { ...extension, ...readAs(flag, bytes) }
      at += BLOCK + Math.ceil(stated / BLOCK) * BLOCK
      continue
    }
    const size = extension.size ?? stated
    addEntry(entries, header, { flag, size, offset: at + BLOCK, extension })
    if (flag !== 'g') extension = {}
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return entries
}

function addEntry(
  entries: Map<string, ArchiveEntry>,
  header: Uint8Array,
  found: { flag: string; size: number; offset: number; extension: Extension },
): void {
  const { flag, size, offset, extension } = found
  const name = plainName(extension.path ?? nameField(header))
  const target = extension.linkpath ?? text(header, 157, 100)
  if (flag === '0' || flag === '\0') entries.set(name, { kind: 'file', offset, size })
  if (flag === '1') entries.set(name, { kind: 'link', target: plainName(target) })
  if (flag === '2') entries.set(name, { kind: 'link', target: plainName(`${name}/../${target}`) })
}

function checkHeader(header: Uint8Array, offset: number, count: number): void {
  if (!isTarHeader(header)) {
    if (count === 0) throw notArchive(header)
    const what = 'the archive is damaged: a header has a wrong checksum'
    throw new SealscopeError({ code: 'archive-header', what, where: { offset } })
  }
  if (count <= ENTRY_LIMIT) return
  throw new SealscopeError({
    code: 'archive-entries',
    what: 'the archive is too large',
    expected: `at most ${ENTRY_LIMIT} entries`,
  })
}

async function readExtension(
  source: ByteSource,
  offset: number,
  size: number,
): Promise<Uint8Array> {
  if (size <= EXTENSION_LIMIT && offset + size <= source.size) return source.read(offset, size)
  throw new SealscopeError({
    code: 'archive-header',
    what: 'the archive has a name that is too long or cut short',
    where: { offset },
    expected: `at most ${EXTENSION_LIMIT} bytes`,
    found: `${size} bytes`,
  })
}

function readAs(flag: string, bytes: Uint8Array): Extension {
  if (flag === 'L') return { path: text(bytes, 0, bytes.length) }
  if (flag === 'K') return { linkpath: text(bytes, 0, bytes.length) }
  const found: Extension = {}
  for (const { key, value } of paxRecords(latin1(bytes))) {
    if (key === 'path') found.path = value
    if (key === 'linkpath') found.linkpath = value
    if (key === 'size' && /^\d{1,15}$/.test(value)) found.size = Number(value)
  }
  return found
}

/** Folders taken out: no leading `./`, no `x/..`. */
function plainName(name: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function nameField(header: Uint8Array): string {
  const prefix = text(header, 257, 6) === 'ustar' ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Whether 512 bytes are a tar header: their checksum fits. */
export function isTarHeader(header: Uint8Array): boolean {
  const stated = parseInt(text(header, 148, 8).trim(), 8)
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  return header.length >= BLOCK && stated === sum
}

/** Octal, or base-256 when the first bit is set (GNU tar, sizes over 8 GiB). */
function sizeField(header: Uint8Array, offset: number): number {
  const first = header[124] ?? 0
  const size =
    (first & 0x80) === 0
      ? parseInt(text(header, 124, 12).trim() || '0', 8)
      : header.subarray(125, 136).reduce((value, byte) => value * 256 + byte, first & 0x7f)
  if (Number.isSafeInteger(size) && size >= 0) return size
  const what = 'the archive has a header without a size'
  throw new SealscopeError({ code: 'archive-header', what, where: { offset } })
}

function text(bytes: Uint8Array, at: number, size: number): string {
  const field = bytes.subarray(at, at + size)
  const end = field.indexOf(0)
  return new TextDecoder('latin1').decode(field.subarray(0, end < 0 ? size : end))
}

function notArchive(header: Uint8Array): SealscopeError {
  const magic = Array.from(header.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'))
  return new SealscopeError({
    code: 'archive',
    what: 'this is no archive of an image',
    expected: 'a tar of an OCI layout or of docker save, plain or compressed with gzip or zstd',
    found: `a file that begins with the bytes ${magic.join(' ')}`,
  })
}
