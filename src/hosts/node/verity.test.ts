import { describe, expect, it } from 'vitest'
import vectors from '../../base/hash/fixtures/verity.json'
import { toHex } from '../../base/hash/hashing'
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
