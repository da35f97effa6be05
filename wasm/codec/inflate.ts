// Deflate (RFC 1951), from pieces of any size. A step that lacks input takes nothing: what it has seen
// stays in the input and is looked at again when more has come. Members of a gzip file (RFC 1952) and
// all errors in words are in src/formats/codec/gzip.ts.
import { arena, reserve } from '../layout'
import { copyMatch } from './copy'
import {
  BAD_ENTRY,
  buildCodes,
  DISTANCE_BITS,
  DISTANCES,
  END_OF_BLOCK,
  EXTRA,
  LENGTHS,
  LITERAL,
  LITERAL_BITS,
  LITERALS,
  SUBTABLE,
} from './deflate-codes'
import { at, history, SLACK, windowBegin, windowRoom, windowTook } from './window'

/** What a call ends with. */
export const NEEDS_INPUT: i32 = 0
export const HAS_OUTPUT: i32 = 1
export const ENDED: i32 = 2
/** What no encoder may write. */
export const BAD_BLOCK_TYPE: i32 = -1
export const BAD_STORED: i32 = -2
export const BAD_CODES: i32 = -3
export const BAD_SYMBOL: i32 = -4
export const BAD_DISTANCE: i32 = -5

/** §2: distances are at most 32 KiB. */
const WINDOW: usize = 32 * 1024
/** A call gives at most this, and the rest of a match. */
const OUTPUT_STEP: usize = 128 * 1024
const LONGEST_MATCH: usize = 258

const LITERAL_MASK: usize = (1 << LITERAL_BITS) - 1
const DISTANCE_MASK: usize = (1 << DISTANCE_BITS) - 1

/** Room for input: what was left, and a piece. */
export const SOURCE_SIZE: usize = 128 * 1024
const source: usize = arena
const literalTable: usize = source + SOURCE_SIZE + SLACK
const distanceTable: usize = literalTable + 4 * 4096
const lengths: usize = distanceTable + 4 * 2048
const window: usize = lengths + 512

// States between calls.
const HEADER = 0
const STORED = 1
const STORED_BYTES = 2
const CODES = 3
const DONE = 4

let state: i32 = HEADER
let last: bool = false
let stored: usize = 0

// Input: bytes from `next` to `end`, and in front of them `count` bits, the lowest first (§3.1.1).
let next: usize = 0
let end: usize = 0
let bits: u64 = 0
let count: u32 = 0
let out: usize = 0

/** Begins a stream. */
export function inflateBegin(): void {
  reserve(window)
  next = source
  end = source
  state = HEADER
  bits = 0
  count = 0
  windowBegin(window, WINDOW)
}

/** Moves the input that is left to the front; more may be written where this says. */
export function inflateInputAt(): usize {
  const left = end - next
  memory.copy(source, next, left)
  next = source
  end = source + left
  return end
}

/** How many bytes may be written there. */
export function inflateRoom(): usize {
  return source + SOURCE_SIZE - end
}

export function inflateTook(size: usize): void {
  end += size
}

/** Bytes of the input that were not read. */
export function inflateLeft(): usize {
  return end - next
}

/** Where the bytes of the last call end, and how many they are. */
export function inflateEnd(): usize {
  return at
}
let made: usize = 0
export function inflateMade(): usize {
  return made
}

/** Unpacks until there is enough output, no more input, or the stream ends. */
export function inflate(): i32 {
  windowRoom(OUTPUT_STEP + LONGEST_MATCH + SLACK)
  out = at
  const limit = at + OUTPUT_STEP
  let status: i32 = HAS_OUTPUT
  while (out < limit) {
    status = state === CODES ? codes(limit) : state === HEADER ? header() : storedBlock(limit)
    if (status !== HAS_OUTPUT) break
    if (state === DONE) {
      status = ENDED
      break
    }
  }
  giveBack()
  made = out - at
  windowTook(out)
  return status
}

/** Bytes of which no bit was used go back to the input. */
function giveBack(): void {
  next -= count >> 3
  count &= 7
  bits &= ((<u64>1) << count) - 1
}

/** At least 56 bits, or all that there are. */
function fill(): void {
  if (next + 8 <= end) {
    bits |= load<u64>(next) << count
    next += (63 - count) >> 3
    count |= 56
  } else {
    while (count < 56 && next < end) {
      bits |= (<u64>load<u8>(next++)) << count
      count += 8
    }
  }
}

function drop(size: u32): void {
  bits >>= size
  count -= size
}

/** §3.2.3: the header of a block; HAS_OUTPUT: it was read. */
function header(): i32 {
  giveBack()
  const nextBefore = next
  const bitsBefore = bits
  const countBefore = count
  const status = readHeader()
  if (status === NEEDS_INPUT) {
    next = nextBefore
    bits = bitsBefore
    count = countBefore
  }
  return status
}

function readHeader(): i32 {
  fill()
  if (count < 3) return NEEDS_INPUT
  last = (bits & 1) !== 0
  const type = (<i32>(bits >> 1)) & 3
  drop(3)
  if (type === 0) {
    state = STORED
    return HAS_OUTPUT
  }
  if (type === 3) return BAD_BLOCK_TYPE
  const status = type === 1 ? fixedCodes() : dynamicCodes()
  if (status === HAS_OUTPUT) state = CODES
  return status
}

/** §3.2.6: lengths of the fixed codes. */
function fixedCodes(): i32 {
  memory.fill(lengths, 8, 144)
  memory.fill(lengths + 144, 9, 112)
  memory.fill(lengths + 256, 7, 24)
  memory.fill(lengths + 280, 8, 8)
  buildCodes(lengths, 288, literalTable, LITERAL_BITS, LITERALS)
  memory.fill(lengths, 5, 32)
  buildCodes(lengths, 32, distanceTable, DISTANCE_BITS, DISTANCES)
  return HAS_OUTPUT
}

/** §3.2.7: the order in which lengths of the code length code are given. */
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

/** §3.2.7: codes that are described by lengths, which are packed themselves. */
function dynamicCodes(): i32 {
  fill()
  if (count < 14) return NEEDS_INPUT
  const literals = ((<i32>bits) & 31) + 257
  const distances = ((<i32>(bits >> 5)) & 31) + 1
  const described = ((<i32>(bits >> 10)) & 15) + 4
  drop(14)
  if (literals > 286 || distances > 30) return BAD_CODES
  memory.fill(lengths, 0, 19)
  for (let i = 0; i < described; i++) {
    fill()
    if (count < 3) return NEEDS_INPUT
    store<u8>(lengths + load<u8>(ORDER + i), (<u8>bits) & 7)
    drop(3)
  }
  // The code of lengths is small enough for the table of distances.
  if (!buildCodes(lengths, 19, distanceTable, 7, LENGTHS)) return BAD_CODES
  const total = literals + distances
  let symbols = 0
  while (symbols < total) {
    fill()
    const entry = load<u32>(distanceTable + (((<usize>bits) & 127) << 2))
    const size: u32 = entry & 255
    const symbol: i32 = entry >> 16
    if (size > count) return NEEDS_INPUT
    if ((entry & BAD_ENTRY) !== 0) return BAD_CODES
    if (symbol < 16) {
      drop(size)
      store<u8>(lengths + symbols++, <u8>symbol)
      continue
    }
    // 16: the length before, 3 to 6 times; 17 and 18: zeros, 3 to 10 and 11 to 138 times.
    const extra: u32 = symbol === 16 ? 2 : symbol === 17 ? 3 : 7
    if (size + extra > count) return NEEDS_INPUT
    drop(size)
    const times: i32 = (symbol === 18 ? 11 : 3) + ((<i32>bits) & ((1 << extra) - 1))
    drop(extra)
    if (symbols + times > total || (symbol === 16 && symbols === 0)) return BAD_CODES
    const value: u8 = symbol === 16 ? load<u8>(lengths + symbols - 1) : 0
    memory.fill(lengths + symbols, value, times)
    symbols += times
  }
  // A block without a code for its end would have none.
  if (load<u8>(lengths + 256) === 0) return BAD_CODES
  if (!buildCodes(lengths, literals, literalTable, LITERAL_BITS, LITERALS)) return BAD_CODES
  if (!buildCodes(lengths + literals, distances, distanceTable, DISTANCE_BITS, DISTANCES))
    return BAD_CODES
  return HAS_OUTPUT
}

/** §3.2.4: a length and its complement at the next byte, then bytes as they are. */
function storedBlock(limit: usize): i32 {
  if (state === STORED) {
    // What is left of the byte is passed over.
    drop(count & 7)
    giveBack()
    if (end - next < 4) return NEEDS_INPUT
    stored = load<u16>(next)
    if (stored !== ((<usize>load<u16>(next, 2)) ^ 0xffff)) return BAD_STORED
    next += 4
    state = STORED_BYTES
  }
  const size = min(stored, min(end - next, limit - out))
  memory.copy(out, next, size)
  out += size
  next += size
  stored -= size
  if (stored === 0) {
    endBlock()
    return HAS_OUTPUT
  }
  return next === end ? NEEDS_INPUT : HAS_OUTPUT
}

function endBlock(): void {
  state = last ? DONE : HEADER
  if (!last) return
  // What follows the stream begins at the next byte.
  drop(count & 7)
}

/** §3.2.3, §3.2.5: symbols of a block, until it ends, the limit is reached or input is lacking. */
function codes(limit: usize): i32 {
  const reachAt = at - history
  let to = out
  let b = bits
  let c = count
  let from = next
  // A refill gives 56 bits, of which a length and a distance have at most 48; there are two at most.
  const fastEnd = end - 16
  let status: i32 = HAS_OUTPUT
  while (from <= fastEnd && to < limit) {
    b |= load<u64>(from) << c
    from += (63 - c) >> 3
    c |= 56
    let entry = load<u32>(literalTable + (((<usize>b) & LITERAL_MASK) << 2))
    if ((entry & LITERAL) !== 0) {
      // Three literals of the first table have at most 33 bits.
      b >>= <u64>(entry & 255)
      c -= entry & 255
      store<u8>(to++, <u8>(entry >> 16))
      entry = load<u32>(literalTable + (((<usize>b) & LITERAL_MASK) << 2))
      if ((entry & LITERAL) !== 0) {
        b >>= <u64>(entry & 255)
        c -= entry & 255
        store<u8>(to++, <u8>(entry >> 16))
        entry = load<u32>(literalTable + (((<usize>b) & LITERAL_MASK) << 2))
        if ((entry & LITERAL) !== 0) {
          b >>= <u64>(entry & 255)
          c -= entry & 255
          store<u8>(to++, <u8>(entry >> 16))
          continue
        }
      }
      b |= load<u64>(from) << c
      from += (63 - c) >> 3
      c |= 56
    }
    if ((entry & SUBTABLE) !== 0) {
      b >>= <u64>(entry & 255)
      c -= entry & 255
      entry = load<u32>(literalTable + (((entry >> 16) + (<u32>b & ((1 << ((entry >> 8) & EXTRA)) - 1))) << 2)) // prettier-ignore
      if ((entry & LITERAL) !== 0) {
        b >>= <u64>(entry & 255)
        c -= entry & 255
        store<u8>(to++, <u8>(entry >> 16))
        continue
      }
    }
    if ((entry & (BAD_ENTRY | END_OF_BLOCK)) !== 0) {
      if ((entry & BAD_ENTRY) !== 0) {
        status = BAD_SYMBOL
        break
      }
      b >>= <u64>(entry & 255)
      c -= entry & 255
      next = from
      bits = b
      count = c
      out = to
      endBlock()
      return HAS_OUTPUT
    }
    b >>= <u64>(entry & 255)
    c -= entry & 255
    let extra: u32 = (entry >> 8) & EXTRA
    const size: usize = (entry >> 16) + ((<u32>b) & ((1 << extra) - 1))
    b >>= <u64>extra
    c -= extra
    entry = load<u32>(distanceTable + (((<usize>b) & DISTANCE_MASK) << 2))
    if ((entry & SUBTABLE) !== 0) {
      b >>= <u64>(entry & 255)
      c -= entry & 255
      entry = load<u32>(distanceTable + (((entry >> 16) + (<u32>b & ((1 << ((entry >> 8) & EXTRA)) - 1))) << 2)) // prettier-ignore
    }
    if ((entry & BAD_ENTRY) !== 0) {
      status = BAD_SYMBOL
      break
    }
    b >>= <u64>(entry & 255)
    c -= entry & 255
    extra = (entry >> 8) & EXTRA
    const distance: usize = (entry >> 16) + ((<u32>b) & ((1 << extra) - 1))
    b >>= <u64>extra
    c -= extra
    if (distance > to - reachAt) {
      status = BAD_DISTANCE
      break
    }
    copyMatch(to, distance, size)
    to += size
  }
  next = from
  bits = b
  count = c
  out = to
  if (status < 0) return status
  return to < limit ? slowCodes(limit, reachAt) : HAS_OUTPUT
}

/** The same, symbol by symbol, up to the last byte of the input. */
function slowCodes(limit: usize, reachAt: usize): i32 {
  while (out < limit) {
    fill()
    const bitsBefore = bits
    const countBefore = count
    const status = oneSymbol(reachAt)
    if (status === NEEDS_INPUT) {
      bits = bitsBefore
      count = countBefore
      return NEEDS_INPUT
    }
    if (status !== HAS_OUTPUT || state !== CODES) return status
  }
  return HAS_OUTPUT
}

function oneSymbol(reachAt: usize): i32 {
  let entry = look(literalTable, LITERAL_MASK)
  if ((entry & 255) > count) return NEEDS_INPUT
  if ((entry & BAD_ENTRY) !== 0) return BAD_SYMBOL
  drop(entry & 255)
  if ((entry & LITERAL) !== 0) {
    store<u8>(out++, <u8>(entry >> 16))
    return HAS_OUTPUT
  }
  if ((entry & END_OF_BLOCK) !== 0) {
    endBlock()
    return HAS_OUTPUT
  }
  let extra: u32 = (entry >> 8) & EXTRA
  if (extra > count) return NEEDS_INPUT
  const size: usize = (entry >> 16) + ((<u32>bits) & ((1 << extra) - 1))
  drop(extra)
  entry = look(distanceTable, DISTANCE_MASK)
  extra = (entry >> 8) & EXTRA
  if ((entry & 255) + ((entry & BAD_ENTRY) !== 0 ? 0 : extra) > count) return NEEDS_INPUT
  if ((entry & BAD_ENTRY) !== 0) return BAD_SYMBOL
  drop(entry & 255)
  const distance: usize = (entry >> 16) + ((<u32>bits) & ((1 << extra) - 1))
  drop(extra)
  if (distance > out - reachAt) return BAD_DISTANCE
  copyMatch(out, distance, size)
  out += size
  return HAS_OUTPUT
}

/** The entry of the next code, from the second table where there is one; all of its bits. */
function look(table: usize, mask: usize): u32 {
  const entry = load<u32>(table + (((<usize>bits) & mask) << 2))
  if ((entry & SUBTABLE) === 0) return entry
  const width = entry & 255
  const index = (<u32>(bits >> width)) & ((1 << ((entry >> 8) & EXTRA)) - 1)
  return load<u32>(table + (((entry >> 16) + index) << 2)) + width
}
