import { concat, encode } from './tar-writer'

export interface Package {
  name: string
  version: string
  release: string
  summary: string
}

const PAGE = 4096
const FILE_HEADER = 100
const STRING = 6
const BIN = 7
const I18N = 9
const REGION = 63

/** An RPM header as it stands in a database: counts, index, store; one region around all (rpm header.c, "immutable region"). */
function rpmHeader(pack: Package): Uint8Array {
  const tags: [number, number, string][] = [
    [1000, STRING, pack.name],
    [1001, STRING, pack.version],
    [1002, STRING, pack.release],
    [1004, I18N, pack.summary],
    [1014, STRING, 'MIT'],
    [1022, STRING, 'x86_64'],
  ]
  const store: Uint8Array[] = []
  const index: number[][] = []
  let at = 0
  for (const [tag, type, text] of tags) {
    const bytes = encode(`${text}\u0000`)
    index.push([tag, type, at, 1])
    store.push(bytes)
    at += bytes.length
  }
  const entries = [[REGION, BIN, at, 16], ...index]
  const trailer = words([REGION, BIN, -16 * entries.length, 16])
  return concat([words([entries.length, at + 16]), ...entries.map(words), ...store, trailer])
}

function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => view.setInt32(index * 4, value))
  return bytes
}

/** SQLite's variable-length integer of up to two bytes (fileformat2 §1.6). */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 | (value >> 7), value & 0x7f]
}

/** A table leaf cell: payload length, rowid, record of the values (fileformat2 §1.6, §2.1). */
function cell(rowid: number, values: readonly (string | number | Uint8Array | null)[]): Uint8Array {
  const types: number[] = []
  const body: Uint8Array[] = []
  for (const value of values) {
    if (value === null) types.push(0)
    else if (typeof value === 'number') {
      types.push(1)
      body.push(Uint8Array.of(value))
    } else {
      const bytes = typeof value === 'string' ? encode(value) : value
      types.push(...varint(bytes.length * 2 + (typeof value === 'string' ? 13 : 12)))
      body.push(bytes)
    }
  }
  const record = concat([Uint8Array.of(types.length + 1, ...types), ...body])
  return concat([Uint8Array.of(...varint(record.length), ...varint(rowid)), record])
}

/** A b-tree page with its cells at the end, in order (fileformat2 §1.6). */
function page(
  type: number,
  cells: readonly Uint8Array[],
  right: number | null,
  first: boolean,
): Uint8Array {
  const bytes = new Uint8Array(PAGE)
  const view = new DataView(bytes.buffer)
  const head = first ? FILE_HEADER : 0
  let end = PAGE
  const pointers = head + (right === null ? 8 : 12)
  cells.forEach((content, index) => {
    end -= content.length
    bytes.set(content, end)
    view.setUint16(pointers + 2 * index, end)
  })
  view.setUint8(head, type)
  view.setUint16(head + 3, cells.length)
  view.setUint16(head + 5, end)
  if (right !== null) view.setUint32(head + 8, right)
  return bytes
}

function fileHeader(pages: number): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER)
  const view = new DataView(bytes.buffer)
  bytes.set(encode('SQLite format 3\u0000'))
  view.setUint16(16, PAGE)
  bytes.set([1, 1, 0, 64, 32, 32], 18)
  view.setUint32(24, 1)
  view.setUint32(28, pages)
  view.setUint32(40, 1)
  view.setUint32(44, 4)
  view.setUint32(56, 1)
  view.setUint32(92, 1)
  view.setUint32(96, 3_040_000)
  return bytes
}

/** rpmdb.sqlite with the table `Packages` that rpm reads: hnum and header blob, a row each package. */
export function rpmDatabase(packages: readonly Package[]): Uint8Array {
  const leaves: { cells: Uint8Array[]; last: number; size: number }[] = []
  packages.forEach((pack, index) => {
    const content = cell(index + 1, [null, rpmHeader(pack)])
    const leaf = leaves.at(-1)
    if (leaf === undefined || leaf.size + content.length + 2 > PAGE - 16) {
      leaves.push({ cells: [content], last: index + 1, size: content.length + 2 })
    } else {
      leaf.cells.push(content)
      leaf.last = index + 1
      leaf.size += content.length + 2
    }
  })
  const sql = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY,blob BLOB NOT NULL)"
  const schema = page(13, [cell(1, ['table', 'Packages', 'Packages', 2, sql])], null, true)
  schema.set(fileHeader(2 + leaves.length))
  const inner = leaves.slice(0, -1).map(({ last }, index) => {
    return concat([words([3 + index]), Uint8Array.of(...varint(last))])
  })
  const root = page(5, inner, 2 + leaves.length, false)
  return concat([schema, root, ...leaves.map(({ cells }) => page(13, cells, null, false))])
}
