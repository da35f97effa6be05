import { SealscopeError } from '../../base/error'
import { LzmaDamage, LzmaDecoder } from './lzma'

/** The kernel takes dictionaries of up to 128 MiB here (lib/decompress_unxz.c: what memory allows). */
const DICTIONARY_LIMIT = 128 * 1024 * 1024
const LZMA2_FILTER = 0x21
const STREAM_HEADER_SIZE = 12
/** Blocks of a stream. */
const RECORD_LIMIT = 1_000_000
/** Sizes of the checks by their id (xz file format §2.1.1.2). */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]

type State =
  'stream' | 'block' | 'chunk' | 'packed' | 'plain' | 'check' | 'index' | 'footer' | 'done'

/**
 * A streaming decoder of .xz files (The .xz File Format 1.2) whose blocks use LZMA2 alone, as
 * initramfs generators write them. Each LZMA2 chunk is decoded when it is there (64 KiB packed, 2 MiB
 * unpacked at most). Checks are passed over; what follows the first stream is left to the caller.
 */
export class XzDecoder {
  /** What follows the stream, once it has ended. */
  rest: Uint8Array | null = null
  private state: State = 'stream'
  private needed = STREAM_HEADER_SIZE
  private parts: Uint8Array[] = []
  private kept = 0
  private position = 0
  private checkSize = 0
  private decoder: LzmaDecoder | null = null
  private unpacked = 0
  private blockStart = 0
  private ready = false

  constructor(private readonly output: (chunk: Uint8Array) => void) {}

  push(chunk: Uint8Array): void {
    if (this.rest !== null) return
    this.parts.push(chunk.slice())
    this.kept += chunk.length
    if (this.kept < this.needed) return
    const all = new Uint8Array(this.kept)
    let at = 0
    for (const part of this.parts) {
      all.set(part, at)
      at += part.length
    }
    at = 0
    while (this.isOpen() && all.length - at >= this.needed) {
      const bytes = all.subarray(at, at + this.needed)
      const before = this.needed
      if (this.take(bytes)) {
        at += before
        this.position += before
      }
    }
    this.parts = [all.slice(at)]
    this.kept = all.length - at
    if (!this.isOpen()) this.rest = all.slice(at)
  }

  private isOpen(): boolean {
    return this.state !== 'done'
  }

  /** False when more bytes are needed to read what begins here. */
  private take(bytes: Uint8Array): boolean {
    switch (this.state) {
      case 'stream':
        return this.readStreamHeader(bytes)
      case 'block':
        return this.readBlockHeader(bytes)
      case 'chunk':
        return this.readChunkHeader(bytes)
      case 'packed':
      case 'plain':
        return this.readChunk(bytes)
      case 'check':
        return this.next('block', 1)
      case 'index':
        return this.readIndex(bytes)
      case 'footer':
        return this.next('done', 0)
      case 'done':
        return true
    }
  }

  private next(state: State, needed: number): true {
    this.state = state
    this.needed = needed
    return true
  }

  /** §2.1.1 */
  private readStreamHeader(bytes: Uint8Array): boolean {
    this.checkSize = CHECK_SIZES[(bytes[7] ?? 0) & 15] ?? 0
    return this.next('block', 1)
  }

  /** §3.1; a header size of 0 is the index. */
  private readBlockHeader(bytes: Uint8Array): boolean {
    const size = ((bytes[0] ?? 0) + 1) * 4
    if (bytes[0] === 0) {
      this.needed = 2
      this.state = 'index'
      return false
    }
    if (bytes.length < size) {
      this.needed = size
      return false
    }
    const flags = bytes[1] ?? 0
    let at = 2
    const skipNumber = () => {
      while (((bytes[at++] ?? 0) & 0x80) !== 0 && at < size);
    }
    if ((flags & 0x40) !== 0) skipNumber()
    if ((flags & 0x80) !== 0) skipNumber()
    const filters = (flags & 3) + 1
    if (filters !== 1 || bytes[at] !== LZMA2_FILTER || bytes[at + 1] !== 1) {
      throw this.broken('LZMA2 as the only filter', `${filters} filters, first 0x${(bytes[at] ?? 0).toString(16)}`) // prettier-ignore
    }
    this.decoder = new LzmaDecoder(this.dictionarySize(bytes[at + 2] ?? 0))
    this.ready = false
    this.blockStart = this.position
    return this.next('chunk', 1)
  }

  /** §4: zero, number of records, two numbers each, padding to four bytes, CRC32; then the footer. */
  private readIndex(bytes: Uint8Array): boolean {
    let at = 1
    const number = () => {
      let value = 0
      for (let shift = 0; shift < 63; shift += 7) {
        const byte = bytes[at++]
        if (byte === undefined) return null
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
      throw this.broken('a number of at most 63 bits', 'a longer one')
    }
    const records = number()
    if (records !== null && records > RECORD_LIMIT) {
      throw this.broken(`at most ${RECORD_LIMIT} records`, String(records))
    }
    let left = 2 * (records ?? 0)
    while (left > 0 && number() !== null) left--
    if (records === null || left > 0) {
      this.needed = bytes.length + Math.max(1, left)
      return false
    }
    const size = Math.ceil(at / 4) * 4 + 4
    if (bytes.length < size) {
      this.needed = size
      return false
    }
    return this.next('footer', STREAM_HEADER_SIZE)
  }

  /** §5.3.1 */
  private dictionarySize(bits: number): number {
    const size = bits >= 40 ? 2 ** 32 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11)
    if (size <= DICTIONARY_LIMIT) return size
    throw this.broken(`a dictionary of at most ${DICTIONARY_LIMIT} bytes`, String(size))
  }

  /** LZMA2: control byte, unpacked size, packed size, properties. */
  private readChunkHeader(bytes: Uint8Array): boolean {
    const control = bytes[0] ?? 0
    if (control === 0) return this.endBlock()
    const length = control < 0x80 ? 3 : control >= 0xc0 ? 6 : 5
    if (bytes.length < length) {
      this.needed = length
      return false
    }
    const u16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    if (control === 1 || control >= 0xe0) this.decoder?.resetDictionary()
    else if (!this.ready) throw this.broken('a dictionary reset first', `control ${control}`)
    this.ready = true
    if (control < 0x80) {
      if (control > 2) throw this.broken('an LZMA2 chunk', `control ${control}`)
      return this.next('plain', u16(1) + 1)
    }
    this.unpacked = ((control & 0x1f) << 16) + u16(1) + 1
    if (control >= 0xc0 && this.decoder?.setProperties(bytes[5] ?? 0) !== true) {
      throw this.broken('properties of LZMA2', String(bytes[5]))
    }
    if (control >= 0xa0) this.decoder?.resetState()
    return this.next('packed', u16(3) + 1)
  }

  private readChunk(bytes: Uint8Array): boolean {
    const { decoder } = this
    if (decoder === null) return true
    if (this.state === 'plain') {
      decoder.copy(bytes)
      this.output(bytes)
      return this.next('chunk', 1)
    }
    try {
      this.output(decoder.decode(bytes, this.unpacked))
    } catch (error) {
      if (!(error instanceof LzmaDamage)) throw error
      throw this.broken('LZMA data', error.message)
    }
    return this.next('chunk', 1)
  }

  /** §3.3, §3.4: padding to four bytes, then the check. */
  private endBlock(): boolean {
    const rest = this.checkSize + ((4 - ((this.position + 1 - this.blockStart) % 4)) % 4)
    return rest === 0 ? this.next('block', 1) : this.next('check', rest)
  }

  private broken(expected: string, found: string): SealscopeError {
    const what = 'The xz data cannot be unpacked'
    const where = { offset: this.position }
    return new SealscopeError({ code: 'compressed-data', what, where, expected, found })
  }
}
