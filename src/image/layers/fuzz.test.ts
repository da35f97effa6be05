import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { parsePax } from '../../formats/tar/pax'
import { pax, read, tar } from './testing/layers'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const sample = tar([
  { path: 'usr/', type: '5' },
  pax({ path: 'usr/long', 'SCHILY.xattr.user.a': 'b', mtime: '5.25' }),
  { path: 'x', content: new Uint8Array(100).fill(7) },
  { path: '././@LongLink', type: 'L', content: new TextEncoder().encode('usr/gnu\0'), patch: [[257, 'ustar  \0']] }, // prettier-ignore
  { path: 'y', type: '2', link: 'usr' },
])

/** The result is a listing, with or without an error of the one type; nothing is thrown. */
async function survives(bytes: Uint8Array): Promise<void> {
  const { listing, error } = await read(kernels, bytes, { step: 4096 })
  if (error !== null) expect(error).toBeInstanceOf(SealscopeError)
  if (error !== null) expect(error.kind).toBe('input')
  expect(listing.entries.length).toBeLessThan(20)
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

describe('hostile layers', () => {
  it('survives a tar cut at every byte', async () => {
    for (let size = 0; size < sample.length; size++) await survives(sample.subarray(0, size))
  })

  it('survives every seventh bit of a tar flipped', async () => {
    for (let bit = 0; bit < sample.length * 8; bit += 7) await survives(flipped(sample, bit))
  })

  it('survives a gzip cut at every byte and with every bit flipped', async () => {
    const blob = new Uint8Array(gzipSync(sample))
    for (let size = 0; size < blob.length; size++) await survives(blob.subarray(0, size))
    for (let bit = 0; bit < blob.length * 8; bit++) await survives(flipped(blob, bit))
  })

  it('reads thousands of empty gzip members', async () => {
    const empty = gzipSync(new Uint8Array(0))
    const blob = Buffer.concat([...Array.from({ length: 20_000 }, () => empty), gzipSync(sample)])
    const { listing, error } = await read(kernels, new Uint8Array(blob), { step: 1 << 20 })
    expect(error).toBeNull()
    expect(listing.multiFrame).toBe(true)
  })
})

describe('limits', () => {
  it('takes a name and an xattr of 64 KiB, refuses a header above 1 MiB', async () => {
    const long = 'n'.repeat(65_536)
    const good = tar([pax({ path: long, 'SCHILY.xattr.user.a': long }), { path: 'x' }])
    const { listing } = await read(kernels, good)
    expect(listing.importError).toBeNull()
    expect(listing.entries[0]?.path).toBe(long)
    expect(listing.entries[0]?.xattrs.get('user.a')).toBe(long)
    const bad = await read(kernels, tar([pax({ path: 'n'.repeat(1 << 20) }), { path: 'x' }]))
    expect(bad.error?.message).toContain('extended headers are too large')
  })

  it.each(['99999 path=x\n', '5 a=b\n', '0 a=b\n', '-3 a=b\n', '6 path\n', '1e1 a=bcde\n', ' =\n'])(
    'refuses the PAX record %j',
    (text) => {
      expect(() => parsePax(text)).toThrow(SealscopeError)
    },
  )

  it('survives any PAX text', () => {
    let state = 1
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: 12 }, () => '0129 =\nampx\xff\0'[random() % 13]).join('')
      try {
        parsePax(text)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SealscopeError)
      }
    }
  })
})
