import { SLACK } from './window'

// Copies in steps of 16 bytes, which write up to SLACK bytes too many: what lies there is not yet used.

/** `size` bytes that do not overlap in the direction of the copy (a distance of 16 and more). */
export function copyWide(to: usize, from: usize, size: usize): void {
  const end = to + size
  do {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  } while (to < end)
}

/**
 * A match: `size` bytes from `distance` bytes back, which repeat when they reach into themselves
 * (RFC 1951 §3.2.3, RFC 8878 §3.1.1.4). `size` is at least 1.
 */
export function copyMatch(to: usize, distance: usize, size: usize): void {
  if (distance >= 16) {
    copyWide(to, to - distance, size)
    return
  }
  if (distance === 1) {
    memory.fill(to, load<u8>(to - 1), size)
    return
  }
  // The first bytes one by one, until the pattern is at least eight bytes long.
  const end = to + size
  let from = to - distance
  for (let i = 0; i < 8; i++) store<u8>(to + i, load<u8>(from + i))
  to += 8
  from += 8
  const back = distance < 8 ? ((<usize>7 + distance) / distance) * distance : distance
  from = to - back
  while (to < end) {
    store<u64>(to, load<u64>(from))
    to += 8
    from += 8
  }
}

export const COPY_SLACK: usize = SLACK
