import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { IMAGE_ALLOWANCE } from '../../formats/tar/entry'
import { pax, read, tar } from './testing/layers'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const junk = new Uint8Array(1024).fill(65)
const STEPS = [1, 512, 1000, 1024, 65_536]

describe('what follows', () => {
  it.each(STEPS)('the end of a tar is not looked at, in chunks of %i bytes', async (step) => {
    for (const rest of [tar([{ path: 'late' }]), concat(junk, tar([{ path: 'late' }]))]) {
      const { listing, error } = await read(kernels, concat(tar([{ path: 'a' }]), rest), { step })
      expect(error).toBeNull()
      expect(listing.importError).toBeNull()
      expect(listing.entries.map(({ path }) => path)).toEqual(['a'])
    }
  })

  it.each(STEPS)('damage is not looked at, in chunks of %i bytes', async (step) => {
    const blob = concat(tar([{ path: 'a' }], 0), junk, tar([{ path: 'late' }]))
    const { listing, error } = await read(kernels, blob, { step })
    expect(error?.code).toBe('layer-damaged')
    expect(listing.entries.map(({ path }) => path)).toEqual(['a'])
  })
})

describe('the allowance of an image', () => {
  const plain = tar(['a', 'b', 'c'].map((path) => ({ path })))
  const all = { ...IMAGE_ALLOWANCE }

  it('bounds entries', async () => {
    const { listing, error } = await read(kernels, plain, { allowance: { ...all, entries: 2 } })
    expect(error?.message).toBe(
      'the image has too many entries, layer 3, byte 1024, expected at most 600000 in all layers, found more',
    )
    expect(error?.code).toBe('layer-entries')
    expect(listing.entries.map(({ path }) => path)).toEqual(['a', 'b'])
    expect(listing.spent).toMatchObject({ entries: 2, unpacked: plain.length })
  })

  it('bounds names and xattrs, and counts what xattrs cost besides', async () => {
    const xattrs = Array.from({ length: 100 }, (_, n) => [`SCHILY.xattr.user.${n}`, ''])
    const blob = tar([pax(Object.fromEntries(xattrs) as Record<string, string>), { path: 'a' }])
    const whole = await read(kernels, blob)
    const { metadata } = whole.listing.spent
    expect(metadata).toBeGreaterThan(100 * 64 + 100 * 22)
    const bounded = await read(kernels, blob, { allowance: { ...all, metadata: metadata - 1 } })
    expect(bounded.error?.message).toContain('names and xattrs of the image are too large')
    expect(bounded.listing).toMatchObject({ entries: [], spent: { metadata: metadata - 1 } })
  })

  it('bounds what is unpacked', async () => {
    const { listing, error } = await read(kernels, plain, {
      allowance: { ...all, unpacked: plain.length - 1 },
    })
    expect(error?.code).toBe('layer-bomb')
    expect(error?.message).toContain('the image unpacks to too many bytes')
    expect(listing.complete).toBe(false)
  })
})
