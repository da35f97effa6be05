import { SealscopeError } from '../../base/error'

/** initramfs buffer format (Documentation/driver-api/early-userspace/buffer-format.rst). */
const HEADER_SIZE = 110
const NAME_LIMIT = 4096
const ENTRY_LIMIT = 1_000_000

/** Magic numbers of the two kinds of "newc" archives. */
export function isCpioMagic(text: string): boolean {
  return text === '070701' || text === '070702'
}

/** Whether the content of this entry is wanted; asked once for each entry, whatever its type. */
export type CpioFilter = (name: string, size: number) => boolean

/**
 * Reads one "newc" archive from bytes that stream by, up to its trailer. Content of wanted files is
 * handed over whole. Throws SealscopeError on anything that is no such archive.
 */
export class CpioReader {
  /** True behind `TRAILER!!!` and its padding. */
  finished = false
  private state: 'header' | 'name' | 'data' = 'header'
  private readonly buffer: number[] = []
  private needed = HEADER_SIZE
  private nameSize = 0
  private size = 0
  private skip = 0
  private content: { bytes: Uint8Array; at: number; name: string } | null = null
  private entries = 0

  constructor(
    private readonly wanted: CpioFilter,
    private readonly take: (name: string, content: Uint8Array) => void,
  ) {}

  /** True between two entries: a file may end here although the trailer is missing. */
  get atBoundary(): boolean {
    return this.state === 'header' && this.buffer.length === 0 && this.skip === 0
  }

  /** Returns how many bytes belong to the archive; fewer than given only when it is finished. */
  push(chunk: Uint8Array): number {
    let at = 0
    while (at < chunk.length && !this.finished) at += this.step(chunk, at)
    return at
  }

  private step(chunk: Uint8Array, at: number): number {
    if (this.state === 'data') return this.takeData(chunk.subarray(at))
    if (this.skip > 0) {
      const used = Math.min(this.skip, chunk.length - at)
      this.skip -= used
      return used
    }
    this.buffer.push(chunk[at] ?? 0)
    if (this.buffer.length < this.needed) return 1
    const text = String.fromCharCode(...this.buffer)
    this.buffer.length = 0
    if (this.state === 'header') this.readHeader(text)
    else this.readName(text)
    return 1
  }

  private readHeader(text: string): void {
    const fields = text.slice(6)
    if (!isCpioMagic(text.slice(0, 6)) || !/^[0-9A-Fa-f]{104}$/.test(fields)) {
      throw broken('a newc header', JSON.stringify(text.slice(0, 12)))
    }
    const field = (index: number) => Number.parseInt(fields.slice(8 * index, 8 * index + 8), 16)
    const mode = field(1)
    this.size = field(6)
    this.nameSize = field(11)
    if (this.nameSize === 0 || this.nameSize > NAME_LIMIT) {
      throw broken(`a name of 1 to ${NAME_LIMIT} bytes`, String(this.nameSize))
    }
    if (++this.entries > ENTRY_LIMIT) throw broken(`at most ${ENTRY_LIMIT} entries`, 'more')
    this.regular = (mode & 0o170000) === 0o100000
    this.needed = this.nameSize + padding(HEADER_SIZE + this.nameSize)
    this.state = 'name'
  }

  private regular = false

  private readName(text: string): void {
    const name = text.slice(0, this.nameSize - 1)
    this.needed = HEADER_SIZE
    this.state = 'header'
    if (name === 'TRAILER!!!') {
      this.finished = true
      return
    }
    const wanted = this.wanted(name, this.size)
    if (!this.regular || !wanted) {
      this.skip = this.size + padding(this.size)
      return
    }
    this.content = { bytes: new Uint8Array(this.size), at: 0, name }
    this.state = 'data'
    if (this.size === 0) this.takeData(new Uint8Array(0))
  }

  private takeData(chunk: Uint8Array): number {
    const content = this.content
    if (content === null) return chunk.length
    const part = chunk.subarray(0, content.bytes.length - content.at)
    content.bytes.set(part, content.at)
    content.at += part.length
    if (content.at === content.bytes.length) {
      this.state = 'header'
      this.skip = padding(this.size)
      this.content = null
      this.take(content.name, content.bytes)
    }
    return part.length
  }
}

function padding(size: number): number {
  return (4 - (size % 4)) % 4
}

function broken(expected: string, found: string): SealscopeError {
  const what = 'The cpio archive cannot be read'
  return new SealscopeError({ code: 'cpio', what, expected, found })
}
