/** Sizes are unsigned 64-bit byte counts, as in Go; sums wrap around like there. */
export type Bytes = bigint

const KIB: Bytes = 1024n
export const MIB: Bytes = 1024n * KIB
export const GIB: Bytes = 1024n * MIB

export const SECTOR: Bytes = 512n
/** disk.DefaultGrainBytes */
export const GRAIN: Bytes = MIB
/** LVMDefaultExtentSize */
export const LVM_EXTENT: Bytes = 4n * MIB

/** A sum or difference in unsigned 64-bit arithmetic. */
export function wrap(value: Bytes): Bytes {
  return BigInt.asUintN(64, value)
}

/** The smallest multiple of `grain` that is not below `size`. */
export function alignUp(size: Bytes, grain: Bytes): Bytes {
  const rest = size % grain
  return rest === 0n ? size : wrap(size - rest + grain)
}

export function larger(a: Bytes, b: Bytes): Bytes {
  return a > b ? a : b
}
