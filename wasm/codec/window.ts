// What a decoder has unpacked: the bytes that matches may still refer to, and behind them the room
// for what comes. Blocks are written one behind the other; only when the room is used up, the last
// `size` bytes move to the front. The memory grows with what is really unpacked, never with what a
// header promises, and is bounded by the size of the window, as much again (16 MiB at most) and a block.
import { reserve } from '../layout'

/** Copies may write this far behind the end of what they copy. */
export const SLACK: usize = 64
const MOST_ROOM: usize = 16 * 1024 * 1024
const FIRST_ROOM: usize = 256 * 1024

let start: usize = 0
let capacity: usize = 0
let size: usize = 0

/** One past the last byte that was unpacked. */
export let at: usize = 0
/** Bytes in front of `at` that belong to this frame, the window's size at most. */
export let history: usize = 0

/** Begins a frame whose matches reach back `windowSize` bytes; `base` is where the buffer lies. */
export function windowBegin(base: usize, windowSize: usize): void {
  if (start !== base) {
    start = base
    capacity = 0
  }
  size = windowSize
  at = base
  history = 0
}

/** Makes room for `bytes` more behind `at`. */
export function windowRoom(bytes: usize): void {
  if (at + bytes <= start + capacity) return
  const most = size + max(min(size, MOST_ROOM), FIRST_ROOM) + bytes
  const wanted = at - start + bytes
  if (wanted <= most) {
    capacity = min(most, max(wanted, max(capacity << 1, FIRST_ROOM)))
    reserve(start + capacity + SLACK)
    return
  }
  memory.copy(start, at - history, history)
  at = start + history
}

/** `bytes` more have been unpacked, and now end at `end`. */
export function windowTook(end: usize): void {
  history = min(size, history + (end - at))
  at = end
}
