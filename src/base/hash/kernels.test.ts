import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import vectors from './fixtures/verity.json'
import { toHex } from './hashing'
import { instantiateKernels, type Kernels } from './kernels'
import { loadKernels } from './testing/load'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = size + 1
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

function feed(
  hasher: { update(chunk: Uint8Array): void; digest(): Uint8Array },
  data: Uint8Array,
  step: number,
) {
  for (let at = 0; at < data.length; at += step) hasher.update(data.subarray(at, at + step))
  return toHex(hasher.digest())
}

describe('SHA-2', () => {
  it.each([0, 1, 55, 56, 63, 64, 111, 112, 127, 128, 129, 4096, 70_000, 600_000])(
    'agrees with node:crypto for %i bytes, however they are cut',
    (size) => {
      const data = noise(size)
      for (const step of [1_000_000, 4099, 127]) {
        expect(feed(kernels.sha256(), data, step)).toBe(
          createHash('sha256').update(data).digest('hex'),
        )
        expect(feed(kernels.sha512(), data, step)).toBe(
          createHash('sha512').update(data).digest('hex'),
        )
      }
    },
  )

  it('keeps several running digests apart', () => {
    const first = kernels.sha256()
    const second = kernels.sha256()
    first.update(noise(10))
    second.update(noise(20))
    first.update(noise(10))
    const both = createHash('sha256').update(noise(10)).update(noise(10)).digest('hex')
    expect(toHex(second.digest())).toBe(createHash('sha256').update(noise(20)).digest('hex'))
    expect(toHex(first.digest())).toBe(both)
  })
})

/** Contents are made, not stored: all zero, or byte i = (7·i + (i >> 8)) mod 256. */
function vectorContent(size: number, fill: string): Uint8Array {
  const data = new Uint8Array(size)
  if (fill === 'zero') return data
  return data.map((_, index) => (7 * index + (index >> 8)) & 255)
}

describe('fs-verity digests of fsverity-utils', () => {
  it.each(vectors.map((vector) => [vector.size, vector.fill, vector] as const))(
    '%i bytes, %s',
    (size, fill, vector) => {
      const data = vectorContent(size, fill)
      for (const algorithm of ['sha512', 'sha256'] as const) {
        for (const step of [1_000_000, 4097]) {
          expect(feed(kernels.verity(algorithm), data, step)).toBe(vector[algorithm])
        }
      }
    },
  )
})

describe('tar headers', () => {
  /** Numbers as cfsctl 0.9.4 reads them: of base-256 only the last 64 bits, mode and owners 32. */
  it.each([
    ['mtime', 136, 'fffffffffffffffffffeae80', -86400],
    ['mtime', 136, 'c00000000000000000000005', 5],
    ['mtime', 136, '80000000ffffffffffffffff', -1],
    ['mtime', 136, '80000001000000000000ffff', 65535],
    ['mtime', 136, '800000000020000000000000', Number.NaN],
    ['size', 124, 'c00000010000000000000002', 2],
    ['mode', 100, 'fffffffffffff1ed', 0xfffff1ed],
    ['uid', 108, 'fffffffffffffffe', 0xfffffffe],
    ['uid', 108, '80ffffff00000007', 7],
    ['gid', 116, '8000000000000005', 5],
    ['gid', 116, '2031373520000000', 0o175],
    ['gid', 116, '2031393520000000', Number.NaN],
  ] as const)('%s %#', (field, at, hex, expected) => {
    const block = new Uint8Array(512)
    block.set(Buffer.from(hex, 'hex'), at)
    expect(kernels.tarHeader(block)[field]).toBe(expected)
  })
})

describe('another WebAssembly module', () => {
  it('is refused with what it exports', async () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
    await expect(instantiateKernels(empty)).rejects.toThrow(
      /cannot be used.*expected memory, inputAt.*found nothing exported/s,
    )
  })
})
