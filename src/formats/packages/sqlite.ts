import { SealscopeError } from '../../base/error'

/**
 * Reads tables of an SQLite 3 database from its bytes, without indexes, journals or writing (sqlite.org
 * fileformat2). A page is looked at once, so damage and circles end.
 */
export class SqliteFile {
  private readonly view: DataView
  private readonly pageSize: number
  /** Bytes of a page without those that are reserved at its end (§1.3.4). */
  private readonly usable: number
  private readonly seen = new Set<number>()

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.length < 100 || !isSqlite(bytes))
      throw broken('the header of SQLite 3', 'another one')
    const size = this.view.getUint16(16)
    this.pageSize = size === 1 ? 65536 : size
    this.usable = this.pageSize - (bytes[20] ?? 0)
    const isPower = this.pageSize >= 512 && (this.pageSize & (this.pageSize - 1)) === 0
    if (!isPower || this.usable < 480) throw broken('a page size', String(this.pageSize))
  }

  /** The rows of a table, by its name in the schema (§2.6); none when there is no such table. */
  *rows(table: string): Generator<SqliteValue[]> {
    for (const [type, name, , root] of this.tree(1)) {
      if (type !== 'table' || name !== table || typeof root !== 'number') continue
      yield* this.tree(root)
      return
    }
  }

  /** §1.6: interior pages name their children, leaves hold the rows. */
  private *tree(root: number): Generator<SqliteValue[]> {
    const pending = [root]
    for (let page = pending.pop(); page !== undefined; page = pending.pop()) {
      const start = this.pageAt(page)
      const header = page === 1 ? start + 100 : start
      const kind = this.bytes[header]
      const cells = this.view.getUint16(header + 3)
      const pointers = header + (kind === 5 ? 12 : 8)
      if (pointers + 2 * cells > start + this.usable) throw broken('cells within their page', `${cells} of them`) // prettier-ignore
      const offsets = Array.from({ length: cells }, (_, at) => start + this.view.getUint16(pointers + 2 * at)) // prettier-ignore
      if (kind === 5) {
        const children = offsets.map((at) => this.uint32(at))
        pending.push(this.uint32(header + 8), ...children.reverse())
      } else if (kind === 13) {
        for (const at of offsets) yield this.row(at, start)
      } else throw broken('a page of a table', `kind ${kind ?? 'none'}`)
    }
  }

  private pageAt(page: number): number {
    const start = (page - 1) * this.pageSize
    if (page < 1 || start + this.pageSize > this.bytes.length) throw broken('a page of the file', String(page)) // prettier-ignore
    if (this.seen.has(page) && page !== 1) throw broken('each page once', `page ${page} again`)
    this.seen.add(page)
    return start
  }

  private uint32(at: number): number {
    if (at + 4 > this.bytes.length) throw broken('four bytes', 'the end of the file')
    return this.view.getUint32(at)
  }

  /** A table leaf cell: length of the payload, row id, payload, the first page that continues it. */
  private row(at: number, page: number): SqliteValue[] {
    const length = this.varint(at)
    const id = this.varint(length.next)
    const local = this.localPart(length.value)
    if (id.next + local > page + this.usable) throw broken('a cell within its page', 'one that leaves it') // prettier-ignore
    const first = this.bytes.subarray(id.next, id.next + local)
    if (local === length.value) return readRecord(first)
    return readRecord(this.joined(first, length.value, this.uint32(id.next + local)))
  }

  /** §1.6: how much of a payload stays on the leaf. */
  private localPart(length: number): number {
    const most = this.usable - 35
    if (length <= most) return length
    const least = Math.floor(((this.usable - 12) * 32) / 255) - 23
    const wanted = least + ((length - least) % (this.usable - 4))
    return wanted <= most ? wanted : least
  }

  private joined(first: Uint8Array, length: number, overflow: number): Uint8Array {
    if (length > this.bytes.length) throw broken('a payload within the file', `${length} bytes`)
    const payload = new Uint8Array(length)
    payload.set(first)
    let filled = first.length
    for (let page = overflow; filled < length && page !== 0;) {
      const start = this.pageAt(page)
      const part = this.bytes.subarray(
        start + 4,
        start + Math.min(this.usable, 4 + length - filled),
      )
      payload.set(part, filled)
      filled += part.length
      page = this.uint32(start)
    }
    if (filled < length) throw broken(`a payload of ${length} bytes`, `${filled}`)
    return payload
  }

  private varint(at: number): Varint {
    return readVarint(this.bytes, at)
  }
}

export type SqliteValue = null | number | string | Uint8Array

export function isSqlite(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 16)) === 'SQLite format 3\0'
}

interface Varint {
  value: number
  next: number
}

/** §1.6: up to nine bytes, seven bits each; values beyond 2^53 are not needed. */
function readVarint(bytes: Uint8Array, at: number): Varint {
  let value = 0
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) throw broken('a varint', 'the end of the bytes')
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, next: at + index + 1 }
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), next: at + 9 }
}

const TEXT = new TextDecoder()
const COLUMNS_LIMIT = 100

/** §2.1: a header of serial types, then the values. Floating point is given as null. */
function readRecord(bytes: Uint8Array): SqliteValue[] {
  const size = readVarint(bytes, 0)
  const types: number[] = []
  for (let at = size.next; at < size.value && types.length < COLUMNS_LIMIT;) {
    const type = readVarint(bytes, at)
    types.push(type.value)
    at = type.next
  }
  let at = size.value
  return types.map((type) => {
    const length = lengthOf(type)
    const part = bytes.subarray(at, at + length)
    if (part.length < length) throw broken(`a value of ${length} bytes`, `${part.length}`)
    at += length
    return valueOf(type, part)
  })
}

function lengthOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2)
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][type] ?? 0
}

function valueOf(type: number, part: Uint8Array): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? part : TEXT.decode(part)
  if (type === 8 || type === 9) return type - 8
  if (type === 0 || type >= 7) return null
  const first = part[0] ?? 0
  return part
    .subarray(1)
    .reduce((value, byte) => value * 256 + byte, first > 127 ? first - 256 : first)
}

function broken(expected: string, found: string): SealscopeError {
  return new SealscopeError({ code: 'sqlite', what: 'The SQLite database cannot be read', expected, found }) // prettier-ignore
}
