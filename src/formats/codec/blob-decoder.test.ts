import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { loadKernels } from '../../base/hash/testing/load'
import { createBlobDecoder, sniffBlob, type BlobKind } from './blob-decoder'
import { decodeLz4Block } from './lz4-legacy'

const kernels = await loadKernels()

/** The same bytes packed by xz, lz4, zstd, gzip and bzip2 themselves. */
interface Packed {
  size: number
  sha256: string
  blobs: { name: string; kind: BlobKind; base64: string }[]
}
const packed = JSON.parse(
  brotliDecompressSync(readFileSync('src/formats/uki/fixtures/packed.json.br')).toString(),
) as Packed

interface Unpacked {
  size: number
  sha256: string
  /** What follows the blob; null when its end was not seen. */
  rest: Uint8Array | null
}

function unpack(kind: BlobKind, bytes: Uint8Array, step: number): Unpacked {
  const hash = createHash('sha256')
  let size = 0
  const decoder = createBlobDecoder(kind, kernels, (chunk) => {
    hash.update(chunk)
    size += chunk.length
  })
  let at = 0
  for (; at < bytes.length && decoder.rest() === null; at += step) {
    decoder.push(bytes.subarray(at, at + step))
  }
  decoder.finish()
  const left = decoder.rest()
  const rest = left === null ? null : Uint8Array.of(...left, ...bytes.subarray(at))
  return { size, sha256: hash.digest('hex'), rest }
}

const whole = { size: packed.size, sha256: packed.sha256 }

describe.each(packed.blobs)('$name', ({ kind, base64 }) => {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  it('is told by its magic and unpacked however it is cut', () => {
    expect(sniffBlob(bytes)).toBe(kind)
    for (const step of [bytes.length, 4096, 17]) {
      expect(unpack(kind, bytes, step)).toMatchObject(whole)
    }
  })

  it('leaves what follows it to others', () => {
    const behind = Uint8Array.of(0, 0, 0, 0, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0)
    const longer = Uint8Array.of(...bytes, ...behind)
    for (const step of [longer.length, 4096, 1000]) {
      expect(unpack(kind, longer, step)).toEqual({ ...whole, rest: behind })
    }
  })

  it('throws nothing but SealscopeError when bits are flipped', () => {
    for (let at = 0; at < bytes.length; at += 499) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      try {
        unpack(kind, changed, 8192)
      } catch (error) {
        expect(error).toBeInstanceOf(SealscopeError)
      }
    }
  })
})

describe('limits', () => {
  it('refuses a zstd window above 128 MiB before the decoder sees it', () => {
    const frame = (window: number) => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 1, 0, 0)
    const push = (window: number) =>
      createBlobDecoder('zstd', kernels, () => undefined).push(frame(window))
    expect(() => push(17 << 3)).not.toThrow()
    expect(() => push((17 << 3) | 1)).toThrow(/at most 134217728 bytes/)
    const second = createBlobDecoder('zstd', kernels, () => undefined)
    second.push(frame(0))
    expect(() => second.push(frame(21 << 3))).toThrow(SealscopeError)
  })

  it('refuses lz4 blocks that reach outside of themselves', () => {
    expect(() => decodeLz4Block(Uint8Array.of(0x10, 0x61, 0x05, 0x00), 100)).toThrow(/distance 5/)
    expect(() => decodeLz4Block(Uint8Array.of(0xf0, 0xff), 100)).toThrow(SealscopeError)
    expect(() => decodeLz4Block(Uint8Array.of(0x1f, 0x61, 0x01, 0x00, 0xff, 0x00), 100)).toThrow(SealscopeError) // prettier-ignore
  })
})
