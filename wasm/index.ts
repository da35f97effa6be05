import { hasherFinish, hasherInit, hasherUpdate } from './hasher'
import {
  arena,
  hashers,
  HASHER_SIZE,
  HASHER_SLOTS,
  input,
  INPUT_SIZE,
  output,
  reserve,
  verities,
  VERITY_SIZE,
  VERITY_SLOTS,
} from './layout'
import { PE_NUMBERS, peDos, peHeader, peSections } from './pe'
import { TAR_NUMBERS, tarHeader } from './tar'
import { verityFinish, verityInit, verityUpdate } from './verity'
import { xxhLow } from './codec/xxh64'

export { zstdSource, zstdBegin, zstdEnd, zstdRaw, zstdRun, zstdCompressed } from './codec/zstd'
export {
  inflate,
  inflateBegin,
  inflateEnd,
  inflateInputAt,
  inflateLeft,
  inflateMade,
  inflateRoom,
  inflateTook,
} from './codec/inflate'
export { crc32 } from './codec/crc32'

reserve(arena)

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
export function peNumbersAt(): usize {
  return PE_NUMBERS
}
export function peStart(at: usize, available: u32, size: f64): i32 {
  return peDos(at, available, size)
}
export function peHeaders(at: usize, available: u32): i32 {
  return peHeader(at, available)
}
/** The results go to the result area, which has room for 4096 sections. */
export function peTable(at: usize, count: u32, size: f64): void {
  peSections(at, count, size, output)
}
export function tar(at: usize): i32 {
  return tarHeader(at)
}
/** The checksum of the zstd frame so far. */
export function zstdChecksum(): u32 {
  return xxhLow()
}
