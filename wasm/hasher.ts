import { sha256Blocks, sha256Init, sha256Output } from './sha256'
import { sha512Blocks, sha512Init, sha512Output } from './sha512'

// A hasher lives in a slot: 8 words of state, the bytes of an unfinished block, the length so far.
const FILL = 64
const LENGTH = 72
const BLOCK = 80

/** `wide`: SHA-512, else SHA-256. */
export function hasherInit(slot: usize, wide: bool): void {
  if (wide) sha512Init(slot)
  else sha256Init(slot)
  store<u32>(slot, 0, FILL)
  store<u64>(slot, 0, LENGTH)
}

export function hasherUpdate(slot: usize, data: usize, size: i32, wide: bool): void {
  const block: i32 = wide ? 128 : 64
  store<u64>(slot, load<u64>(slot, LENGTH) + size, LENGTH)
  let fill = load<i32>(slot, FILL)
  if (fill > 0) {
    const take = min<i32>(block - fill, size)
    memory.copy(slot + BLOCK + fill, data, take)
    fill += take
    data += take
    size -= take
    if (fill === block) {
      blocks(slot, slot + BLOCK, 1, wide)
      fill = 0
    }
  }
  const whole = size / block
  if (whole > 0) {
    blocks(slot, data, whole, wide)
    data += whole * block
    size -= whole * block
  }
  if (size > 0) {
    memory.copy(slot + BLOCK, data, size)
    fill = size
  }
  store<i32>(slot, fill, FILL)
}

/** FIPS 180-4 §5.1: one bit 1, zeros, the length in bits; then the words at `out`. */
export function hasherFinish(slot: usize, out: usize, wide: bool): void {
  const block: i32 = wide ? 128 : 64
  const room: i32 = block - (wide ? 16 : 8)
  let fill = load<i32>(slot, FILL)
  store<u8>(slot + BLOCK + fill, 0x80)
  fill++
  if (fill > room) {
    memory.fill(slot + BLOCK + fill, 0, block - fill)
    blocks(slot, slot + BLOCK, 1, wide)
    fill = 0
  }
  memory.fill(slot + BLOCK + fill, 0, block - fill)
  store<u64>(slot + BLOCK + block - 8, bswap<u64>(load<u64>(slot, LENGTH) << 3))
  blocks(slot, slot + BLOCK, 1, wide)
  if (wide) sha512Output(slot, out)
  else sha256Output(slot, out)
}

function blocks(slot: usize, data: usize, count: i32, wide: bool): void {
  if (wide) sha512Blocks(slot, data, count)
  else sha256Blocks(slot, data, count)
}
