// Memory is laid out once: static data, then an input window, a result area, the slots of running
// digests, and behind them the arena of the one decoder that an instance may run (wasm/codec).
export const INPUT_SIZE: usize = 256 * 1024
export const HASHER_SLOTS: usize = 64
export const VERITY_SLOTS: usize = 16
/** 8 words of state, the bytes of an unfinished block, the length so far (wasm/hasher.ts). */
export const HASHER_SIZE: usize = 208
/** A length, 9 fill marks, and for each level of the Merkle tree a block (wasm/verity.ts). */
export const VERITY_SIZE: usize = 64 + 9 * 4096

export const input: usize = (__heap_base + 15) & ~(<usize>15)
export const output: usize = input + INPUT_SIZE
export const hashers: usize = output + 128 * 1024
export const verities: usize = hashers + HASHER_SLOTS * HASHER_SIZE
/** Where the arena begins; 64 bytes in front of it may be read, and mean nothing. */
export const arena: usize = (verities + VERITY_SLOTS * VERITY_SIZE + 64 + 15) & ~(<usize>15)

/** Grows the memory so that `end` is inside; a trap when the host gives no more. */
export function reserve(end: usize): void {
  const pages = <i32>((end + 65535) >>> 16)
  if (memory.size() >= pages) return
  if (memory.grow(pages - memory.size()) < 0) unreachable()
}
