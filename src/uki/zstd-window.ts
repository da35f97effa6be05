import { SealscopeError } from '../bytes/error'

/** What the kernel's own decoder takes (lib/decompress_unzstd.c, ZSTD_WINDOWSIZE_MAX). */
const ZSTD_WINDOW_LIMIT = 128 * 1024 * 1024

/**
 * Walks the frames of a zstd stream (RFC 8878 §3.1.1) in front of a decoder, so that no frame can ask
 * for an absurd window. Bytes that are no frame are left to the decoder to refuse.
 */
export class ZstdWindowGuard {
  private skip = 0
  private head: number[] = []
  private state: 'frame' | 'block' | 'lost' = 'frame'
  private checksum = false

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && this.state !== 'lost') {
      if (this.skip > 0) {
        const step = Math.min(this.skip, chunk.length - at)
        this.skip -= step
        at += step
        continue
      }
      this.head.push(chunk[at++] ?? 0)
      const read = this.state === 'block' ? this.readBlock() : this.readFrame()
      if (read) this.head = []
    }
  }

  private number(at: number, size: number): number {
    let value = 0
    for (let index = size - 1; index >= 0; index--)
      value = value * 256 + (this.head[at + index] ?? 0)
    return value
  }

  private readBlock(): boolean {
    if (this.head.length < 3) return false
    const value = this.number(0, 3)
    this.skip = ((value >> 1) & 3) === 1 ? 1 : value >> 3
    if ((value & 1) === 1) {
      this.state = 'frame'
      if (this.checksum) this.skip += 4
    }
    return true
  }

  private readFrame(): boolean {
    if (this.head.length < 5) return false
    const magic = this.number(0, 4)
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      if (this.head.length < 8) return false
      this.skip = this.number(4, 4)
      return true
    }
    if (magic !== 0xfd2fb528) {
      this.state = 'lost'
      return true
    }
    const descriptor = this.head[4] ?? 0
    const single = (descriptor & 0x20) !== 0
    const windowSize = single ? 0 : 1
    const dictionarySize = [0, 1, 2, 4][descriptor & 3] ?? 0
    const sizeSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    if (this.head.length < 5 + windowSize + dictionarySize + sizeSize) return false
    this.checksum = (descriptor & 4) !== 0
    const window = single
      ? this.number(5 + dictionarySize, sizeSize) + (sizeSize === 2 ? 256 : 0)
      : windowOf(this.head[5] ?? 0)
    if (window > ZSTD_WINDOW_LIMIT) throw tooLarge(window)
    this.state = 'block'
    return true
  }
}

/** RFC 8878 §3.1.1.1.2. */
function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}

function tooLarge(window: number): SealscopeError {
  return new SealscopeError({
    code: 'compressed-data',
    what: 'The zstd frame needs too large a window',
    expected: `at most ${ZSTD_WINDOW_LIMIT} bytes`,
    found: String(window),
  })
}
