import { START_WORDS } from './random-table'

const LENGTH = 607
const TAP = 273
const MODULUS = 2 ** 31 - 1
const MULTIPLIER = 48271
/** What a seed of 0 (mod 2^31-1) becomes. */
const ZERO_SEED = 89482311

const [startHigh, startLow] = decodeStartWords()

/**
 * Go's `math/rand` generator (`rand.New(rand.NewSource(seed))`): additive lagged Fibonacci over
 * 64-bit words, kept here as two 32-bit halves. Only what image-builder uses: 63-bit outputs and
 * `Read`. Source: go/src/math/rand/rng.go, rand.go (`read`).
 */
export class GoRandom {
  private readonly high: Uint32Array
  private readonly low: Uint32Array
  private tap = 0
  private feed = LENGTH - TAP
  private outHigh = 0
  private outLow = 0
  private pendingHigh = 0
  private pendingLow = 0
  private pendingBytes = 0

  /** @param seed signed 64-bit */
  constructor(seed: bigint) {
    this.high = Uint32Array.from(startHigh)
    this.low = Uint32Array.from(startLow)
    let x = startState(seed)
    for (let i = 0; i < 20; i++) x = step(x)
    for (let i = 0; i < LENGTH; i++) {
      const a = step(x)
      const b = step(a)
      const c = step(b)
      x = c
      // a << 40 ^ b << 20 ^ c, as halves
      this.high[i] = at(this.high, i) ^ (a << 8) ^ (b >>> 12)
      this.low[i] = at(this.low, i) ^ (b << 20) ^ c
    }
  }

  /** Fills `length` bytes as `rand.Rand.Read` does: 7 bytes of every output, the rest carried over. */
  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      if (this.pendingBytes === 0) {
        this.next()
        this.pendingHigh = this.outHigh
        this.pendingLow = this.outLow
        this.pendingBytes = 7
      }
      out[i] = this.pendingLow & 0xff
      this.pendingLow = ((this.pendingLow >>> 8) | (this.pendingHigh << 24)) >>> 0
      this.pendingHigh >>>= 8
      this.pendingBytes--
    }
    return out
  }

  /** A random UUID (version 4, variant 10) as lower-case text. */
  uuid(): string {
    const raw = this.bytes(16)
    raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40
    raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80
    const text = hex(raw)
    return [
      text.slice(0, 8),
      text.slice(8, 12),
      text.slice(12, 16),
      text.slice(16, 20),
      text.slice(20),
    ].join('-')
  }

  /** A FAT volume id, `XXXX-XXXX`. */
  fatVolumeId(): string {
    const text = hex(this.bytes(4)).toUpperCase()
    return `${text.slice(0, 4)}-${text.slice(4)}`
  }

  private next(): void {
    this.tap = this.tap === 0 ? LENGTH - 1 : this.tap - 1
    this.feed = this.feed === 0 ? LENGTH - 1 : this.feed - 1
    const low = at(this.low, this.feed) + at(this.low, this.tap)
    const carry = low > 0xffffffff ? 1 : 0
    const high = (at(this.high, this.feed) + at(this.high, this.tap) + carry) >>> 0
    this.low[this.feed] = low
    this.high[this.feed] = high
    this.outLow = low >>> 0
    this.outHigh = high & 0x7fffffff
  }
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0
}

function step(x: number): number {
  return (x * MULTIPLIER) % MODULUS
}

function startState(seed: bigint): number {
  const state = Number(seed % BigInt(MODULUS))
  if (state === 0) return ZERO_SEED
  return state < 0 ? state + MODULUS : state
}

function decodeStartWords(): [Uint32Array, Uint32Array] {
  const raw = atob(START_WORDS)
  const high = new Uint32Array(LENGTH)
  const low = new Uint32Array(LENGTH)
  for (let i = 0; i < LENGTH; i++) {
    low[i] = word(raw, i * 8)
    high[i] = word(raw, i * 8 + 4)
  }
  return [high, low]
}

function word(raw: string, offset: number): number {
  let value = 0
  for (let i = 3; i >= 0; i--) value = (value << 8) | raw.charCodeAt(offset + i)
  return value >>> 0
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
