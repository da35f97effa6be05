import { constants, crc32, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { GzipDecoder } from './gzip'
import { sample } from './testing/sample'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const plain = sample(1_500_000)
const gzip = (bytes: Uint8Array, options = {}) => new Uint8Array(gzipSync(bytes, options))

function unpack(blob: Uint8Array, step = 50_000): { bytes: Uint8Array; members: number } {
  const parts: Uint8Array[] = []
  const decoder = new GzipDecoder(kernels, (chunk) => parts.push(chunk.slice()))
  try {
    for (let at = 0; at < blob.length; at += step) decoder.push(blob.subarray(at, at + step))
    decoder.finish()
  } finally {
    decoder.release()
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), members: decoder.members }
}

/** A member of these deflate bytes, which hold `content`. */
function member(deflate: readonly number[], content: Uint8Array, header = [0, 0]): Uint8Array {
  const [flags = 0, ...rest] = header
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(content))
  trailer.writeUInt32LE(content.length, 4)
  const head = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, ...rest.slice(flags === 0 ? 1 : 0)]
  return concat(new Uint8Array(head), new Uint8Array(deflate), trailer)
}
const EMPTY = new Uint8Array(0)
/** A last block of fixed codes that holds nothing. */
const NOTHING = [3, 0]

describe('what zlib packs', () => {
  const ways = [
    ...[0, 1, 4, 6, 9].map((level) => [`level ${level}`, { level }] as const),
    ...(['Z_FILTERED', 'Z_HUFFMAN_ONLY', 'Z_RLE', 'Z_FIXED'] as const).map(
      (name) => [name, { strategy: constants[name] }] as const,
    ),
    ['small blocks', { memLevel: 1 }] as const,
  ]
  it.each(ways)('%s', (_, options) => {
    const blob = gzip(plain, options)
    for (const step of [10_000_000, 65_536, 977]) {
      expect(Buffer.compare(unpack(blob, step).bytes, plain)).toBe(0)
    }
    const start = plain.subarray(0, 60_000)
    expect(Buffer.compare(unpack(gzip(start, options), 1).bytes, start)).toBe(0)
  })
})

describe('members', () => {
  it.each([1_000_000, 977, 1])('are all read, from pieces of %i bytes', (step) => {
    const [a, b] = [plain.subarray(0, 3000), plain.subarray(3000, 40_000)]
    const blob = concat(gzip(EMPTY), gzip(a), gzip(EMPTY), gzip(b, { level: 0 }))
    const { bytes, members } = unpack(blob, step)
    expect(Buffer.compare(bytes, concat(a, b))).toBe(0)
    expect(members).toBe(4)
  })

  it('may have a name, a comment, more fields and a checksum of the header', () => {
    const header = [0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, 97, 0, 98, 0]
    const crc = crc32(Uint8Array.from(header)) & 0xffff
    const whole = (sum: number) =>
      concat(Uint8Array.from([...header, sum & 255, sum >> 8]), member(NOTHING, EMPTY).subarray(10))
    expect(unpack(whole(crc), 1)).toEqual({ bytes: EMPTY, members: 1 })
    expect(() => unpack(whole(crc ^ 1))).toThrow('the header of a gzip member has another checksum')
  })
})

describe('refuses', () => {
  const blob = gzip(plain.subarray(0, 100_000))
  const changed = (at: number) => {
    const copy = blob.slice()
    const index = at < 0 ? blob.length + at : at
    copy[index] = (copy[index] ?? 0) ^ 1
    return copy
  }
  it.each<[string, Uint8Array, string]>([
    ['other bytes', new Uint8Array(12), 'this is no gzip file, byte 0, expected 1f 8b, found 00'],
    ['other bytes behind a member', concat(blob, new Uint8Array([0, 1])), 'what follows a gzip member is no other one'], // prettier-ignore
    ['another method', changed(2), 'found method 9, flags 0'],
    ['another checksum', changed(-8), 'a gzip member has another checksum'],
    ['another size', changed(-4), 'another size than it says'],
    ['a reserved block type', member([7, 0], EMPTY), 'found a block of a reserved type'],
    ['a stored length without its complement', member([1, 1, 0, 0, 0, 65], EMPTY), 'found a stored block'], // prettier-ignore
    // A fixed block with the match (3, 1) at its very beginning: codes 0000001 and 00000.
    ['a match before the data', member([0x03, 0x02, 0, 0, 0, 0], EMPTY), 'found a match that begins before the data'], // prettier-ignore
    // A dynamic block with 287 literal codes.
    ['too many codes', member([0xf5, 0xff, 0xff], EMPTY), 'found codes that are no Huffman code'],
  ])('%s', (_, bytes, text) => {
    expect(() => unpack(bytes)).toThrow(text)
    expect(() => unpack(bytes, 1)).toThrow(text)
  })

  it.each([1, 9, 10, 500, blob.length - 9, blob.length - 1])('a file cut at byte %i', (size) => {
    expect(() => unpack(blob.subarray(0, size))).toThrow('the gzip data ends too early')
    expect(() => unpack(concat(blob, blob.subarray(0, size)))).toThrow('ends too early')
  })

  it('nothing but in its own words, whatever bits are flipped', () => {
    for (let at = 10; at < blob.length; at += 11) {
      const copy = blob.slice()
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8))
      expect(() => unpack(copy)).toThrow(SealscopeError)
    }
  })
})

it('hands on what the sink throws', () => {
  const decoder = new GzipDecoder(kernels, () => {
    throw new RangeError('enough')
  })
  expect(() => decoder.push(gzip(plain))).toThrow('enough')
  decoder.release()
})
