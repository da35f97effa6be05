// Bit streams that are read from their last byte to their first (RFC 8878 §4.1, §4.2.2). A position
// is the number of bits that are left. Reading in front of the first byte gives bits of other data:
// whoever reads looks at the end whether the position is negative.

/** Bits of a stream whose last byte holds the final 1 bit above the data; -1 when it has none. */
export function backwardBits(start: usize, size: i32): i32 {
  if (size <= 0) return -1
  const last: u32 = load<u8>(start + size - 1)
  return last === 0 ? -1 : (size << 3) - 8 + (31 - clz<u32>(last))
}

/** At least 57 bits of the stream, the next one highest. */
export function refill(start: usize, left: i32): u64 {
  return load<u64>(start + ((left + 7) >> 3) - 8) << ((-left & 7) as u64)
}
