import { SealscopeError } from '../../base/error'
import type { Codec, Codecs } from '../../base/hash/kernels'
import type { Decoder, DecoderOptions } from './decoder'

/** As zstd itself refuses more without --long (RFC 8878 §3.1.1.1.2). */
const WINDOW_LIMIT = 128 * 2 ** 20
/** RFC 8878 §3.1.1.2.4. */
const BLOCK_LIMIT = 128 * 1024

const FRAME_MAGIC = 0xfd2fb528
/** §3.1.2: sixteen numbers that differ in the last four bits. */
const SKIPPABLE_MAGIC = 0x184d2a5

/** What the kernel says of a block (wasm/codec/zstd.ts). */
const FAULTS: Readonly<Record<number, string>> = {
  [-1]: 'literals that cannot be read',
  [-2]: 'a table of codes that cannot be read',
  [-3]: 'sequences that do not end with its bits',
  [-4]: 'a match that begins before the window',
  [-5]: 'more bytes than a block may have',
}

interface Frame {
  window: number
  /** Content_Size of the header; null when it is not given. */
  size: number | null
  checksum: boolean
  made: number
}

interface Block {
  type: 0 | 1 | 2
  last: boolean
  size: number
  /** Bytes of the block in the stream, and those that have come. */
  packed: number
  seen: number
}

type Step = 'magic' | 'header' | 'block' | 'content' | 'checksum' | 'skip'

/**
 * Unpacks a zstd stream (RFC 8878): all frames, skippable ones passed over; checksums and sizes of
 * frames are checked. What the sink gets is valid only while it runs. Memory grows with what is unpacked,
 * up to a window of 128 MiB, 16 MiB and a block.
 */
export class ZstdDecoder implements Decoder {
  /** Frames that have begun; skippable ones are not counted. */
  frames = 0
  /** What follows the last frame of embedded data, once it is known to be none. */
  rest: Uint8Array | null = null
  private step: Step = 'magic'
  /** The bytes of a header that is not complete. */
  private readonly head: number[] = []
  private needed = 4
  private skip = 0
  private frame: Frame = { window: 0, size: null, checksum: false, made: 0 }
  private block: Block = { type: 0, last: true, size: 0, packed: 0, seen: 0 }
  /** Bytes of the stream that have been read. */
  private offset = 0

  private readonly codec: Codec

  constructor(
    codecs: Codecs,
    private readonly sink: (chunk: Uint8Array) => void,
    private readonly options: DecoderOptions = {},
  ) {
    this.codec = codecs.codec()
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && this.rest === null) {
      const used = this.take(chunk, at)
      at += used
      this.offset += used
    }
    if (this.rest !== null && at < chunk.length) this.rest = joined(this.rest, chunk.subarray(at))
  }

  /** To be called after the last byte. */
  finish(): void {
    if (this.rest !== null || (this.step === 'magic' && this.head.length === 0)) return
    if (this.endsHere) {
      this.rest = Uint8Array.from(this.head)
      return
    }
    if (this.step === 'skip' && this.skip === 0) return
    throw this.wrong('zstd-truncated', 'the zstd data ends too early', `the rest of a ${this.part()}`, 'the end') // prettier-ignore
  }

  release(): void {
    this.codec.release()
  }

  /** Whether the frames may have ended, and something else begins. */
  private get endsHere(): boolean {
    return this.options.embedded === true && this.step === 'magic' && this.frames > 0
  }

  private part(): string {
    if (this.step === 'skip') return 'skippable frame'
    return this.step === 'block' || this.step === 'content' ? 'block' : 'frame'
  }

  private take(chunk: Uint8Array, at: number): number {
    if (this.step === 'skip') {
      const used = Math.min(this.skip, chunk.length - at)
      this.skip -= used
      if (this.skip === 0) this.expect('magic', 4)
      return used
    }
    if (this.step === 'content') return this.takeContent(chunk, at)
    this.head.push(chunk[at] ?? 0)
    if (this.head.length === this.needed) this.readHead()
    return 1
  }

  private expect(step: Step, needed: number): void {
    this.step = step
    this.needed = needed
    this.head.length = 0
  }

  private readHead(): void {
    if (this.step === 'magic') this.readMagic()
    else if (this.step === 'header') this.readFrameHeader()
    else if (this.step === 'block') this.readBlockHeader()
    else this.checkSum()
  }

  /** RFC 8878 §3.1.1 and §3.1.2. */
  private readMagic(): void {
    const magic = littleEndian(this.head, 0, 4)
    if (this.head.length === 8) {
      this.skip = littleEndian(this.head, 4, 4)
      this.expect('skip', 0)
      if (this.skip === 0) this.expect('magic', 4)
    } else if (magic >>> 4 === SKIPPABLE_MAGIC) {
      this.needed = 8
    } else if (magic === FRAME_MAGIC) {
      this.expect('header', 1)
    } else if (this.endsHere) {
      this.rest = Uint8Array.from(this.head)
    } else {
      throw this.wrong('zstd-magic', 'this is no zstd frame', 'a magic number', hexOf(this.head))
    }
  }

  /** RFC 8878 §3.1.1.1. */
  private readFrameHeader(): void {
    const { head } = this
    const descriptor = head[0] ?? 0
    const single = (descriptor & 0x20) !== 0
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
    this.needed = 1 + (single ? 0 : 1) + dictionaryBytes + sizeBytes
    if (head.length < this.needed) return
    if ((descriptor & 8) !== 0) {
      throw this.wrong('zstd-header', 'a zstd frame has a reserved bit', '0', '1')
    }
    const dictionary = littleEndian(head, single ? 1 : 2, dictionaryBytes)
    if (dictionary !== 0) {
      throw this.wrong(
        'zstd-dictionary',
        'a zstd frame needs a dictionary',
        'none',
        `${dictionary}`,
      )
    }
    const stated = littleEndian(head, this.needed - sizeBytes, sizeBytes)
    // §3.1.1.1.4: two bytes begin at 256.
    const size = sizeBytes === 0 ? null : sizeBytes === 2 ? stated + 256 : stated
    this.beginFrame(single ? (size ?? 0) : windowSize(head[1] ?? 0), size, (descriptor & 4) !== 0)
  }

  private beginFrame(window: number, size: number | null, checksum: boolean): void {
    if (window > WINDOW_LIMIT) {
      throw this.wrong('zstd-window', 'a zstd frame needs too much memory', `a window of at most ${WINDOW_LIMIT} bytes`, `${window}`) // prettier-ignore
    }
    this.frames++
    this.frame = { window, size, checksum, made: 0 }
    this.codec.wasm.zstdBegin(window, checksum ? 1 : 0)
    this.expect('block', 3)
  }

  /** RFC 8878 §3.1.1.2: 3 bytes, last flag, type, size. */
  private readBlockHeader(): void {
    const value = littleEndian(this.head, 0, 3)
    const type = (value >> 1) & 3
    const size = value >> 3
    const limit = Math.min(BLOCK_LIMIT, this.frame.window)
    if (size > limit) {
      throw this.wrong(
        'zstd-block',
        'a zstd block is too large',
        `at most ${limit} bytes`,
        `${size}`,
      )
    }
    if (type === 3)
      throw this.wrong('zstd-block', 'a zstd block has a reserved type', '0, 1 or 2', '3')
    const packed = type === 1 ? 1 : size
    this.block = { type: type as Block['type'], last: (value & 1) === 1, size, packed, seen: 0 }
    this.expect('content', 0)
    if (packed === 0) this.endBlock()
  }

  private takeContent(chunk: Uint8Array, at: number): number {
    const { block } = this
    const used = Math.min(block.packed - block.seen, chunk.length - at)
    const { memory } = this.codec.wasm
    const to = new Uint8Array(memory.buffer, this.codec.wasm.zstdSource() + block.seen, used)
    to.set(chunk.subarray(at, at + used))
    block.seen += used
    if (block.seen === block.packed) this.endBlock()
    return used
  }

  private endBlock(): void {
    const { wasm } = this.codec
    const { type, size, last } = this.block
    const made = type === 0 ? wasm.zstdRaw(size) : type === 1 ? wasm.zstdRun(size) : wasm.zstdCompressed(size) // prettier-ignore
    if (made < 0) {
      throw this.wrong('zstd-block', 'a zstd block cannot be unpacked', undefined, FAULTS[made] ?? `${made}`) // prettier-ignore
    }
    const { frame } = this
    frame.made += made
    if (frame.size !== null && frame.made > frame.size) throw this.wrongSize('more')
    if (made > 0) this.sink(new Uint8Array(wasm.memory.buffer, wasm.zstdEnd() - made, made))
    if (!last) return this.expect('block', 3)
    if (frame.size !== null && frame.made < frame.size) throw this.wrongSize(`${frame.made}`)
    if (frame.checksum) this.expect('checksum', 4)
    else this.expect('magic', 4)
  }

  /** RFC 8878 §3.1.1, Content_Checksum. */
  private checkSum(): void {
    const found = this.codec.wasm.zstdChecksum() >>> 0
    const stated = littleEndian(this.head, 0, 4)
    if (found !== stated) {
      throw this.wrong(
        'zstd-checksum',
        'a zstd frame has another checksum',
        `${stated}`,
        `${found}`,
      )
    }
    this.expect('magic', 4)
  }

  private wrongSize(found: string): SealscopeError {
    const expected = `${this.frame.size} bytes`
    return this.wrong('zstd-size', 'a zstd frame has another size than it says', expected, found)
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

/** RFC 8878 §3.1.1.1.2. */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}

function littleEndian(bytes: readonly number[], at: number, size: number): number {
  let value = 0
  for (let index = at + size - 1; index >= at; index--) value = value * 256 + (bytes[index] ?? 0)
  return value
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
