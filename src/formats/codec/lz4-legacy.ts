import { SealscopeError } from '../../base/error'

/** Block size of the legacy frame format (lz4_Frame_format.md, "Legacy frame"). */
const BLOCK_SIZE = 8 * 1024 * 1024
/** Worst case of a compressed block (LZ4_COMPRESSBOUND). */
const LARGEST_BLOCK = BLOCK_SIZE + Math.floor(BLOCK_SIZE / 255) + 16
const MAGIC = 0x184c2102

/** Decoder of the LZ4 legacy frame format, which the kernel uses: a magic, then size and block. */
export class Lz4LegacyDecoder {
  /** What follows the blob, once it has ended: a zero or another magic (lib/decompress_unlz4.c). */
  rest: Uint8Array | null = null
  private pending: Uint8Array = new Uint8Array(0)
  private readonly parts: Uint8Array[] = []
  private length = 0
  private needed = 4
  private block = false

  constructor(private readonly output: (chunk: Uint8Array) => void) {}

  push(chunk: Uint8Array): void {
    if (this.rest !== null) return
    this.parts.push(chunk.slice())
    this.length += chunk.length
    if (this.length < this.needed) return
    this.pending = join(this.parts, this.length)
    let at = 0
    while (this.pending.length - at >= this.needed) {
      const taken = this.pending.subarray(at, at + this.needed)
      if (!this.block && endsBlob(taken)) {
        this.rest = this.pending.slice(at)
        this.parts.length = 0
        return
      }
      at += this.needed
      this.take(taken)
    }
    const rest = this.pending.slice(at)
    this.parts.splice(0, this.parts.length, rest)
    this.length = rest.length
  }

  private take(bytes: Uint8Array): void {
    if (this.block) {
      this.output(decodeLz4Block(bytes, BLOCK_SIZE))
      this.block = false
      this.needed = 4
      return
    }
    const size = word(bytes)
    if (size === MAGIC) return
    this.block = true
    this.needed = size
  }
}

function word(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}

/** Where the size of a block would be stands something else. */
function endsBlob(bytes: Uint8Array): boolean {
  const size = word(bytes)
  return size === 0 || (size > LARGEST_BLOCK && size !== MAGIC)
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** One LZ4 block (lz4_Block_format.md) of at most `limit` unpacked bytes. */
export function decodeLz4Block(source: Uint8Array, limit: number): Uint8Array {
  const target = new Uint8Array(Math.min(limit, source.length * 255 + 64))
  let from = 0
  let to = 0
  const length = (start: number): number => {
    let sum = start
    if (start < 15) return sum
    for (;;) {
      const byte = source[from++]
      if (byte === undefined) throw broken(from, 'a length', 'the end of the block')
      sum += byte
      if (byte !== 255) return sum
    }
  }
  while (from < source.length) {
    const token = source[from++] ?? 0
    const literals = length(token >> 4)
    if (from + literals > source.length || to + literals > target.length) {
      throw broken(from, `at most ${target.length - to} literals`, String(literals))
    }
    target.set(source.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from >= source.length) break
    const distance = (source[from] ?? 0) | ((source[from + 1] ?? 0) << 8)
    from += 2
    const match = length(token & 15) + 4
    if (distance === 0 || distance > to || to + match > target.length) {
      throw broken(from, 'a match within the block', `${match} bytes at distance ${distance}`)
    }
    if (distance >= match) target.copyWithin(to, to - distance, to - distance + match)
    else for (let index = 0; index < match; index++) target[to + index] = target[to + index - distance] ?? 0 // prettier-ignore
    to += match
  }
  return target.subarray(0, to)
}

function broken(offset: number, expected: string, found: string): SealscopeError {
  const what = 'The lz4 block cannot be unpacked'
  return new SealscopeError({ code: 'compressed-data', what, where: { offset }, expected, found })
}
