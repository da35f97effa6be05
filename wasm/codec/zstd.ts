// Blocks of zstd frames (RFC 8878 §3.1.1.2–3.1.1.5). Frames, headers of blocks and all errors in words
// are read in src/formats/codec/zstd.ts; here is what runs for each byte.
import { arena, reserve } from '../layout'
import { backwardBits, refill } from './bits'
import { copyMatch, copyWide } from './copy'
import { buildTable, FSE_ENTRY, fseLog, readDistribution, setDistribution } from './fse'
import { decodeFour, decodeStream, huffmanForget, huffmanKnown, readTree } from './huffman'
import { at, history, SLACK, windowBegin, windowRoom, windowTook } from './window'
import { xxhBegin, xxhUpdate } from './xxh64'

/** RFC 8878 §3.1.1.2.4: no block is larger, packed or unpacked. */
export const BLOCK_LIMIT: i32 = 128 * 1024

/** What a block has that no encoder may write. */
export const BAD_LITERALS: i32 = -1
export const BAD_TABLES: i32 = -2
export const BAD_SEQUENCES: i32 = -3
export const BAD_OFFSET: i32 = -4
export const BAD_SIZE: i32 = -5

const source: usize = arena
const literals: usize = source + BLOCK_LIMIT + SLACK
const window: usize = literals + BLOCK_LIMIT + SLACK

// §3.1.1.3.2.1.1: baselines and numbers of extra bits of literals lengths and match lengths. Offset
// codes are their own number of bits (§3.1.1.3.2.1.1, "Offset Codes").
// prettier-ignore
const LITERALS_BASE = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
  1024, 2048, 4096, 8192, 16384, 32768, 65536,
])
// prettier-ignore
const LITERALS_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
])
// prettier-ignore
const MATCH_BASE = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
  33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
])
// prettier-ignore
const MATCH_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2,
  3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
])

// §3.1.1.3.2.2: the default distributions.
// prettier-ignore
const LITERALS_DEFAULT = memory.data<i8>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
])
// prettier-ignore
const MATCH_DEFAULT = memory.data<i8>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
])
// prettier-ignore
const OFFSET_DEFAULT = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
])

/** The three kinds of codes, in the order in which their tables are described. */
const LITERALS = 0
const OFFSET = 1
const MATCH = 2
/** Symbols (§3.1.1.3.2.1.1; offsets of 2^31 and more need more than 32 bits) and accuracy (§3.1.1.3.2.1). */
const MOST_SYMBOLS = memory.data<u8>([36, 32, 53])
const MOST_LOG = memory.data<u8>([9, 8, 9])
const DEFAULT_SYMBOLS = memory.data<u8>([36, 29, 53])
const DEFAULT_LOG = memory.data<u8>([6, 5, 6])

// A table of 512 entries for each kind: the default ones, and those of the frame.
const TABLE: usize = 512 * FSE_ENTRY
const defaults = memory.data(3 * 64 * 8, 16)
const own = memory.data(3 * 512 * 8, 16)
let defaultsMade: bool = false

// The tables in use (§3.1.1.3.2.1, Repeat_Mode); 0 when the frame has none yet.
const tables = memory.data(3 * 4, 16)
const logs = memory.data(3 * 4, 16)

// §3.1.1.5: the last three offsets.
let offset1: u32 = 1
let offset2: u32 = 4
let offset3: u32 = 8

let most: i32 = 0
let frameWindow: usize = 0
let checked: bool = false

export function zstdSource(): usize {
  reserve(window)
  return source
}

/** Begins a frame; `checksum`: its content is hashed (§3.1.1, Content_Checksum). */
export function zstdBegin(windowSize: usize, checksum: bool): void {
  reserve(window)
  if (!defaultsMade) makeDefaults()
  windowBegin(window, windowSize)
  frameWindow = windowSize
  most = <i32>min<usize>(windowSize, BLOCK_LIMIT)
  offset1 = 1
  offset2 = 4
  offset3 = 8
  huffmanForget()
  memory.fill(tables, 0, 12)
  checked = checksum
  if (checksum) xxhBegin()
}

/** Where the bytes of the last block end. */
export function zstdEnd(): usize {
  return at
}

/** §3.1.1.2.2, Raw_Block: the bytes at `source`. */
export function zstdRaw(size: i32): i32 {
  windowRoom(<usize>BLOCK_LIMIT + SLACK)
  memory.copy(at, source, size)
  return took(size)
}

/** §3.1.1.2.2, RLE_Block: the byte at `source`, `size` times. */
export function zstdRun(size: i32): i32 {
  windowRoom(<usize>BLOCK_LIMIT + SLACK)
  memory.fill(at, load<u8>(source), size)
  return took(size)
}

/** §3.1.1.3: a compressed block of `size` bytes; gives the bytes that it holds, or what is wrong. */
export function zstdCompressed(size: i32): i32 {
  windowRoom(<usize>BLOCK_LIMIT + SLACK)
  const used = readLiterals(size)
  if (used < 0) return used
  const made = readSequences(source + used, size - used)
  return made < 0 ? made : took(made)
}

function took(size: i32): i32 {
  if (checked) xxhUpdate(at, size)
  windowTook(at + size)
  return size
}

let literalsSize: i32 = 0

/** §3.1.1.3.1: the literals section; gives the bytes it takes. */
function readLiterals(size: i32): i32 {
  if (size < 1) return BAD_LITERALS
  const head: u32 = load<u32>(source)
  const type = head & 3
  const format = (head >> 2) & 3
  if (type < 2) return plainLiterals(size, type === 1, format, head)
  // Sizes of 10, 14 or 18 bits each.
  const bits: u64 = format < 2 ? 10 : format === 2 ? 14 : 18
  const used: i32 = format < 2 ? 3 : format === 2 ? 4 : 5
  const word = load<u64>(source) >> 4
  const mask = ((<u64>1) << bits) - 1
  literalsSize = <i32>(word & mask)
  const packed = <i32>((word >> bits) & mask)
  if (used + packed > size || literalsSize > most) return BAD_LITERALS
  let from = source + used
  let left = packed
  if (type === 2) {
    const tree = readTree(from, left)
    if (tree < 0) return BAD_LITERALS
    from += tree
    left -= tree
  } else if (!huffmanKnown()) return BAD_LITERALS
  const good = format === 0 ? decodeStream(from, left, literals, literalsSize) : decodeFour(from, left, literals, literalsSize) // prettier-ignore
  return good ? used + packed : BAD_LITERALS
}

/** §3.1.1.3.1.1: Raw_Literals_Block and RLE_Literals_Block; sizes of 5, 12 or 20 bits. */
function plainLiterals(size: i32, run: bool, format: u32, head: u32): i32 {
  let used: i32
  if (format === 1) {
    used = 2
    literalsSize = (head >> 4) & 0xfff
  } else if (format === 3) {
    used = 3
    literalsSize = (head >> 4) & 0xfffff
  } else {
    used = 1
    literalsSize = (head >> 3) & 0x1f
  }
  const packed = run ? 1 : literalsSize
  if (used + packed > size || literalsSize > most) return BAD_LITERALS
  if (run) memory.fill(literals, load<u8>(source + used), literalsSize)
  else memory.copy(literals, source + used, literalsSize)
  return used + packed
}

/** §3.1.1.3.2: the sequences section, executed as it is read. */
function readSequences(from: usize, size: i32): i32 {
  if (size < 1) return BAD_SEQUENCES
  const end = from + size
  let count: i32 = load<u8>(from++)
  if (count === 0) return from === end ? lastLiterals(0, 0) : BAD_SEQUENCES
  if (count === 255) {
    count = <i32>load<u16>(from) + 0x7f00
    from += 2
  } else if (count >= 128) {
    count = ((count - 128) << 8) + <i32>load<u8>(from++)
  }
  const modes: u32 = load<u8>(from++)
  if (from > end || (modes & 3) !== 0) return BAD_SEQUENCES
  from = readTables(from, end, modes)
  if (from === 0) return BAD_TABLES
  return runSequences(from, <i32>(end - from), count)
}

/** §3.1.1.3.2.1: the tables of literals lengths, offsets and match lengths; 0 when one is wrong. */
function readTables(from: usize, end: usize, modes: u32): usize {
  for (let kind = 0; kind < 3; kind++) {
    const mode = (modes >> (6 - (kind << 1))) & 3
    const place = own + <usize>kind * TABLE
    if (mode === 0) {
      useTable(kind, defaults + <usize>kind * 64 * FSE_ENTRY, load<u8>(DEFAULT_LOG + kind))
    } else if (mode === 1) {
      // RLE_Mode: one symbol, no bits.
      if (from >= end) return 0
      const symbol = load<u8>(from++)
      if (symbol >= load<u8>(MOST_SYMBOLS + kind)) return 0
      store<u32>(place, (<u32>symbol) << 24)
      finishTable(kind, place, 0)
      useTable(kind, place, 0)
    } else if (mode === 2) {
      const used = readDistribution(from, <i32>(end - from), load<u8>(MOST_SYMBOLS + kind), load<u8>(MOST_LOG + kind)) // prettier-ignore
      if (used < 0) return 0
      from += used
      buildTable(place)
      finishTable(kind, place, fseLog)
      useTable(kind, place, fseLog)
    } else if (load<u32>(tables + (kind << 2)) === 0) return 0
  }
  return from
}

function useTable(kind: i32, table: usize, log: i32): void {
  store<u32>(tables + (kind << 2), <u32>table)
  store<i32>(logs + (kind << 2), log)
}

/** Puts the baseline of each symbol into its entries, and its number of extra bits in place of the symbol. */
function finishTable(kind: i32, table: usize, log: i32): void {
  const size = 1 << log
  for (let i = 0; i < size; i++) {
    const entry = table + <usize>i * FSE_ENTRY
    const symbol: usize = load<u8>(entry, 3)
    if (kind === OFFSET) {
      store<u32>(entry, (<u32>1) << (<u32>symbol), 4)
    } else if (kind === LITERALS) {
      store<u32>(entry, load<u32>(LITERALS_BASE + (symbol << 2)), 4)
      store<u8>(entry, load<u8>(LITERALS_BITS + symbol), 3)
    } else {
      store<u32>(entry, load<u32>(MATCH_BASE + (symbol << 2)), 4)
      store<u8>(entry, load<u8>(MATCH_BITS + symbol), 3)
    }
  }
}

function makeDefaults(): void {
  for (let kind = 0; kind < 3; kind++) {
    const table = defaults + <usize>kind * 64 * FSE_ENTRY
    const counts = kind === LITERALS ? LITERALS_DEFAULT : kind === OFFSET ? OFFSET_DEFAULT : MATCH_DEFAULT // prettier-ignore
    setDistribution(counts, load<u8>(DEFAULT_SYMBOLS + kind), load<u8>(DEFAULT_LOG + kind))
    buildTable(table)
    finishTable(kind, table, fseLog)
  }
  defaultsMade = true
}

/** §3.1.1.4: sequences are decoded from the end of the bit stream, and executed one by one. */
function runSequences(from: usize, size: i32, count: i32): i32 {
  let left = backwardBits(from, size)
  if (left < 0) return BAD_SEQUENCES
  const literalsTable: usize = load<u32>(tables)
  const offsetTable: usize = load<u32>(tables, 4)
  const matchTable: usize = load<u32>(tables, 8)
  // §3.1.1.3.2.1.2: the first states, in this order.
  let literalsState = first(from, left, load<i32>(logs))
  left -= load<i32>(logs)
  let offsetState = first(from, left, load<i32>(logs, 4))
  left -= load<i32>(logs, 4)
  let matchState = first(from, left, load<i32>(logs, 8))
  left -= load<i32>(logs, 8)
  let out = at
  const outEnd = at + most
  const windowSize = frameWindow
  let literal = literals
  const literalsEnd = literals + literalsSize
  for (let i = 1; left >= 0; i++) {
    const literalsEntry = load<u64>(literalsTable + literalsState * FSE_ENTRY)
    const offsetEntry = load<u64>(offsetTable + offsetState * FSE_ENTRY)
    const matchEntry = load<u64>(matchTable + matchState * FSE_ENTRY)
    // An offset has at most 31 bits, a match length 16: 47 of 57.
    let bits = refill(from, left)
    const offsetBits = (offsetEntry >> 24) & 31
    const value = <u32>(offsetEntry >> 32) + <u32>take(bits, offsetBits)
    bits <<= offsetBits
    const matchBits = (matchEntry >> 24) & 31
    const matchSize = <usize>(matchEntry >> 32) + <usize>take(bits, matchBits)
    left -= <i32>(offsetBits + matchBits)
    // A literals length has 16, and the next states 26.
    bits = refill(from, left)
    const literalsBits = (literalsEntry >> 24) & 31
    const run = <usize>(literalsEntry >> 32) + <usize>take(bits, literalsBits)
    bits <<= literalsBits
    left -= <i32>literalsBits
    const distance: usize = offsetOf(value, run === 0)
    if (run > literalsEnd - literal || out + run + matchSize > outEnd) return BAD_SIZE
    if (run > 0) {
      copyWide(out, literal, run)
      out += run
      literal += run
    }
    // Matches reach back to the beginning of the frame, or of the window.
    const reach = min(windowSize, history + (out - at))
    if (distance === 0 || distance > reach) return BAD_OFFSET
    copyMatch(out, distance, matchSize)
    out += matchSize
    if (i === count) break
    // §3.1.1.3.2.1.2: literals length, match length, offset; not after the last sequence.
    let width = (literalsEntry >> 16) & 255
    literalsState = <usize>((<u32>literalsEntry) & 0xffff) + <usize>take(bits, width)
    bits <<= width
    left -= <i32>width
    width = (matchEntry >> 16) & 255
    matchState = <usize>((<u32>matchEntry) & 0xffff) + <usize>take(bits, width)
    bits <<= width
    left -= <i32>width
    width = (offsetEntry >> 16) & 255
    offsetState = <usize>((<u32>offsetEntry) & 0xffff) + <usize>take(bits, width)
    left -= <i32>width
  }
  if (left !== 0) return BAD_SEQUENCES
  return lastLiterals(<i32>(out - at), <i32>(literal - literals))
}

/** The highest `count` bits; two shifts, since a count of 0 would shift by 64. */
function take(bits: u64, count: u64): u64 {
  return (bits >> 1) >> (63 - count)
}

function first(from: usize, left: i32, log: i32): usize {
  return <usize>take(refill(from, left), log)
}

/** §3.1.1.5: values up to 3 name one of the last three offsets, shifted by one without literals. */
function offsetOf(value: u32, withoutLiterals: bool): u32 {
  if (value > 3) {
    offset3 = offset2
    offset2 = offset1
    offset1 = value - 3
    return offset1
  }
  const which = withoutLiterals ? value + 1 : value
  if (which === 1) return offset1
  const found = which === 2 ? offset2 : which === 3 ? offset3 : offset1 - 1
  if (which !== 2) offset3 = offset2
  offset2 = offset1
  offset1 = found
  return found
}

/** §3.1.1.4: the literals behind the last sequence. */
function lastLiterals(made: i32, used: i32): i32 {
  const rest = literalsSize - used
  if (made + rest > most) return BAD_SIZE
  if (rest > 0) copyWide(at + made, literals + used, rest)
  return made + rest
}
