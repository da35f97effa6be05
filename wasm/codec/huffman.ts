// Literals in Huffman codes (RFC 8878 §4.2).
import { backwardBits, refill } from './bits'
import { buildTable, FSE_ENTRY, fseLog, readDistribution } from './fse'

/** RFC 8878 §4.2.1: codes have at most 11 bits. */
const MOST_BITS: i32 = 11

const weights = memory.data(256, 16)
const ranks = memory.data(4 * 16, 16)
const weightTable = memory.data(64 * 8, 16)
/** 2^11 entries: u8 symbol, u8 bits. */
const codes = memory.data(2 * 2048, 16)

/** Bits of the longest code; 0: no table yet. */
let width: i32 = 0

export function huffmanForget(): void {
  width = 0
}

export function huffmanKnown(): bool {
  return width > 0
}

/** RFC 8878 §4.2.1: reads the description of a tree; gives the bytes it takes, or -1. */
export function readTree(at: usize, size: i32): i32 {
  if (size < 1) return -1
  const head: i32 = load<u8>(at)
  let count: i32
  let used: i32
  if (head >= 128) {
    // §4.2.1.1, direct: weights of four bits, the first in the high ones.
    count = head - 127
    used = 1 + ((count + 1) >> 1)
    if (used > size) return -1
    for (let i = 0; i < count; i++) {
      const byte = load<u8>(at + 1 + (i >> 1))
      store<u8>(weights + i, i & 1 ? byte & 15 : byte >> 4)
    }
  } else {
    used = 1 + head
    if (used > size) return -1
    count = readWeights(at + 1, head)
    if (count < 0) return -1
  }
  return buildCodes(count) ? used : -1
}

/** §4.2.1.2: weights by two FSE states in turn, until the bits are used up. */
function readWeights(at: usize, size: i32): i32 {
  const head = readDistribution(at, size, 256, 6)
  if (head < 0) return -1
  buildTable(weightTable)
  const start = at + head
  let left = backwardBits(start, size - head)
  if (left < 0) return -1
  let a: usize = 0
  let b: usize = 0
  left -= fseLog
  a = bitsAt(start, left, fseLog)
  left -= fseLog
  b = bitsAt(start, left, fseLog)
  if (left < 0) return -1
  let count = 0
  while (count < 254) {
    // A state that cannot be updated any more is the last but one symbol; the other state's is the last.
    const entry = weightTable + a * FSE_ENTRY
    store<u8>(weights + count++, load<u8>(entry, 3))
    const bits: i32 = load<u8>(entry, 2)
    left -= bits
    if (left < 0) {
      store<u8>(weights + count++, load<u8>(weightTable + b * FSE_ENTRY, 3))
      return count
    }
    a = b
    b = <usize>load<u16>(entry) + bitsAt(start, left, bits)
  }
  return -1
}

function bitsAt(start: usize, left: i32, bits: i32): usize {
  return <usize>((load<u32>(start + (left >> 3)) >> (left & 7)) & ((1 << bits) - 1))
}

/** §4.2.1: the last weight makes the sum a power of two; codes go up with the weights. */
function buildCodes(count: i32): bool {
  memory.fill(ranks, 0, 64)
  let sum: u32 = 0
  for (let i = 0; i < count; i++) {
    const weight: u32 = load<u8>(weights + i)
    if (<i32>weight > MOST_BITS) return false
    if (weight > 0) sum += 1 << (weight - 1)
    const rank = ranks + ((<usize>weight) << 2)
    store<u32>(rank, load<u32>(rank) + 1)
  }
  if (sum === 0 || count > 255) return false
  const bits: i32 = 32 - clz<u32>(sum)
  if (bits > MOST_BITS) return false
  const rest: u32 = (1 << bits) - sum
  if ((rest & (rest - 1)) !== 0) return false
  const lastWeight: u32 = 32 - clz<u32>(rest)
  store<u8>(weights + count, <u8>lastWeight)
  const rank = ranks + ((<usize>lastWeight) << 2)
  store<u32>(rank, load<u32>(rank) + 1)
  // From numbers of symbols to where the first of each weight begins.
  let at: u32 = 0
  for (let weight = 1; weight <= bits; weight++) {
    const slot = ranks + ((<usize>weight) << 2)
    const symbols = load<u32>(slot)
    store<u32>(slot, at)
    at += symbols << (weight - 1)
  }
  for (let symbol = 0; symbol <= count; symbol++) {
    const weight: i32 = load<u8>(weights + symbol)
    if (weight === 0) continue
    const slot = ranks + ((<usize>weight) << 2)
    const first = load<u32>(slot)
    const cells: u32 = 1 << (weight - 1)
    store<u32>(slot, first + cells)
    const entry = <u16>(symbol | ((bits + 1 - weight) << 8))
    for (let i = first; i < first + cells; i++) store<u16>(codes + (i << 1), entry)
  }
  width = bits
  return true
}

/** §4.2.2: one stream; its bits must be used up exactly. */
export function decodeStream(from: usize, size: i32, to: usize, count: i32): bool {
  const left = backwardBits(from, size)
  return left >= 0 && rest(from, left, to, to + count)
}

/** §3.1.1.3.1.6: four streams behind a table of three sizes; each but the last holds a quarter. */
export function decodeFour(from: usize, size: i32, to: usize, count: i32): bool {
  if (size < 10) return false
  const s1 = from + 6
  const s2 = s1 + load<u16>(from)
  const s3 = s2 + load<u16>(from, 2)
  const s4 = s3 + load<u16>(from, 4)
  const end = from + size
  const quarter = (count + 3) >> 2
  if (s4 >= end || 3 * quarter > count) return false
  let l1 = backwardBits(s1, <i32>(s2 - s1))
  let l2 = backwardBits(s2, <i32>(s3 - s2))
  let l3 = backwardBits(s3, <i32>(s4 - s3))
  let l4 = backwardBits(s4, <i32>(end - s4))
  if ((l1 | l2 | l3 | l4) < 0) return false
  let o1 = to
  let o2 = to + quarter
  let o3 = o2 + quarter
  let o4 = o3 + quarter
  const e1 = o2
  const e2 = o3
  const e3 = o4
  const e4 = to + count
  const down: u64 = 64 - width
  // Five codes have at most 55 of the 57 bits that a refill gives. The four streams do not wait for
  // each other: this is what makes the loop fast.
  while (o4 + 5 <= e4 && (l1 | l2 | l3 | l4) >= 0) {
    let c1 = refill(s1, l1)
    let c2 = refill(s2, l2)
    let c3 = refill(s3, l3)
    let c4 = refill(s4, l4)
    for (let i = 0; i < 5; i++) {
      const x1 = load<u16>(codes + ((<usize>(c1 >> down)) << 1))
      const x2 = load<u16>(codes + ((<usize>(c2 >> down)) << 1))
      const x3 = load<u16>(codes + ((<usize>(c3 >> down)) << 1))
      const x4 = load<u16>(codes + ((<usize>(c4 >> down)) << 1))
      store<u8>(o1 + i, <u8>x1)
      store<u8>(o2 + i, <u8>x2)
      store<u8>(o3 + i, <u8>x3)
      store<u8>(o4 + i, <u8>x4)
      c1 <<= <u64>(x1 >> 8)
      c2 <<= <u64>(x2 >> 8)
      c3 <<= <u64>(x3 >> 8)
      c4 <<= <u64>(x4 >> 8)
      l1 -= x1 >> 8
      l2 -= x2 >> 8
      l3 -= x3 >> 8
      l4 -= x4 >> 8
    }
    o1 += 5
    o2 += 5
    o3 += 5
    o4 += 5
  }
  return (
    rest(s1, l1, o1, e1) && rest(s2, l2, o2, e2) && rest(s3, l3, o3, e3) && rest(s4, l4, o4, e4)
  )
}

function rest(from: usize, left: i32, to: usize, end: usize): bool {
  const down: u64 = 64 - width
  while (to < end && left >= 0) {
    const entry = load<u16>(codes + ((<usize>(refill(from, left) >> down)) << 1))
    store<u8>(to++, <u8>entry)
    left -= entry >> 8
  }
  return to === end && left === 0
}
