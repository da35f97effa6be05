import { SealscopeError } from '../../base/error'
import type { Codec, Codecs } from '../../base/hash/kernels'
import type { Decoder, DecoderOptions } from './decoder'

/** RFC 1952 §2.3.1: bits of FLG. */
const HAS_CRC = 2
const HAS_EXTRA = 4
const HAS_NAME = 8
const HAS_COMMENT = 16
const RESERVED = 0xe0

const HEADER = 10
const TRAILER = 8

/** What the kernel says (wasm/codec/inflate.ts). */
const FAULTS: Readonly<Record<number, string>> = {
  [-1]: 'a block of a reserved type',
  [-2]: 'a stored block whose length and its complement differ',
  [-3]: 'codes that are no Huffman code',
  [-4]: 'a symbol that no code stands for',
  [-5]: 'a match that begins before the data',
}
const HAS_OUTPUT = 1
const ENDED = 2

type Step = 'header' | 'extra' | 'name' | 'comment' | 'header-crc' | 'data' | 'trailer'

/**
 * Unpacks a gzip file (RFC 1952): all members, each with its checksum and size. Whatever follows a member is
 * another one, or refused (as Go's compress/gzip has it, which podman and skopeo read layers with). What the sink
 * gets is valid only while it runs. Memory: 600 KiB.
 */
export class GzipDecoder implements Decoder {
  /** Members whose header has been read. */
  members = 0
  /** What follows the first member of embedded data, once it has ended. */
  rest: Uint8Array | null = null
  private step: Step = 'header'
  private flags = 0
  private readonly head: number[] = []
  private extra = 0
  /** Of the header so far; counted where the header has a checksum. */
  private headerCrc = 0
  private crc = 0
  private size = 0
  private offset = 0

  private readonly codec: Codec

  constructor(
    private readonly codecs: Codecs,
    private readonly sink: (chunk: Uint8Array) => void,
    private readonly options: DecoderOptions = {},
  ) {
    this.codec = codecs.codec()
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && this.rest === null) {
      const used = this.step === 'data' ? this.inflate(chunk, at) : this.takeByte(chunk[at] ?? 0)
      at += used
      this.offset += used
    }
    if (this.rest !== null) this.rest = chunk.slice(at)
  }

  /** To be called after the last byte. */
  finish(): void {
    if (this.step === 'header' && this.members > 0 && this.head.length === 0) return
    throw this.wrong('gzip-truncated', 'the gzip data ends too early', `the rest of its ${this.step}`, 'the end') // prettier-ignore
  }

  release(): void {
    this.codec.release()
  }

  private takeByte(byte: number): number {
    const { step } = this
    if ((this.flags & HAS_CRC) !== 0 && step !== 'trailer' && step !== 'header-crc') {
      this.headerCrc = this.codecs.crc32(Uint8Array.of(byte), this.headerCrc)
    }
    this.head.push(byte)
    if (step === 'header') this.readHeader()
    else if (step === 'extra') this.readExtra()
    else if (step === 'trailer') this.readTrailer()
    else if (step === 'header-crc') this.readHeaderCrc()
    else if (byte !== 0) this.head.length = 0
    else if (step !== 'data') this.afterHeader(step)
    return 1
  }

  /** RFC 1952 §2.3.1: ten bytes that every member begins with. */
  private readHeader(): void {
    const [id1 = 0, id2 = 0x8b, method, flags = 0] = this.head
    if (id1 !== 0x1f || id2 !== 0x8b) {
      const what = this.members === 0 ? 'this is no gzip file' : 'what follows a gzip member is no other one' // prettier-ignore
      throw this.wrong('gzip-magic', what, '1f 8b', hexOf(this.head))
    }
    if (this.head.length < HEADER) return
    if (method !== 8 || (flags & RESERVED) !== 0) {
      throw this.wrong('gzip-header', 'a gzip member cannot be read', 'method 8 and no reserved flag', `method ${method}, flags ${flags}`) // prettier-ignore
    }
    this.members++
    this.flags = flags
    if ((flags & HAS_CRC) !== 0) this.headerCrc = this.codecs.crc32(Uint8Array.from(this.head), 0)
    this.afterHeader('header')
  }

  /** XLEN, then as many bytes. */
  private readExtra(): void {
    const { head } = this
    if (head.length === 2) this.extra = littleEndian(head)
    if (head.length >= 2 && head.length === 2 + this.extra) this.afterHeader('extra')
  }

  /** CRC16: the lower half of the CRC-32 of the header. */
  private readHeaderCrc(): void {
    if (this.head.length < 2) return
    const [stated, found] = [littleEndian(this.head), this.headerCrc & 0xffff]
    if (stated !== found) {
      throw this.wrong('gzip-checksum', 'the header of a gzip member has another checksum', `${stated}`, `${found}`) // prettier-ignore
    }
    this.afterHeader('header-crc')
  }

  /** The part that follows, of those that the flags name. */
  private afterHeader(step: 'header' | 'extra' | 'name' | 'comment' | 'header-crc'): void {
    const { flags } = this
    const order = ['header', 'extra', 'name', 'comment', 'header-crc'] as const
    const given = [0, HAS_EXTRA, HAS_NAME, HAS_COMMENT, HAS_CRC]
    const next = order.findIndex(
      (_, at) => at > order.indexOf(step) && (flags & (given[at] ?? 0)) !== 0,
    )
    this.head.length = 0
    this.step = order[next] ?? 'data'
    if (this.step !== 'data') return
    this.codec.wasm.inflateBegin()
    this.crc = 0
    this.size = 0
  }

  /** Gives a piece to the kernel; returns how many bytes of it belong to the member. */
  private inflate(chunk: Uint8Array, at: number): number {
    const { wasm } = this.codec
    const to = wasm.inflateInputAt()
    const piece = chunk.subarray(at, at + wasm.inflateRoom())
    new Uint8Array(wasm.memory.buffer, to, piece.length).set(piece)
    wasm.inflateTook(piece.length)
    for (;;) {
      const status = wasm.inflate()
      this.emit(wasm.inflateMade())
      if (status < 0) {
        throw this.wrong('gzip-data', 'the gzip data cannot be unpacked', undefined, FAULTS[status] ?? `${status}`) // prettier-ignore
      }
      if (status === HAS_OUTPUT) continue
      if (status !== ENDED) return piece.length
      this.step = 'trailer'
      return piece.length - wasm.inflateLeft()
    }
  }

  private emit(size: number): void {
    if (size === 0) return
    const { wasm } = this.codec
    const chunk = new Uint8Array(wasm.memory.buffer, wasm.inflateEnd() - size, size)
    this.crc = this.codecs.crc32(chunk, this.crc)
    this.size = (this.size + size) % 2 ** 32
    this.sink(chunk)
  }

  /** RFC 1952 §2.3.1: CRC32 and ISIZE. */
  private readTrailer(): void {
    if (this.head.length < TRAILER) return
    const [crc, size] = [littleEndian(this.head.slice(0, 4)), littleEndian(this.head.slice(4))]
    if (crc !== this.crc) {
      throw this.wrong(
        'gzip-checksum',
        'a gzip member has another checksum',
        `${crc}`,
        `${this.crc}`,
      )
    }
    if (size !== this.size) {
      throw this.wrong('gzip-size', 'a gzip member has another size than it says', `${size} bytes`, `${this.size}`) // prettier-ignore
    }
    this.head.length = 0
    this.flags = 0
    this.step = 'header'
    if (this.options.embedded === true) this.rest = new Uint8Array(0)
  }

  private wrong(
    code: string,
    what: string,
    expected: string | undefined,
    found: string,
  ): SealscopeError {
    return new SealscopeError({ code, what, where: { offset: this.offset }, expected, found })
  }
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0)
}

function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
