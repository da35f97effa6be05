import type { Decompress } from 'fzstd'

/** The largest block (RFC 8878 §3.1.1.2.4). */
const BLOCK = 128 * 1024
const SLACK = 16 * 2 ** 20

/** What fzstd 0.1.1 knows of a frame; the names are those that its minifier left. */
interface Frame {
  /** What was unpacked last, and where it ends; matches are read before the end. */
  w: Uint8Array
  e: number
  /** The last three offsets, in the buffer of the window. */
  o: Int32Array
  /** True in the last block. */
  l: number
}

/**
 * Keeps the window of fzstd's decoder. By itself it moves the whole window after each block, up to 128 MiB
 * for a block of one byte: a layer of 10 MB would take hours. Here blocks are written one behind the other
 * into a larger buffer. To be called with each block, before fzstd does the same.
 */
export class ZstdWindow {
  private frame: Frame | null = null
  private size = 0
  private buffer: Uint8Array = new Uint8Array(0)
  /** What fzstd moves and writes to instead; writing to it gives the real window back. */
  private readonly stand = new Uint8Array(0)

  constructor(private readonly decoder: Decompress) {
    this.stand.set = () => {
      if (this.frame !== null) this.frame.w = this.buffer
    }
  }

  take(block: Uint8Array): void {
    const frame: unknown = (this.decoder as unknown as { s: unknown }).s
    if (!isFrame(frame)) return
    if (frame !== this.frame) this.begin(frame)
    if (frame.l === 0) this.append(frame, block)
    frame.w = this.stand
  }

  private begin(frame: Frame): void {
    this.frame = frame
    this.size = frame.e
    // The old buffer holds nothing else.
    frame.o = frame.o.slice()
    const room = frame.l === 0 ? this.size + Math.min(this.size, SLACK) + BLOCK : 0
    this.buffer = new Uint8Array(room)
  }

  private append(frame: Frame, block: Uint8Array): void {
    if (frame.e + block.length > this.buffer.length) {
      this.buffer.copyWithin(0, frame.e - this.size, frame.e)
      frame.e = this.size
    }
    this.buffer.set(block, frame.e)
    frame.e += block.length
  }
}

function isFrame(value: unknown): value is Frame {
  if (typeof value !== 'object' || value === null) return false
  const { w, e, o, l } = value as Partial<Frame>
  return (
    w instanceof Uint8Array &&
    typeof e === 'number' &&
    o instanceof Int32Array &&
    typeof l === 'number'
  )
}
