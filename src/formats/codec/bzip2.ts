import { SealscopeError } from '../../base/error'

/** Symbols of the block and the end of the stream (bzip2 file format: pi and its square root). */
const BLOCK_MAGIC = 0x314159265359
const END_MAGIC = 0x177245385090
const RUN_A = 0
const RUN_B = 1
/** Symbols coded with one table before the next is chosen. */
const GROUP_SIZE = 50
const LONGEST_CODE = 20
/** The largest packed block: 900,000 symbols of at most 20 bits, and its tables. */
const LARGEST_PACKED_BLOCK = 4 * 1024 * 1024

interface HuffmanTable {
  /** Per length: largest code, and what to subtract from a code to find its symbol. */
  limit: Int32Array
  base: Int32Array
  symbols: Uint16Array
  shortest: number
}

/** Thrown within a block when bytes are missing that have not come yet. */
class NeedMore extends Error {}

/**
 * A decoder of bzip2 streams (one or more behind each other), as lib/decompress_bunzip2.c reads
 * them. A block is unpacked when all of it is there: at most 4 MiB of packed bytes and 900,000
 * unpacked ones are kept. Checksums are passed over.
 */
export class Bzip2Decoder {
  /** What follows the stream, once it has ended. */
  rest: Uint8Array | null = null
  private bytes: Uint8Array = new Uint8Array(0)
  private waiting: Uint8Array[] = []
  private waitingLength = 0
  private bit = 0
  private blockSize = 0
  private retryAt = 0

  constructor(private readonly output: (chunk: Uint8Array) => void) {}

  push(chunk: Uint8Array): void {
    if (this.rest !== null) return
    this.waiting.push(chunk.slice())
    this.waitingLength += chunk.length
    // Not for every small piece: a block that is not whole is tried again when twice as much is there.
    if (this.bytes.length + this.waitingLength >= this.retryAt) this.finish()
  }

  /** Unpacks what is whole by now; at the end of the input nothing else is coming. */
  finish(): void {
    this.join()
    while (this.rest === null && this.step());
  }

  private step(): boolean {
    const start = this.bit
    try {
      this.readPart()
    } catch (thrown) {
      if (!(thrown instanceof NeedMore)) throw thrown
      this.bit = start
      if (this.bytes.length - (start >> 3) > LARGEST_PACKED_BLOCK) {
        throw this.broken(`a block of at most ${LARGEST_PACKED_BLOCK} bytes`, 'more')
      }
      this.drop()
      this.retryAt = Math.min(2 * this.bytes.length, this.bytes.length + 256 * 1024)
      return false
    }
    this.drop()
    this.retryAt = 0
    return true
  }

  private join(): void {
    const all = new Uint8Array(this.bytes.length + this.waitingLength)
    all.set(this.bytes)
    let at = this.bytes.length
    for (const part of this.waiting) {
      all.set(part, at)
      at += part.length
    }
    this.bytes = all
    this.waiting = []
    this.waitingLength = 0
  }

  /** Forgets whole bytes that were read. */
  private drop(): void {
    const whole = this.bit >> 3
    if (whole === 0) return
    this.bytes = this.bytes.slice(whole)
    this.bit -= 8 * whole
  }

  private readPart(): void {
    if (this.blockSize === 0) {
      const magic = this.read(24)
      const level = this.read(8) - 0x30
      if (magic !== 0x425a68 || level < 1 || level > 9) throw this.broken('BZh1 to BZh9', 'else')
      this.blockSize = level * 100_000
      return
    }
    const magic = this.read(24) * 0x1000000 + this.read(24)
    if (magic === END_MAGIC) {
      this.read(32)
      this.bit = Math.ceil(this.bit / 8) * 8
      this.rest = this.bytes.slice(this.bit >> 3)
      return
    }
    if (magic !== BLOCK_MAGIC) throw this.broken('the magic of a block', magic.toString(16))
    this.read(32)
    if (this.read(1) === 1) throw this.broken('a block that is not randomised', 'one that is')
    const origin = this.read(24)
    this.output(this.unpack(origin))
  }

  private unpack(origin: number): Uint8Array {
    const used = this.readUsed()
    const { tables, selectors } = this.readTables(used.length + 2)
    const counts = new Int32Array(256)
    const block = new Int32Array(this.blockSize)
    let length = 0
    let run = 0
    let weight = 1
    const order = used.slice()
    const fill = (value: number, count: number) => {
      if (length + count > this.blockSize) throw this.broken(`${this.blockSize} bytes`, 'more')
      counts[value] = (counts[value] ?? 0) + count
      block.fill(value, length, length + count)
      length += count
    }
    for (let group = 0; ; group++) {
      const table = tables[selectors[group] ?? -1]
      if (table === undefined) throw this.broken('a table for each group', `none for ${group}`)
      for (let at = 0; at < GROUP_SIZE; at++) {
        const symbol = this.readSymbol(table)
        if (symbol === RUN_A || symbol === RUN_B) {
          run += symbol === RUN_A ? weight : 2 * weight
          weight *= 2
          if (run > this.blockSize) throw this.broken(`a run of ${this.blockSize}`, 'more')
          continue
        }
        if (run > 0) fill(order[0] ?? 0, run)
        run = 0
        weight = 1
        if (symbol === used.length + 1) return this.invert(block, length, counts, origin)
        const [value] = order.splice(symbol - 1, 1)
        if (value === undefined) throw this.broken('a byte that is used', `symbol ${symbol}`)
        order.unshift(value)
        fill(value, 1)
      }
    }
  }

  /** The bytes that occur, in order: a map of sixteen ranges and one for each range. */
  private readUsed(): number[] {
    const ranges = this.read(16)
    const used: number[] = []
    for (let range = 0; range < 16; range++) {
      if ((ranges & (0x8000 >> range)) === 0) continue
      const bits = this.read(16)
      for (let at = 0; at < 16; at++) if ((bits & (0x8000 >> at)) !== 0) used.push(16 * range + at)
    }
    if (used.length === 0) throw this.broken('some bytes', 'none')
    return used
  }

  private readTables(symbols: number): { tables: HuffmanTable[]; selectors: number[] } {
    const count = this.read(3)
    const groups = this.read(15)
    if (count < 2 || count > 6 || groups === 0) throw this.broken('2 to 6 tables', String(count))
    const order = [...Array(count).keys()]
    const selectors: number[] = []
    for (let group = 0; group < groups; group++) {
      let place = 0
      while (this.read(1) === 1) if (++place >= count) throw this.broken(`${count} tables`, 'more')
      const [table = 0] = order.splice(place, 1)
      order.unshift(table)
      selectors.push(table)
    }
    const tables = Array.from({ length: count }, () => this.readTable(symbols))
    return { tables, selectors }
  }

  private readTable(symbols: number): HuffmanTable {
    const lengths: number[] = []
    let length = this.read(5)
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (;;) {
        if (length < 1 || length > LONGEST_CODE) throw this.broken('1 to 20 bits', String(length))
        if (this.read(1) === 0) break
        length += this.read(1) === 0 ? 1 : -1
      }
      lengths.push(length)
    }
    return huffmanTable(lengths)
  }

  private readSymbol({ limit, base, symbols, shortest }: HuffmanTable): number {
    let code = this.read(shortest)
    for (let length = shortest; length <= LONGEST_CODE; length++) {
      if (code <= (limit[length] ?? -1)) return symbols[code - (base[length] ?? 0)] ?? 0
      code = (code << 1) | this.read(1)
    }
    throw this.broken('a code of the table', 'another')
  }

  /** Burrows-Wheeler inverse, then runs of four equal bytes and a count. */
  private invert(
    block: Int32Array,
    length: number,
    counts: Int32Array,
    origin: number,
  ): Uint8Array {
    if (origin >= length) throw this.broken(`an origin below ${length}`, String(origin))
    const starts = new Int32Array(256)
    for (let value = 1; value < 256; value++) {
      starts[value] = (starts[value - 1] ?? 0) + (counts[value - 1] ?? 0)
    }
    for (let at = 0; at < length; at++) {
      const value = (block[at] ?? 0) & 0xff
      const place = starts[value] ?? 0
      starts[value] = place + 1
      block[place] = (block[place] ?? 0) | (at << 8)
    }
    const plain = new Uint8Array(length)
    let next = (block[origin] ?? 0) >>> 8
    for (let at = 0; at < length; at++) {
      const entry = block[next] ?? 0
      plain[at] = entry & 0xff
      next = entry >>> 8
    }
    return expandRuns(plain)
  }

  private read(count: number): number {
    if (this.bit + count > 8 * this.bytes.length) throw new NeedMore()
    let value = 0
    for (let left = count; left > 0;) {
      const free = 8 - (this.bit & 7)
      const take = Math.min(free, left)
      const byte = this.bytes[this.bit >> 3] ?? 0
      value = value * 2 ** take + ((byte >> (free - take)) & (2 ** take - 1))
      this.bit += take
      left -= take
    }
    return value
  }

  private broken(expected: string, found: string): SealscopeError {
    const what = 'The bzip2 data cannot be unpacked'
    return new SealscopeError({ code: 'compressed-data', what, expected, found })
  }
}

/** Canonical codes: by length, then by symbol. */
function huffmanTable(lengths: readonly number[]): HuffmanTable {
  const limit = new Int32Array(LONGEST_CODE + 2).fill(-1)
  const base = new Int32Array(LONGEST_CODE + 2)
  const symbols: number[] = []
  let code = 0
  for (let length = 1; length <= LONGEST_CODE; length++) {
    base[length] = code - symbols.length
    const before = symbols.length
    for (const [symbol, own] of lengths.entries()) if (own === length) symbols.push(symbol)
    code += symbols.length - before
    if (symbols.length > before) limit[length] = code - 1
    code *= 2
  }
  return { limit, base, symbols: Uint16Array.from(symbols), shortest: Math.min(...lengths) }
}

function expandRuns(plain: Uint8Array): Uint8Array {
  let size = 0
  forEachRun(plain, (_, count) => (size += count))
  const all = new Uint8Array(size)
  let to = 0
  forEachRun(plain, (value, count) => {
    all.fill(value, to, to + count)
    to += count
  })
  return all
}

function forEachRun(plain: Uint8Array, take: (value: number, count: number) => void): void {
  let last = -1
  let equal = 0
  for (const value of plain) {
    if (equal === 4) {
      if (value > 0) take(last, value)
      last = -1
      equal = 0
      continue
    }
    equal = value === last ? equal + 1 : 1
    last = value
    take(value, 1)
  }
}
