// Decoding tables of Huffman codes (RFC 1951 §3.2.2). A table is looked up by the next bits, as they
// come; codes that are longer than its index go on in a second table behind it.

/** Entry: bits 0–7 the bits of the code, 8–15 what it is, 16–31 a value. */
export const LITERAL: u32 = 0x8000
export const END_OF_BLOCK: u32 = 0x4000
/** The value is where the second table begins, EXTRA the bits of its index. */
export const SUBTABLE: u32 = 0x2000
/** No code, or one that must not be used. */
export const BAD_ENTRY: u32 = 0x1000
/** Of the second byte: how many bits of the stream are added to the value. */
export const EXTRA: u32 = 15

/** Bits of the index of the first table. */
export const LITERAL_BITS: u32 = 11
export const DISTANCE_BITS: u32 = 8

/** §3.2.5: codes 257 to 285. */
// prettier-ignore
const LENGTH_BASE = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
])
// prettier-ignore
const LENGTH_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
])
/** §3.2.5: distance codes 0 to 29. */
// prettier-ignore
const DISTANCE_BASE = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
])

const LONGEST: i32 = 15
const counts = memory.data(2 * 16, 16)
const next = memory.data(4 * 16, 16)
/** For each index of the first table the longest code that begins with it. */
const longest = memory.data(2048, 16)

/** What the codes of a table mean. */
export const LENGTHS: i32 = 0
export const LITERALS: i32 = 1
export const DISTANCES: i32 = 2

/**
 * Makes the table of `symbols` codes with these lengths; false when they are no code. Not all codes need
 * be there only where there is none, or one of one bit (as zlib's inflate_table has it).
 */
export function buildCodes(
  lengths: usize,
  symbols: i32,
  table: usize,
  width: u32,
  kind: i32,
): bool {
  memory.fill(counts, 0, 32)
  let most: u32 = 0
  for (let i = 0; i < symbols; i++) {
    const size: u32 = load<u8>(lengths + i)
    most = max(most, size)
    const slot = counts + ((<usize>size) << 1)
    store<u16>(slot, load<u16>(slot) + 1)
  }
  let left: i32 = 1
  let code: u32 = 0
  store<u16>(counts, 0)
  for (let size = 1; size <= LONGEST; size++) {
    left = (left << 1) - load<u16>(counts + (size << 1))
    if (left < 0) return false
    code = (code + load<u16>(counts + ((size - 1) << 1))) << 1
    store<u32>(next + (size << 2), code)
  }
  if (left > 0 && most > 0 && (kind === LENGTHS || most > 1)) return false
  const size = 1 << width
  for (let i = 0; i < size; i++) store<u32>(table + ((<usize>i) << 2), BAD_ENTRY | 1)
  if (most > width) prepareSubtables(lengths, symbols, table, width)
  for (let symbol = 0; symbol < symbols; symbol++) {
    const bits: u32 = load<u8>(lengths + symbol)
    if (bits === 0) continue
    const slot = next + ((<usize>bits) << 2)
    const reversed = reverse(load<u32>(slot), bits)
    store<u32>(slot, load<u32>(slot) + 1)
    place(table, width, reversed, bits, entryOf(symbol, kind))
  }
  return true
}

/** Sets the entries of the first table that lead to a second one. */
function prepareSubtables(lengths: usize, symbols: i32, table: usize, width: u32): void {
  memory.fill(longest, 0, 1 << width)
  memory.copy(saved, next, 64)
  for (let symbol = 0; symbol < symbols; symbol++) {
    const bits: u32 = load<u8>(lengths + symbol)
    if (bits === 0) continue
    const slot = next + ((<usize>bits) << 2)
    const code = load<u32>(slot)
    store<u32>(slot, code + 1)
    if (bits <= width) continue
    const index: usize = reverse(code, bits) & ((1 << width) - 1)
    store<u8>(longest + index, <u8>max<u32>(load<u8>(longest + index), bits))
  }
  memory.copy(next, saved, 64)
  let free: u32 = 1 << width
  for (let index: u32 = 0; index < 1 << width; index++) {
    const bits: u32 = load<u8>(longest + index)
    if (bits === 0) continue
    store<u32>(
      table + ((<usize>index) << 2),
      (free << 16) | SUBTABLE | ((bits - width) << 8) | width,
    )
    free += 1 << (bits - width)
  }
}
const saved = memory.data(64, 16)

/** Writes an entry wherever the bits behind a code may be anything. */
function place(table: usize, width: u32, reversed: u32, bits: u32, entry: u32): void {
  if (bits <= width) {
    for (let i = reversed; i < 1 << width; i += 1 << bits) {
      store<u32>(table + ((<usize>i) << 2), entry | bits)
    }
    return
  }
  const first = load<u32>(table + ((<usize>(reversed & ((1 << width) - 1))) << 2))
  const begin = first >> 16
  const size: u32 = 1 << ((first >> 8) & EXTRA)
  const rest = bits - width
  for (let i = reversed >> width; i < size; i += 1 << rest) {
    store<u32>(table + ((<usize>(begin + i)) << 2), entry | rest)
  }
}

function entryOf(symbol: i32, kind: i32): u32 {
  if (kind === LENGTHS || (kind === LITERALS && symbol < 256)) return (symbol << 16) | LITERAL
  if (kind === DISTANCES) {
    // §3.2.5: codes 30 and 31 never occur.
    if (symbol > 29) return BAD_ENTRY
    const extra = symbol < 2 ? 0 : (symbol >> 1) - 1
    return ((<u32>load<u16>(DISTANCE_BASE + (symbol << 1))) << 16) | (extra << 8)
  }
  if (symbol === 256) return END_OF_BLOCK
  // §3.2.6: codes 286 and 287 never occur.
  if (symbol > 285) return BAD_ENTRY
  const index = symbol - 257
  return (
    ((<u32>load<u16>(LENGTH_BASE + (index << 1))) << 16) |
    ((<u32>load<u8>(LENGTH_EXTRA + index)) << 8)
  )
}

/** §3.1.1: codes are packed with their first bit lowest. */
function reverse(code: u32, bits: u32): u32 {
  let value: u32 = 0
  for (let i: u32 = 0; i < bits; i++) value |= ((code >> i) & 1) << (bits - 1 - i)
  return value
}
