import type { ByteRange } from './pe/authenticode'

/** Takes the bytes of one range of a file, in order, and is told when the range is over. */
export interface RangeConsumer extends ByteRange {
  feed(chunk: Uint8Array): void
  finish(): void
}

/**
 * Hands the bytes of a file that streams by to consumers of ranges. A consumer is finished before a
 * later one is fed, if their ranges do not overlap. Cost: bytes plus overlaps.
 */
export class RangeStream {
  private readonly waiting: RangeConsumer[]
  private active: RangeConsumer[] = []
  private position = 0

  constructor(consumers: readonly RangeConsumer[]) {
    this.waiting = consumers.toSorted((a, b) => b.start - a.start || b.end - a.end)
  }

  push(chunk: Uint8Array): void {
    const from = this.position
    const to = from + chunk.length
    this.position = to
    for (const consumer of this.active) this.give(consumer, chunk, from)
    for (;;) {
      const next = this.waiting.at(-1)
      if (next === undefined || next.start >= to) break
      this.waiting.pop()
      this.give(next, chunk, from)
      if (next.end > to) this.active.push(next)
    }
    this.active = this.active.filter((consumer) => consumer.end > to)
  }

  /** Finishes what the file did not reach. */
  end(): void {
    for (const consumer of [...this.active, ...this.waiting.toReversed()]) consumer.finish()
    this.active = []
    this.waiting.length = 0
  }

  private give(consumer: RangeConsumer, chunk: Uint8Array, from: number): void {
    const start = Math.max(consumer.start - from, 0)
    const end = Math.min(consumer.end - from, chunk.length)
    if (start < end) consumer.feed(chunk.subarray(start, end))
    if (consumer.end <= from + chunk.length) consumer.finish()
  }
}

/** The same for bytes that are all there: each consumer alone, one after the other. */
export function feedRanges(consumers: readonly RangeConsumer[], bytes: Uint8Array): void {
  for (const consumer of consumers) {
    const part = bytes.subarray(consumer.start, consumer.end)
    if (part.length > 0) consumer.feed(part)
    consumer.finish()
  }
}

/** Whether no two ranges share a byte. */
export function areDisjoint(ranges: readonly ByteRange[]): boolean {
  const sorted = ranges
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.start - b.start)
  return sorted.every((range, at) => at === 0 || range.start >= (sorted[at - 1]?.end ?? 0))
}
