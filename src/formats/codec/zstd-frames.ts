import { SealscopeError } from '../../base/error'

/** As zstd itself refuses more without --long (RFC 8878 §3.1.1.1.2). */
const WINDOW_LIMIT = 128 * 2 ** 20
/**
 * Windows of all frames of a stream: the decoder takes new memory for each, 0.4 ms for 8 MiB. A layer
 * of zstd:chunked has a frame for each file, with a window of 8 MiB.
 */
const WINDOWS_LIMIT = 2 ** 40
/** RFC 8878 §3.1.1.2.4; our decoder would take 2 MiB for four bytes. */
const BLOCK_LIMIT = 128 * 1024

/**
 * Counts the frames of a zstd stream without decoding it (RFC 8878 §3.1): frame headers say where
 * blocks begin and each block header how long the block is. Skippable frames are not counted.
 */
export class ZstdFrameCounter {
  frames = 0
  private skip = 0
  private readonly head: number[] = []
  private inFrame = false
  private checksum = false
  private broken = false
  private windows = 0

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.broken) {
      if (this.skip > 0) {
        const used = Math.min(this.skip, chunk.length - at)
        this.skip -= used
        at += used
        continue
      }
      this.head.push(chunk[at] ?? 0)
      at++
      if (this.inFrame) this.readBlockHeader()
      else this.readFrameHeader()
    }
  }

  /** RFC 8878 §3.1.1.2: 3 bytes, last flag, type, size. */
  private readBlockHeader(): void {
    if (this.head.length < 3) return
    const [a = 0, b = 0, c = 0] = this.head
    const value = a | (b << 8) | (c << 16)
    const type = (value >> 1) & 3
    const size = value >> 3
    if (size > BLOCK_LIMIT) throw blockTooLarge(size)
    this.skip = type === 1 ? 1 : size
    this.head.length = 0
    if ((value & 1) === 0) return
    this.inFrame = false
    if (this.checksum) this.skip += 4
  }

  /** RFC 8878 §3.1.1.1 and §3.1.2. */
  private readFrameHeader(): void {
    const { head } = this
    if (head.length < 5) return
    const magic = ((head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16) | ((head[3] ?? 0) << 24)) >>> 0 // prettier-ignore
    if (magic >>> 4 === 0x184d2a5) {
      if (head.length < 8) return
      this.skip = ((head[4] ?? 0) | ((head[5] ?? 0) << 8) | ((head[6] ?? 0) << 16) | ((head[7] ?? 0) << 24)) >>> 0 // prettier-ignore
      head.length = 0
      return
    }
    if (magic !== 0xfd2fb528) {
      this.broken = true
      return
    }
    const descriptor = head[4] ?? 0
    const single = (descriptor & 0x20) !== 0
    const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
    if (head.length < 5 + (single ? 0 : 1) + contentSize + dictionary) return
    const window = single
      ? littleEndian(head, 5 + dictionary, contentSize)
      : windowSize(head[5] ?? 0)
    if (window > WINDOW_LIMIT) throw tooLarge(WINDOW_LIMIT, window)
    this.windows += window
    if (this.windows > WINDOWS_LIMIT) throw tooLarge(WINDOWS_LIMIT, this.windows)
    head.length = 0
    this.frames++
    this.inFrame = true
    this.checksum = (descriptor & 4) !== 0
  }
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}

function littleEndian(bytes: readonly number[], at: number, size: number): number {
  let value = 0
  for (let index = at + size - 1; index >= at; index--) value = value * 256 + (bytes[index] ?? 0)
  return value
}

function tooLarge(limit: number, found: number): SealscopeError {
  const several = limit > WINDOW_LIMIT
  return new SealscopeError({
    code: 'zstd-window',
    what: several ? 'the zstd frames need too much memory' : 'a zstd frame needs too much memory',
    expected: several
      ? `windows of at most ${limit} bytes together`
      : `a window of at most ${limit} bytes`,
    found: `${found}`,
  })
}

function blockTooLarge(found: number): SealscopeError {
  return new SealscopeError({
    code: 'zstd-block',
    what: 'a zstd block is too large',
    expected: `at most ${BLOCK_LIMIT} bytes`,
    found: `${found}`,
  })
}
