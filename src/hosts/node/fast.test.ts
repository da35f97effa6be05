import { describe, expect, it } from 'vitest'
import { createGunzip, gzipSync } from 'node:zlib'
import vectors from '../../base/hash/fixtures/verity.json'
import { toHex } from '../../base/hash/kernels'
import { createNodeGunzip, hasHandle, streamGunzip } from './gunzip'
import { createNodeVerity } from './verity'

function vectorContent(size: number, fill: string): Uint8Array {
  const data = new Uint8Array(size)
  return fill === 'zero' ? data : data.map((_, index) => (7 * index + (index >> 8)) & 255)
}

describe('fs-verity by OpenSSL: digests of fsverity-utils', () => {
  it.each(vectors.map((vector) => [vector.size, vector.fill, vector] as const))(
    '%i bytes, %s',
    (size, fill, vector) => {
      const data = vectorContent(size, fill)
      for (const algorithm of ['sha512', 'sha256'] as const) {
        for (const step of size > 2 ** 25 ? [1_000_000] : [1_000_000, 4097, 4095]) {
          const hasher = createNodeVerity(algorithm)
          for (let at = 0; at < size; at += step) hasher.update(data.subarray(at, at + step))
          expect(toHex(hasher.digest())).toBe(vector[algorithm])
        }
      }
    },
  )
})

const text = Buffer.from('some text that is told again and again. '.repeat(20_000))
const noise = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 2654435761) >>> 24))
const both = Buffer.concat([gzipSync(text), gzipSync(noise)])
const DECODERS = [
  ['in place', createNodeGunzip],
  ['as a stream', (sink: (chunk: Uint8Array) => void) => streamGunzip(createGunzip(), sink)],
] as const

describe.each(DECODERS)('gzip %s', (_, create) => {
  async function unpack(packed: Uint8Array, step: number): Promise<Buffer> {
    const parts: Buffer[] = []
    const decoder = create((chunk) => void parts.push(Buffer.from(chunk)))
    try {
      for (let at = 0; at < packed.length; at += step) {
        await decoder.push(packed.subarray(at, at + step))
      }
      await decoder.finish()
    } finally {
      await decoder.cancel()
    }
    return Buffer.concat(parts)
  }

  it.each([1_000_000, 65_536, 977])('reads all members from pieces of %i bytes', async (step) => {
    expect(await unpack(gzipSync(text), step)).toEqual(text)
    expect(await unpack(both, step)).toEqual(Buffer.concat([text, noise]))
  })

  it('passes over what follows the last member', async () => {
    expect(await unpack(Buffer.concat([both, Buffer.alloc(70_000)]), 977)).toHaveLength(
      text.length + noise.length,
    )
  })

  it.each([1, 9, 10, 500, both.length - 1])('refuses a file cut to %i bytes', async (size) => {
    await expect(unpack(both.subarray(0, size), 977)).rejects.toThrow('unexpected end of file')
  })

  it('refuses wrong bytes, and passes on what the sink throws', async () => {
    const wrong = Buffer.from(both)
    wrong[2000] = (wrong[2000] ?? 0) ^ 0xff
    wrong.fill(0xff, both.length - 8)
    await expect(unpack(wrong, 977)).rejects.toThrow(/invalid|incorrect/)
    const decoder = create(() => {
      throw new RangeError('enough')
    })
    const all = async () => {
      await decoder.push(both)
      await decoder.finish()
    }
    await expect(all()).rejects.toThrow('enough')
    await decoder.cancel()
  })
})

it('node still has what unpacking in place needs', () => {
  expect(hasHandle(createGunzip())).toBe(true)
})
