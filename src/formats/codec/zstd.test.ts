import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { sample } from './testing/sample'
import { ZstdDecoder } from './zstd'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`fixtures/zstd-${name}.zst`, import.meta.url)))
const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const plain = sample(4_000_000)

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
/** The header of a frame with a window of 2^log bytes (RFC 8878 §3.1.1.1). */
const frame = (log: number) => new Uint8Array([...MAGIC, 0, (log - 10) << 3])
/** A raw block of one byte (RFC 8878 §3.1.1.2). */
const block = (last: 0 | 1) => new Uint8Array([last | (1 << 3), 0, 0, 65])
/** A block of `size` times the same byte. */
const run = (size: number) => new Uint8Array([3 | ((size & 31) << 3), size >> 5, size >> 13, 7])
const SKIPPABLE = new Uint8Array([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5])

function unpack(blob: Uint8Array, step = 50_000): { bytes: Uint8Array; frames: number } {
  const parts: Uint8Array[] = []
  const decoder = new ZstdDecoder(kernels, (chunk) => parts.push(chunk.slice()))
  try {
    for (let at = 0; at < blob.length; at += step) decoder.push(blob.subarray(at, at + step))
    decoder.finish()
  } finally {
    decoder.release()
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), frames: decoder.frames }
}

describe('what zstd packs', () => {
  it.each(['1', '3', '3-no-check', '5-long', '19-long', 'fast5'])('%s', (name) => {
    const blob = fixture(name)
    for (const step of [1_000_000, 4099, 1]) {
      const { bytes, frames } = unpack(blob, step)
      expect(Buffer.compare(bytes, plain)).toBe(0)
      expect(frames).toBe(1)
    }
  })

  it('reads all frames, and passes over skippable ones', () => {
    const blob = concat(SKIPPABLE, fixture('1'), SKIPPABLE, SKIPPABLE, fixture('3'), SKIPPABLE)
    for (const step of [1_000_000, 977]) {
      const { bytes, frames } = unpack(blob, step)
      expect(Buffer.compare(bytes, concat(plain, plain))).toBe(0)
      expect(frames).toBe(2)
    }
  })

  it('keeps nothing of one decoder for the next', () => {
    unpack(fixture('3'))
    const repeated = concat(frame(20), new Uint8Array([0x25, 0, 0, 0x43, 0, 0, 0]))
    expect(() => unpack(repeated)).toThrow('a zstd block cannot be unpacked')
  })
})

describe('memory and time', () => {
  it('do not grow with a window of 128 MiB that is not used', () => {
    const codec = kernels.codec()
    const before = codec.wasm.memory.buffer.byteLength
    const decoder = new ZstdDecoder({ codec: () => codec, crc32: () => 0 }, () => undefined)
    decoder.push(concat(frame(27), block(0), block(1)))
    expect(codec.wasm.memory.buffer.byteLength - before).toBeLessThan(2 ** 21)
  })

  it('do not move the window for each of 200,000 blocks', () => {
    const blocks = Buffer.concat(Array.from({ length: 200_000 }, () => block(0)))
    expect(unpack(concat(frame(27), blocks, block(1))).bytes.length).toBe(200_001)
  })

  it('are those of one window for 100,000 frames', () => {
    const one = concat(frame(27), block(1))
    const all = Buffer.concat(Array.from({ length: 100_000 }, () => one))
    expect(unpack(new Uint8Array(all)).frames).toBe(100_000)
  })
})

describe('refuses what no encoder may write', () => {
  it.each<[string, Uint8Array, string]>([
    ['other bytes', new Uint8Array([1, 2, 3, 4]), 'this is no zstd frame, byte 3, expected a magic number, found 01 02 03 04'], // prettier-ignore
    ['other bytes behind a frame', concat(frame(20), block(1), new Uint8Array(4)), 'this is no zstd frame'], // prettier-ignore
    ['a window above 128 MiB', concat(frame(28), block(1)), 'expected a window of at most 134217728 bytes, found 268435456'], // prettier-ignore
    ['a run longer than a block', concat(frame(20), run(131_073)), 'a zstd block is too large, byte 8, expected at most 131072 bytes, found 131073'], // prettier-ignore
    ['a run longer than the window', concat(frame(10), run(1025)), 'expected at most 1024 bytes, found 1025'], // prettier-ignore
    ['a reserved block type', concat(frame(20), new Uint8Array([7, 0, 0])), 'a zstd block has a reserved type'], // prettier-ignore
    [
      'a reserved bit',
      new Uint8Array([...MAGIC, 8, 0, 1, 0, 0]),
      'a zstd frame has a reserved bit',
    ],
    ['a dictionary', new Uint8Array([...MAGIC, 1, 0, 9, 1, 0, 0]), 'needs a dictionary, byte 6, expected none, found 9'], // prettier-ignore
    ['an empty compressed block', concat(frame(20), new Uint8Array([5, 0, 0])), 'found literals that cannot be read'], // prettier-ignore
  ])('%s', (_, blob, text) => {
    expect(() => unpack(blob)).toThrow(text)
    expect(() => unpack(blob, 1)).toThrow(text)
  })

  it('takes the largest block', () => {
    expect(unpack(concat(frame(20), run(131_072))).bytes.length).toBe(131_072)
  })

  it('checks the size and the checksum of a frame', () => {
    const sized = (size: number) => concat(new Uint8Array([...MAGIC, 0x20, size]), block(1))
    expect(unpack(sized(1)).bytes).toEqual(new Uint8Array([65]))
    expect(() => unpack(sized(2))).toThrow('another size than it says, byte 9, expected 2 bytes, found 1') // prettier-ignore
    const other = fixture('3')
    const last = other.length - 1
    other[last] = (other[last] ?? 0) ^ 1
    expect(() => unpack(other)).toThrow('a zstd frame has another checksum')
  })

  it.each([1, 3, 5, 8, 20_000])('a stream that is cut at byte %i', (size) => {
    expect(() => unpack(fixture('1').subarray(0, size))).toThrow('the zstd data ends too early')
  })

  it('throws nothing else, whatever bits are flipped', () => {
    const blob = fixture('19-long').slice(0, 9000)
    for (let at = 6; at < blob.length; at += 41) {
      const changed = blob.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      expect(() => unpack(changed)).toThrow(SealscopeError)
    }
  })
})
