import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { constants, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Hashing } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { expectation, read, sha256, tar } from './testing/layers'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const big = new Uint8Array(300_000).map((_, index) => (index * 7) ^ (index >> 8))
const plain = tar([
  { path: 'usr/', type: '5' },
  { path: 'usr/big', content: big },
  { path: 'usr/small', content: new Uint8Array([1, 2, 3]) },
])
const zip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))
const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** zstd with raw blocks only (RFC 8878 §3.1.1.2). */
function rawZstdFrame(bytes: Uint8Array, window = 0x38): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, window])]
  for (let at = 0; at < bytes.length || at === 0; at += 65_536) {
    const part = bytes.subarray(at, at + 65_536)
    const last = at + 65_536 >= bytes.length ? 1 : 0
    const value = last | (part.length << 3)
    parts.push(new Uint8Array([value & 255, (value >> 8) & 255, value >> 16]), part)
  }
  return concat(...parts)
}
const skippable = new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9])

const blobs: [string, Uint8Array, string, boolean][] = [
  ['plain', plain, 'none', false],
  ['gzip', zip(plain), 'gzip', false],
  [
    'two members',
    concat(zip(plain.subarray(0, 70_000)), zip(plain.subarray(70_000))),
    'gzip',
    true,
  ],
  ['an empty first member', concat(zip(new Uint8Array(0)), zip(plain)), 'gzip', true],
  ['zstd', rawZstdFrame(plain), 'zstd', false],
  ['zstd and a skippable frame', concat(skippable, rawZstdFrame(plain), skippable), 'zstd', false],
  ['two zstd frames', concat(rawZstdFrame(plain.subarray(0, 900)), rawZstdFrame(plain.subarray(900))), 'zstd', true], // prettier-ignore
]

describe('readLayer', () => {
  it.each(blobs)('reads %s', async (_, blob, compression, multiFrame) => {
    for (const step of [65_536, 1000]) {
      const progress: number[] = []
      const { listing, error } = await read(kernels, blob, {
        expected: expectation(blob, plain),
        onProgress: (bytes) => void progress.push(bytes),
        step,
      })
      expect(error).toBeNull()
      expect(listing).toMatchObject({ compression, multiFrame, complete: true, importError: null })
      expect(listing.entries.map((entry) => entry.path)).toEqual(['usr/', 'usr/big', 'usr/small'])
      expect(listing.entries[2]?.inline).toEqual(new Uint8Array([1, 2, 3]))
      expect(listing.uncompressedSize).toBe(plain.length)
      expect(progress.at(-1)).toBe(blob.length)
    }
  })

  it('takes the digests of the host', async () => {
    const names: string[] = []
    const hashing: Hashing = {
      hasher: (name) => {
        names.push(name)
        return kernels.hasher(name)
      },
      verity: (algorithm) => kernels.verity(algorithm),
      crc32: (chunk, crc) => kernels.crc32(chunk, crc),
    }
    const blob = zip(plain)
    const { error } = await read(await loadKernels(hashing), blob, {
      expected: expectation(blob, plain),
    })
    expect(error).toBeNull()
    expect(names).toEqual(['sha256', 'sha256'])
  })

  it('gives file content to sinks and stops when told', async () => {
    const { listing, error } = await read(kernels, zip(plain), {
      sinkFor: (entry) => {
        let bytes = 0
        return {
          push: (chunk) => void (bytes += chunk.length),
          end: () => `${entry.path} ${bytes}`,
        }
      },
      onEntry: (entry) => (entry.path === 'usr/big' ? 'stop' : undefined),
    })
    expect(error).toBeNull()
    expect(listing.entries.map((entry) => entry.captured)).toEqual([null, 'usr/big 300000'])
    expect(listing).toMatchObject({ complete: false, diffId: null })
  })

  it('checks SHA-512 digests', async () => {
    const digest = `sha512:${createHash('sha512').update(plain).digest('hex')}`
    const expected = { digest, size: plain.length, diffId: digest }
    expect((await read(kernels, plain, { expected })).error).toBeNull()
    const other = { ...expected, digest: `sha512:${'0'.repeat(128)}` }
    expect((await read(kernels, plain, { expected: other })).error?.code).toBe('layer-digest')
  })

  it('frees its places: a hundred stopped and failed readings', async () => {
    for (let round = 0; round < 100; round++) {
      await read(kernels, plain, { onEntry: () => 'stop' })
      await read(kernels, plain.subarray(0, 5000), {})
      await read(kernels, zip(plain).subarray(0, 900), {})
    }
    expect((await read(kernels, plain)).error).toBeNull()
  })

  it('rejects when aborted', async () => {
    const abort = new AbortController()
    const reading = read(kernels, zip(plain), {
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
      step: 100,
    })
    await expect(reading).rejects.toThrow('enough')
  })

  it('accepts a stream of node', async () => {
    const open = async () =>
      Readable.toWeb(Readable.from([plain])) as unknown as ReadableStream<Uint8Array>
    expect((await read(kernels, plain, { open })).error).toBeNull()
  })
})

describe('damaged layers keep their listing', () => {
  const blob = zip(plain)
  const expected = expectation(blob, plain)
  const cases: [string, Uint8Array, Parameters<typeof read>[2], string][] = [
    ['wrong digest', blob, { expected: { ...expected, digest: sha256(plain) } }, 'layer-digest'],
    ['wrong diff_id', blob, { expected: { ...expected, diffId: sha256(blob) } }, 'layer-diff-id'],
    ['truncated', blob.subarray(0, blob.length - 20), { expected }, 'layer-truncated'],
    ['truncated, size unknown', blob.subarray(0, blob.length - 20), {}, 'layer-compression'],
    ['too long', concat(blob, blob), { expected }, 'layer-size'],
    ['garbage behind the gzip', concat(blob, new Uint8Array([1, 2, 3, 4, 5])), {}, 'layer-compression'], // prettier-ignore
    ['zstd cut', rawZstdFrame(plain).subarray(0, 200_000), {}, 'layer-compression'],
    ['not a tar', big, {}, 'layer-not-tar'],
    ['a tar cut in a file', plain.subarray(0, 100_000), {}, 'layer-damaged'],
    ['a zstd window of 2 GB', rawZstdFrame(plain, 0xa8), {}, 'layer-compression'],
  ]
  it.each(cases)('%s', async (_, bytes, more, code) => {
    const { listing, error } = await read(kernels, bytes, more)
    expect(error?.code).toBe(code)
    expect(error?.message).toMatch(/layer 3|window/)
    expect(listing.size).toBeGreaterThan(0)
    if (code !== 'layer-not-tar' && listing.entries.length > 0) {
      expect(listing.entries[0]?.path).toBe('usr/')
    }
  })

  it('reads on for the digest when the gzip is broken in the middle', async () => {
    const broken = blob.slice()
    broken.fill(0xff, 300, 330)
    const { error } = await read(kernels, broken, { expected })
    expect(error?.code).toBe('layer-digest')
  })

  it('does not take a stored checksum error for good', async () => {
    const stored = new Uint8Array(gzipSync(plain, { level: constants.Z_NO_COMPRESSION }))
    stored[20_000] = (stored[20_000] ?? 0) ^ 1
    expect((await read(kernels, stored)).error?.code).toBe('layer-compression')
  })

  it('passes on what a sink throws', async () => {
    const { error } = await read(kernels, blob, {
      sinkFor: () => ({
        push: () => {
          throw new RangeError('no room')
        },
        end: () => '',
      }),
    })
    expect(error?.message).toContain('no room')
  })
})
