// XXH64 with seed 0 (xxHash specification 0.1.1, "XXH64 algorithm description"); the checksum of a
// zstd frame is its lower half (RFC 8878 §3.1.1).
const PRIME1: u64 = 0x9e3779b185ebca87
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f
const PRIME3: u64 = 0x165667b19e3779f9
const PRIME4: u64 = 0x85ebca77c2b2ae63
const PRIME5: u64 = 0x27d4eb2f165667c5

let v1: u64 = 0
let v2: u64 = 0
let v3: u64 = 0
let v4: u64 = 0
let total: u64 = 0
let fill: usize = 0
const rest = memory.data(32, 16)

/** Step 1: the accumulators. */
export function xxhBegin(): void {
  v1 = PRIME1 + PRIME2
  v2 = PRIME2
  v3 = 0
  v4 = 0 - PRIME1
  total = 0
  fill = 0
}

function round(accumulator: u64, lane: u64): u64 {
  return rotl<u64>(accumulator + lane * PRIME2, 31) * PRIME1
}

/** Step 2: stripes of 32 bytes. */
export function xxhUpdate(data: usize, size: usize): void {
  total += size
  if (fill > 0) {
    const taken = min<usize>(32 - fill, size)
    memory.copy(rest + fill, data, taken)
    fill += taken
    data += taken
    size -= taken
    if (fill < 32) return
    stripes(rest, 1)
    fill = 0
  }
  stripes(data, size >> 5)
  fill = size & 31
  if (fill > 0) memory.copy(rest, data + size - fill, fill)
}

function stripes(data: usize, count: usize): void {
  let a = v1
  let b = v2
  let c = v3
  let d = v4
  for (; count > 0; count--, data += 32) {
    a = round(a, load<u64>(data))
    b = round(b, load<u64>(data, 8))
    c = round(c, load<u64>(data, 16))
    d = round(d, load<u64>(data, 24))
  }
  v1 = a
  v2 = b
  v3 = c
  v4 = d
}

function merge(accumulator: u64, lane: u64): u64 {
  return (accumulator ^ round(0, lane)) * PRIME1 + PRIME4
}

/** Steps 3 to 6; the lower 32 bits. */
export function xxhLow(): u32 {
  let hash: u64
  if (total < 32) hash = PRIME5
  else {
    hash = rotl<u64>(v1, 1) + rotl<u64>(v2, 7) + rotl<u64>(v3, 12) + rotl<u64>(v4, 18)
    hash = merge(merge(merge(merge(hash, v1), v2), v3), v4)
  }
  hash += total
  let at = rest
  const end = rest + fill
  for (; at + 8 <= end; at += 8) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME1 + PRIME4
  }
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * PRIME1), 23) * PRIME2 + PRIME3
    at += 4
  }
  for (; at < end; at++) hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * PRIME5), 11) * PRIME1
  hash = (hash ^ (hash >> 33)) * PRIME2
  hash = (hash ^ (hash >> 29)) * PRIME3
  return <u32>(hash ^ (hash >> 32))
}
