import { SealscopeError } from '../../base/error'

const WINDOW = 32 * 1024
const BUFFER = 128 * 1024
const LONGEST_MATCH = 258
/** A length with its extra bits and a distance with its: 15 + 5 + 15 + 13 bits; the trailer is longer. */
const SYMBOL_BYTES = 6
const HEADER_LIMIT = 64 * 1024
/** RFC 1951 §3.2.5 and §3.2.7. */
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258] // prettier-ignore
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0] // prettier-ignore
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577] // prettier-ignore
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13] // prettier-ignore
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Entries are symbol << 4 | length, by as many bits as the longest code has; 0 is no code. */
interface Codes {
  entries: Uint16Array
  bits: number
}

class NeedMore extends Error {}

type State = 'header' | 'block' | 'stored' | 'symbols' | 'trailer' | 'done'

/**
 * A decoder of one gzip member (RFC 1952) that tells where it ends, which initramfs images need: other
 * parts may follow. Memory: 160 KiB and what is pushed at a time. CRC and size are passed over.
 */
export class GzipMember {
  /** What follows the member, once it has ended. */
  rest: Uint8Array | null = null
  private input: Uint8Array = new Uint8Array(0)
  private at = 0
  private hold = 0
  private held = 0
  private state: State = 'header'
  private last = false
  private stored = 0
  private lengths: Codes | null = null
  private distances: Codes | null = null
  private readonly buffer = new Uint8Array(WINDOW + BUFFER + LONGEST_MATCH)
  private to = 0
  private sent = 0

  constructor(private readonly output: (chunk: Uint8Array) => void) {}

  push(chunk: Uint8Array): void {
    if (this.rest !== null) return
    const left = this.input.subarray(this.at)
    this.input = new Uint8Array(left.length + chunk.length)
    this.input.set(left)
    this.input.set(chunk, left.length)
    this.at = 0
    while (this.state !== 'done' && this.tryStep());
    this.flush()
    if (this.isDone()) this.rest = this.input.slice(this.at)
  }

  private isDone(): boolean {
    return this.state === 'done'
  }

  /** Does one part, or leaves everything as it was when bytes are missing. */
  private tryStep(): boolean {
    const { at, hold, held } = this
    try {
      return this.step()
    } catch (thrown) {
      if (!(thrown instanceof NeedMore)) throw thrown
      this.at = at
      this.hold = hold
      this.held = held
      return false
    }
  }

  private step(): boolean {
    if (this.state === 'symbols') return this.inflate()
    if (this.state === 'stored') return this.copyStored()
    if (this.state === 'header') this.readHeader()
    else if (this.state === 'block') this.readBlock()
    else this.readTrailer()
    return true
  }

  private byte(): number {
    const byte = this.input[this.at]
    if (byte === undefined) throw new NeedMore()
    this.at++
    return byte
  }

  /** RFC 1952 §2.3. */
  private readHeader(): void {
    this.byte()
    this.byte()
    const method = this.byte()
    if (method !== 8) throw this.broken('deflate', `method ${method}`)
    const flags = this.byte()
    for (let skipped = 0; skipped < 6; skipped++) this.byte()
    if ((flags & 4) !== 0) {
      const length = this.byte() | (this.byte() << 8)
      for (let skipped = 0; skipped < length; skipped++) this.byte()
    }
    for (const flag of [8, 16]) if ((flags & flag) !== 0) this.skipText()
    if ((flags & 2) !== 0) for (let skipped = 0; skipped < 2; skipped++) this.byte()
    this.state = 'block'
  }

  private skipText(): void {
    for (let length = 0; this.byte() !== 0; length++) {
      if (length > HEADER_LIMIT) throw this.broken(`a name of ${HEADER_LIMIT} bytes`, 'more')
    }
  }

  private readTrailer(): void {
    this.hold = 0
    this.at -= this.held >> 3
    this.held = 0
    for (let skipped = 0; skipped < 8; skipped++) this.byte()
    this.state = 'done'
  }

  private bits(count: number): number {
    while (this.held < count) {
      this.hold |= this.byte() << this.held
      this.held += 8
    }
    const value = this.hold & ((1 << count) - 1)
    this.hold >>>= count
    this.held -= count
    return value
  }

  /** RFC 1951 §3.2.3. */
  private readBlock(): void {
    this.last = this.bits(1) === 1
    const type = this.bits(2)
    if (type === 0) this.readStored()
    else if (type === 1) this.fixedCodes()
    else if (type === 2) this.readCodes()
    else throw this.broken('a block of type 0 to 2', '3')
  }

  private readStored(): void {
    this.at -= this.held >> 3
    this.hold = 0
    this.held = 0
    const size = this.byte() | (this.byte() << 8)
    const inverse = this.byte() | (this.byte() << 8)
    if ((size ^ inverse) !== 0xffff) throw this.broken('a length and its inverse', String(size))
    this.stored = size
    this.state = 'stored'
  }

  private copyStored(): boolean {
    const part = this.input.subarray(this.at, this.at + Math.min(this.stored, BUFFER))
    this.room()
    this.buffer.set(part, this.to)
    this.to += part.length
    this.at += part.length
    this.stored -= part.length
    if (this.stored === 0) this.endBlock()
    return this.stored === 0 || part.length > 0
  }

  private endBlock(): void {
    this.state = this.last ? 'trailer' : 'block'
  }

  private fixedCodes(): void {
    const lengths = Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)) // prettier-ignore
    this.lengths = this.codes(lengths)
    this.distances = this.codes(Array.from({ length: 30 }, () => 5))
    this.state = 'symbols'
  }

  /** RFC 1951 §3.2.7. */
  private readCodes(): void {
    const lengthCount = this.bits(5) + 257
    const distanceCount = this.bits(5) + 1
    const count = this.bits(4) + 4
    const own = Array.from({ length: 19 }, () => 0)
    for (const symbol of CODE_LENGTH_ORDER.slice(0, count)) own[symbol] = this.bits(3)
    const codes = this.codes(own)
    const all: number[] = []
    while (all.length < lengthCount + distanceCount) {
      const symbol = this.symbol(codes)
      if (symbol < 16) {
        all.push(symbol)
        continue
      }
      const repeat = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7) // prettier-ignore
      const value = symbol === 16 ? all.at(-1) : 0
      if (value === undefined) throw this.broken('a length to repeat', 'none')
      for (let times = 0; times < repeat; times++) all.push(value)
    }
    this.lengths = this.codes(all.slice(0, lengthCount))
    this.distances = this.codes(all.slice(lengthCount, lengthCount + distanceCount))
    this.state = 'symbols'
  }

  /** RFC 1951 §3.2.2; codes are stored with their first bit lowest. */
  private codes(lengths: readonly number[]): Codes {
    const bits = Math.max(1, ...lengths)
    const entries = new Uint16Array(1 << bits)
    let code = 0
    for (let length = 1; length <= bits; length++) {
      for (const [symbol, own] of lengths.entries()) {
        if (own !== length) continue
        if (code >= 1 << length) throw this.broken('codes that fit', 'too many')
        let reversed = 0
        for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit)
        for (let at = reversed; at < entries.length; at += 1 << length) entries[at] = (symbol << 4) | length // prettier-ignore
        code++
      }
      code <<= 1
    }
    return { entries, bits }
  }

  private symbol({ entries, bits }: Codes): number {
    while (this.held < bits && this.at < this.input.length) {
      this.hold |= this.byte() << this.held
      this.held += 8
    }
    const entry = entries[this.hold & (entries.length - 1)] ?? 0
    const length = entry & 15
    if (length > this.held) throw new NeedMore()
    if (length === 0) throw this.broken('a code', 'none that is used')
    this.hold >>>= length
    this.held -= length
    return entry >> 4
  }

  /** Symbols as long as enough bytes are there for any; the trailer sees to it at the end. */
  private inflate(): boolean {
    const { lengths, distances } = this
    if (lengths === null || distances === null) return false
    while (this.input.length - this.at >= SYMBOL_BYTES) {
      const symbol = this.symbol(lengths)
      if (symbol < 256) {
        this.room()
        this.buffer[this.to++] = symbol
      } else if (symbol === 256) {
        this.endBlock()
        return true
      } else {
        this.match(symbol, distances)
      }
    }
    return false
  }

  private match(symbol: number, distances: Codes): void {
    const base = LENGTH_BASE[symbol - 257]
    if (base === undefined) throw this.broken('a length', String(symbol))
    const length = base + this.bits(LENGTH_BITS[symbol - 257] ?? 0)
    const code = this.symbol(distances)
    const start = DISTANCE_BASE[code]
    if (start === undefined) throw this.broken('a distance', String(code))
    const distance = start + this.bits(DISTANCE_BITS[code] ?? 0)
    if (distance > this.to) throw this.broken(`at most ${this.to} back`, String(distance))
    this.room()
    const { buffer } = this
    for (let left = length; left > 0; left--) {
      buffer[this.to] = buffer[this.to - distance] ?? 0
      this.to++
    }
  }

  /** Sees to it that the longest match and a stored piece fit. */
  private room(): void {
    if (this.to < WINDOW) return
    if (this.to + LONGEST_MATCH <= this.buffer.length && this.state === 'symbols') return
    this.flush()
    this.buffer.copyWithin(0, this.to - WINDOW, this.to)
    this.to = WINDOW
    this.sent = WINDOW
  }

  private flush(): void {
    if (this.to > this.sent) this.output(this.buffer.slice(this.sent, this.to))
    this.sent = this.to
  }

  private broken(expected: string, found: string): SealscopeError {
    const what = 'The gzip data cannot be unpacked'
    return new SealscopeError({ code: 'compressed-data', what, expected, found })
  }
}
