// Finite state entropy (RFC 8878 §4.1): tables of 2^log entries, each a symbol, a number of bits and
// what to add to these bits to get the next state.

/** Entry: u16 next state, u8 bits, u8 symbol, u32 free for a baseline. */
export const FSE_ENTRY: usize = 8
const MOST_SYMBOLS: i32 = 256

const counts = memory.data(2 * 256, 16)
const next = memory.data(2 * 256, 16)

/** The accuracy log of the distribution that was read last. */
export let fseLog: i32 = 0
/** One more than the largest symbol of it. */
export let fseSymbols: i32 = 0

function low(at: usize, bit: u32): u32 {
  return load<u32>(at + (bit >> 3)) >> (bit & 7)
}

/**
 * RFC 8878 §4.1.1: reads a distribution of at most `most` symbols from `size` bytes at `at`; gives
 * the number of bytes it takes, or -1. Bytes behind the end are read and refused afterwards.
 */
export function readDistribution(at: usize, size: i32, most: i32, mostLog: i32): i32 {
  if (size < 1) return -1
  const log: i32 = ((<i32>load<u8>(at)) & 15) + 5
  if (log > mostLog) return -1
  const end: u32 = (<u32>size) << 3
  let bit: u32 = 4
  let remaining: i32 = 1 << log
  let symbol = 0
  while (remaining > 0 && symbol < most) {
    if (bit > end) return -1
    // A value is between 0 and remaining + 1, the small ones in one bit less.
    const bits: i32 = 32 - clz<u32>(remaining + 1)
    const mask: u32 = (1 << (bits - 1)) - 1
    const threshold: u32 = (1 << bits) - 1 - (remaining + 1)
    let value: u32 = low(at, bit) & ((1 << bits) - 1)
    bit += bits
    if ((value & mask) < threshold) {
      value &= mask
      bit--
    } else if (value > mask) value -= threshold
    // A probability of -1, "less than 1", takes one state, too.
    const count: i32 = <i32>value - 1
    remaining -= count < 0 ? -count : count
    store<i16>(counts + (symbol << 1), <i16>count)
    symbol++
    if (count !== 0) continue
    // Zeros are followed by two bits that say how many more there are; 3 goes on.
    let repeat: u32 = 3
    while (repeat === 3) {
      if (bit > end) return -1
      repeat = low(at, bit) & 3
      bit += 2
      if (symbol + <i32>repeat > most) return -1
      for (let i: u32 = 0; i < repeat; i++, symbol++) store<i16>(counts + (symbol << 1), 0)
    }
  }
  if (remaining !== 0 || bit > end) return -1
  fseLog = log
  fseSymbols = symbol
  return (bit + 7) >> 3
}

/** Takes a distribution from a table of i8 (RFC 8878 §3.1.1.3.2.2). */
export function setDistribution(table: usize, symbols: i32, log: i32): void {
  for (let i = 0; i < symbols; i++) store<i16>(counts + (i << 1), load<i8>(table + i))
  fseSymbols = symbols
  fseLog = log
}

/** RFC 8878 §4.1.1 "From normalized distribution to decoding tables". */
export function buildTable(table: usize): void {
  const size: i32 = 1 << fseLog
  // Symbols "less than 1" get single cells from the end.
  let high = size - 1
  for (let symbol = 0; symbol < fseSymbols; symbol++) {
    const count: i32 = load<i16>(counts + (symbol << 1))
    store<u16>(next + (symbol << 1), count < 0 ? 1 : <u16>count)
    if (count === -1) {
      store<u8>(table + <usize>high * FSE_ENTRY, <u8>symbol, 3)
      high--
    }
  }
  const step = (size >> 1) + (size >> 3) + 3
  let cell = 0
  for (let symbol = 0; symbol < fseSymbols; symbol++) {
    const count: i32 = load<i16>(counts + (symbol << 1))
    for (let i = 0; i < count; i++) {
      store<u8>(table + <usize>cell * FSE_ENTRY, <u8>symbol, 3)
      do cell = (cell + step) & (size - 1)
      while (cell > high)
    }
  }
  for (let i = 0; i < size; i++) {
    const entry = table + <usize>i * FSE_ENTRY
    const counter = next + ((<usize>load<u8>(entry, 3)) << 1)
    const state: i32 = load<u16>(counter)
    store<u16>(counter, <u16>(state + 1))
    const bits: i32 = fseLog - (31 - clz<u32>(state))
    store<u16>(entry, <u16>((state << bits) - size))
    store<u8>(entry, <u8>bits, 2)
  }
}

export const FSE_MOST_SYMBOLS: i32 = MOST_SYMBOLS
