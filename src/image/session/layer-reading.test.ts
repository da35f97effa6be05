import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import {
  IMAGE_ALLOWANCE,
  type Allowance,
  type LayerListing,
  type TarEntry,
} from '../../formats/tar/entry'
import type { OpenedImage } from '../../formats/oci/image'
import { captureSink, type Captured } from './capture'
import { EMPTY, LayerReading } from './layer-reading'
import type { LayerTask } from './layer-task'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

/** An image whose layers are read elsewhere, and take of the allowance what is said here. */
function reading(count: number, spent: readonly Partial<Allowance>[]) {
  const tasks: LayerTask[] = []
  const layers = spent.map((_, index) => ({ size: 100 - index, digest: `sha256:${index}` }))
  const result = new LayerReading({ layers } as unknown as OpenedImage, {
    kernels,
    verity: [],
    capture: [],
    quick: false,
    readers: {
      count,
      rest: () => undefined,
      run: async (task) => {
        tasks.push(task)
        const listing: LayerListing<Captured> = {
          ...EMPTY,
          complete: true,
          stopped: false,
          whole: true,
          spent: { ...EMPTY.spent, ...spent[task.layer] },
        }
        return { listing, error: null }
      },
    },
  })
  return { result, tasks }
}

describe('the allowance of an image', () => {
  it('is what the layers before have left', async () => {
    const { result, tasks } = reading(1, [
      { entries: 10, metadata: 20, contents: 30, unpacked: 40 },
      {},
    ])
    await result.readAll()
    expect(tasks[1]?.allowance).toEqual({
      entries: IMAGE_ALLOWANCE.entries - 10,
      metadata: IMAGE_ALLOWANCE.metadata - 20,
      contents: IMAGE_ALLOWANCE.contents - 30,
      unpacked: IMAGE_ALLOWANCE.unpacked - 40,
    })
    expect(result.errors).toEqual([])
    expect(result.isFull).toBe(false)
  })

  it.each([{ entries: 400_000 }, { metadata: 100 << 20 }])(
    'is not exceeded by layers that are read at the same time: %j',
    async (each) => {
      const { result } = reading(2, [each, each])
      await result.readAll()
      expect(result.errors.map(({ message }) => message)).toEqual([
        'the image has too many entries, layer 1, expected at most 600000 with 134217728 bytes of names and xattrs in all layers, found more',
      ])
      expect(result.listings.map((listing) => listing?.complete)).toEqual([true, false])
    },
  )

  it('ends with a finding where it is one of contents', async () => {
    const { result } = reading(1, [{ contents: IMAGE_ALLOWANCE.contents }])
    await result.readAll()
    expect(result.errors).toEqual([])
    expect(result.isFull).toBe(true)
  })
})

describe('captureSink', () => {
  const entry = { size: 8 } as TarEntry

  it('keeps bytes while there is room', () => {
    const room = { bytes: 12 }
    const kept = Array.from({ length: 3 }, () => {
      const sink = captureSink('bytes', entry, kernels, room)
      sink?.push(new Uint8Array(8))
      return sink?.end()
    })
    expect(kept.map((each) => each?.kind === 'bytes' && [each.bytes.length, each.size])).toEqual([
      [8, 8],
      [4, 8],
      [0, 8],
    ])
    expect(room.bytes).toBe(0)
  })

  it('counts what it makes of a file, and makes nothing without room', () => {
    const room = { bytes: 100 }
    const sink = captureSink('uki', entry, kernels, room)
    sink?.push(new Uint8Array(8))
    expect(sink?.end().kind).toBe('uki')
    expect(room.bytes).toBeLessThan(0)
    expect(captureSink('initrd', entry, kernels, room)).toBeNull()
  })
})
