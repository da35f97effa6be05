/**
 * The LZMA decoder of one LZMA2 chunk after another ("LZMA specification" by Igor Pavlov, which the
 * xz format refers to). Kept apart from the container so that each can be read on its own.
 */
const STATES = 12
const POSITION_STATES = 16
const LENGTH_STATES = 4
const ALIGN_BITS = 4
const END_POSITION_MODEL = 14
const FULL_DISTANCES = 1 << (END_POSITION_MODEL / 2)
const HALF = 1024
const MATCH_MINIMUM = 2

/** Thrown as the reason why data is damaged; whoever calls makes it an error with a place. */
export class LzmaDamage extends Error {}

interface LengthModel {
  choice: Uint16Array
  low: Uint16Array
  middle: Uint16Array
  high: Uint16Array
}

function models(size: number): Uint16Array {
  return new Uint16Array(size).fill(HALF)
}

function lengthModel(): LengthModel {
  return {
    choice: models(2),
    low: models(POSITION_STATES << 3),
    middle: models(POSITION_STATES << 3),
    high: models(256),
  }
}

/** The range decoder (LZMA specification, "Range decoder"). */
class RangeDecoder {
  private range = 0xffffffff
  private code = 0
  private at = 5

  constructor(private readonly input: Uint8Array) {
    for (let index = 1; index < 5; index++) this.code = (this.code << 8) | (input[index] ?? 0)
    this.code >>>= 0
  }

  private normalize(): void {
    if (this.range >= 0x1000000) return
    if (this.at >= this.input.length) throw new LzmaDamage('the chunk ends too early')
    this.range = (this.range << 8) >>> 0
    this.code = ((this.code << 8) | (this.input[this.at++] ?? 0)) >>> 0
  }

  bit(probabilities: Uint16Array, index: number): 0 | 1 {
    this.normalize()
    const probability = probabilities[index] ?? HALF
    const bound = (this.range >>> 11) * probability
    if (this.code < bound) {
      this.range = bound
      probabilities[index] = probability + ((2048 - probability) >> 5)
      return 0
    }
    this.range -= bound
    this.code -= bound
    probabilities[index] = probability - (probability >> 5)
    return 1
  }

  direct(count: number): number {
    let value = 0
    for (let left = count; left > 0; left--) {
      this.normalize()
      this.range >>>= 1
      const one = this.code >= this.range
      if (one) this.code -= this.range
      value = (value << 1) | (one ? 1 : 0)
    }
    return value >>> 0
  }

  tree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1
    for (let left = bits; left > 0; left--)
      node = (node << 1) | this.bit(probabilities, base + node)
    return node - (1 << bits)
  }

  reverseTree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1
    let value = 0
    for (let index = 0; index < bits; index++) {
      const bit = this.bit(probabilities, base + node)
      node = (node << 1) | bit
      value |= bit << index
    }
    return value
  }

  length(model: LengthModel, position: number): number {
    if (this.bit(model.choice, 0) === 0) return this.tree(model.low, position << 3, 3)
    if (this.bit(model.choice, 1) === 0) return 8 + this.tree(model.middle, position << 3, 3)
    return 16 + this.tree(model.high, 0, 8)
  }
}

/** Decodes chunks into a window that it keeps between them. */
export class LzmaDecoder {
  private readonly window: Uint8Array
  private head = 0
  private filled = 0
  /** Bytes since the dictionary was last reset. */
  private position = 0
  private state = 0
  private readonly distances: [number, number, number, number] = [0, 0, 0, 0]
  private literalBits = 3
  private literalPositionMask = 0
  private positionMask = 3
  private literals = models(0)
  private isMatch = models(0)
  private isRep = models(0)
  private isRepG0 = models(0)
  private isRepG1 = models(0)
  private isRepG2 = models(0)
  private isRep0Long = models(0)
  private slots = models(0)
  private special = models(0)
  private align = models(0)
  private matchLength = lengthModel()
  private repLength = lengthModel()

  constructor(dictionarySize: number) {
    this.window = new Uint8Array(dictionarySize)
  }

  /** Forgets what was decoded so far: later distances must not reach behind this point. */
  resetDictionary(): void {
    this.filled = 0
    this.position = 0
  }

  /** Sets lc, lp and pb from their byte; false when they are out of bounds. */
  setProperties(byte: number): boolean {
    if (byte >= 225) return false
    const literalPositionBits = Math.floor(byte / 9) % 5
    this.literalBits = byte % 9
    this.literalPositionMask = (1 << literalPositionBits) - 1
    this.positionMask = (1 << Math.floor(byte / 45)) - 1
    return this.literalBits + literalPositionBits <= 4
  }

  resetState(): void {
    this.state = 0
    this.distances.fill(0)
    this.literals = models((0x300 * (this.literalPositionMask + 1)) << this.literalBits)
    this.isMatch = models(STATES << 4)
    this.isRep = models(STATES)
    this.isRepG0 = models(STATES)
    this.isRepG1 = models(STATES)
    this.isRepG2 = models(STATES)
    this.isRep0Long = models(STATES << 4)
    this.slots = models(LENGTH_STATES << 6)
    this.special = models(1 + FULL_DISTANCES)
    this.align = models(1 << ALIGN_BITS)
    this.matchLength = lengthModel()
    this.repLength = lengthModel()
  }

  /** Bytes that are not packed. */
  copy(bytes: Uint8Array): void {
    for (const byte of bytes) this.put(byte)
  }

  /** Decodes `size` bytes from a chunk. */
  decode(chunk: Uint8Array, size: number): Uint8Array {
    const output = new Uint8Array(size)
    const range = new RangeDecoder(chunk)
    let at = 0
    while (at < size) {
      const position = this.position & this.positionMask
      if (range.bit(this.isMatch, (this.state << 4) + position) === 0) {
        output[at++] = this.literal(range)
        continue
      }
      const length = this.match(range, position)
      if (length > size - at) throw new LzmaDamage('a match goes over the end of the chunk')
      for (let left = length; left > 0; left--)
        output[at++] = this.put(this.back(this.distances[0]))
    }
    return output
  }

  private literal(range: RangeDecoder): number {
    const previous = this.filled === 0 ? 0 : this.back(0)
    const context =
      ((this.position & this.literalPositionMask) << this.literalBits) +
      (previous >> (8 - this.literalBits))
    const base = 0x300 * context
    let symbol = 1
    if (this.state >= 7) {
      let matched = this.back(this.distances[0])
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1
        matched <<= 1
        const bit = range.bit(this.literals, base + ((1 + expected) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (bit !== expected) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(this.literals, base + symbol)
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6
    return this.put(symbol & 0xff)
  }

  /** Reads a match or a repeated match; its distance is then `distances[0]`. Returns the length. */
  private match(range: RangeDecoder, position: number): number {
    const { state } = this
    if (range.bit(this.isRep, state) === 0) {
      const length = range.length(this.matchLength, position)
      this.state = state < 7 ? 7 : 10
      this.remember(this.distance(range, length))
      return length + MATCH_MINIMUM
    }
    if (range.bit(this.isRepG0, state) === 0) {
      if (range.bit(this.isRep0Long, (state << 4) + position) === 0) {
        this.state = state < 7 ? 9 : 11
        return 1
      }
    } else {
      this.repeat(range, state)
    }
    this.state = state < 7 ? 8 : 11
    return range.length(this.repLength, position) + MATCH_MINIMUM
  }

  private repeat(range: RangeDecoder, state: number): void {
    const [first, second, third, fourth] = this.distances
    if (range.bit(this.isRepG1, state) === 0) {
      this.setDistances(second, first, third, fourth)
    } else if (range.bit(this.isRepG2, state) === 0) {
      this.setDistances(third, first, second, fourth)
    } else {
      this.setDistances(fourth, first, second, third)
    }
  }

  private remember(distance: number): void {
    const [first, second, third] = this.distances
    this.setDistances(distance, first, second, third)
  }

  private setDistances(first: number, second: number, third: number, fourth: number): void {
    this.distances[0] = first
    this.distances[1] = second
    this.distances[2] = third
    this.distances[3] = fourth
  }

  private distance(range: RangeDecoder, length: number): number {
    const slot = range.tree(this.slots, Math.min(length, LENGTH_STATES - 1) << 6, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = ((2 | (slot & 1)) << bits) >>> 0
    if (slot < END_POSITION_MODEL) return base + range.reverseTree(this.special, base - slot, bits)
    const direct = range.direct(bits - ALIGN_BITS) * (1 << ALIGN_BITS)
    return base + direct + range.reverseTree(this.align, 0, ALIGN_BITS)
  }

  private put(byte: number): number {
    this.window[this.head] = byte
    this.head = this.head + 1 === this.window.length ? 0 : this.head + 1
    if (this.filled < this.window.length) this.filled++
    this.position = (this.position + 1) >>> 0
    return byte
  }

  /** The byte `distance + 1` back. */
  private back(distance: number): number {
    if (distance >= this.filled) throw new LzmaDamage('a match reaches behind the dictionary')
    const at = this.head - distance - 1
    return this.window[at < 0 ? at + this.window.length : at] ?? 0
  }
}
