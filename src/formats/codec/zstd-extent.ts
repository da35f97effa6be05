/** RFC 8878 §3.1. */
const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
const DICTIONARY_SIZES = [0, 1, 2, 4]
const CONTENT_SIZES = [0, 2, 4, 8]

/**
 * Where consecutive zstd frames end, told from their headers and block sizes alone: `push` returns how
 * many of the given bytes belong to them. A frame may be followed by another or a skippable one.
 */
export class ZstdExtent {
  /** True when bytes came that begin no frame. */
  ended = false
  private head: number[] = []
  private needed = 4
  private skip = 0
  private state: 'magic' | 'skippable' | 'descriptor' | 'block' = 'magic'
  private checksum = 0

  /** Bytes seen of a magic that may turn out to be none. */
  get undecided(): number {
    return this.state === 'magic' ? this.head.length : 0
  }

  push(chunk: Uint8Array): number {
    let at = 0
    while (at < chunk.length && !this.ended) {
      if (this.skip > 0) {
        const used = Math.min(this.skip, chunk.length - at)
        this.skip -= used
        at += used
        continue
      }
      this.head.push(chunk[at++] ?? 0)
      if (this.head.length === this.needed) this.take()
    }
    return at
  }

  private take(): void {
    const bytes = this.head
    const word = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
    if (this.state === 'magic') {
      if (word === MAGIC) this.next('descriptor', 1)
      else if (word >>> 4 === SKIPPABLE >>> 4) this.next('skippable', 4)
      else this.ended = true
    } else if (this.state === 'skippable') {
      this.skip = word
      this.next('magic', 4)
    } else if (this.state === 'descriptor') {
      const single = (word & 0x20) !== 0
      this.checksum = (word & 4) !== 0 ? 4 : 0
      const content = CONTENT_SIZES[word >> 6] ?? 0
      const header = (single ? 0 : 1) + (DICTIONARY_SIZES[word & 3] ?? 0) + (single && content === 0 ? 1 : content) // prettier-ignore
      this.skip = header
      this.next('block', 3)
    } else {
      const isRle = ((word >> 1) & 3) === 1
      this.skip = (isRle ? 1 : word >> 3) + ((word & 1) !== 0 ? this.checksum : 0)
      this.next((word & 1) !== 0 ? 'magic' : 'block', (word & 1) !== 0 ? 4 : 3)
    }
  }

  private next(state: ZstdExtent['state'], needed: number): void {
    this.state = state
    this.needed = needed
    this.head = []
  }
}
