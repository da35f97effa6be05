import { hasherFinish, hasherInit, hasherUpdate, HASHER_SIZE } from './hasher'
import { verityFinish, verityInit, verityUpdate, VERITY_SIZE } from './verity'
import { TAR_NUMBERS, tarHeader } from './tar'

// Memory is laid out once: static data, then an input window, a result area and the slots.
const INPUT_SIZE: usize = 256 * 1024
const HASHER_SLOTS: usize = 64
const VERITY_SLOTS: usize = 16
const input: usize = (__heap_base + 15) & ~(<usize>15)
const output: usize = input + INPUT_SIZE
const hashers: usize = output + 128 * 1024
const verities: usize = hashers + HASHER_SLOTS * HASHER_SIZE
const end: usize = verities + VERITY_SLOTS * VERITY_SIZE

const pages = <i32>((end + 65535) >>> 16)
if (memory.size() < pages) memory.grow(pages - memory.size())

export function inputAt(): usize {
  return input
}
export function inputSize(): usize {
  return INPUT_SIZE
}
export function outputAt(): usize {
  return output
}
export function hasherSlots(): usize {
  return HASHER_SLOTS
}
export function veritySlots(): usize {
  return VERITY_SLOTS
}
export function tarNumbersAt(): usize {
  return TAR_NUMBERS
}

export function hashInit(slot: usize, wide: bool): void {
  hasherInit(hashers + slot * HASHER_SIZE, wide)
}
export function hashUpdate(slot: usize, at: usize, size: i32, wide: bool): void {
  hasherUpdate(hashers + slot * HASHER_SIZE, at, size, wide)
}
export function hashFinish(slot: usize, wide: bool): void {
  hasherFinish(hashers + slot * HASHER_SIZE, output, wide)
}
export function merkleInit(slot: usize): void {
  verityInit(verities + slot * VERITY_SIZE)
}
export function merkleUpdate(slot: usize, at: usize, size: i32, wide: bool): void {
  verityUpdate(verities + slot * VERITY_SIZE, at, size, wide)
}
export function merkleFinish(slot: usize, wide: bool): void {
  verityFinish(verities + slot * VERITY_SIZE, output, wide)
}
export function tar(at: usize): i32 {
  return tarHeader(at)
}
