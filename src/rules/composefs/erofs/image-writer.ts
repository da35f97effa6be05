import type { ByteString } from '../../../base/byte-string'

const WINDOW = 256 * 1024
/** Longest piece that one call writes; longer texts are cut. */
const PIECE = 4096

/** Little-endian writer over a window that is handed on whenever it is full. */
export class ImageWriter {
  position = 0
  private fill = 0
  private readonly bytes = new Uint8Array(WINDOW)
  private readonly view = new DataView(this.bytes.buffer)

  constructor(private readonly sink: (chunk: Uint8Array) => void) {}

  flush(): void {
    if (this.fill > 0) this.sink(this.bytes.subarray(0, this.fill))
    this.fill = 0
  }

  u8(value: number): void {
    this.bytes[this.room(1)] = value
  }

  u16(value: number): void {
    this.view.setUint16(this.room(2), value, true)
  }

  u32(value: number): void {
    this.view.setUint32(this.room(4), value, true)
  }

  /** Exact up to 2^53; negative numbers in two's complement. */
  u64(value: number): void {
    const at = this.room(8)
    this.view.setUint32(at, value % 2 ** 32, true)
    this.view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
  }

  text(value: ByteString): void {
    for (let from = 0; from < value.length; from += PIECE) {
      const size = Math.min(PIECE, value.length - from)
      const at = this.room(size)
      const { bytes } = this
      for (let i = 0; i < size; i++) bytes[at + i] = value.charCodeAt(from + i)
    }
  }

  /** The bytes that a lower-case hex text stands for. */
  hex(value: string): void {
    const at = this.room(value.length / 2)
    const { bytes } = this
    for (let i = 0; i < value.length; i += 2) {
      bytes[at + i / 2] = (nibble(value.charCodeAt(i)) << 4) | nibble(value.charCodeAt(i + 1))
    }
  }

  raw(value: Uint8Array): void {
    for (let from = 0; from < value.length; from += PIECE) {
      const piece = value.subarray(from, from + PIECE)
      this.bytes.set(piece, this.room(piece.length))
    }
  }

  fillTo(position: number, byte = 0): void {
    while (this.position < position) {
      const size = Math.min(PIECE, position - this.position)
      const at = this.room(size)
      this.bytes.fill(byte, at, at + size)
    }
  }

  private room(size: number): number {
    if (this.fill + size > WINDOW) this.flush()
    const at = this.fill
    this.fill += size
    this.position += size
    return at
  }
}

function nibble(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
}
