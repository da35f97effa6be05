import { beforeAll, describe, expect, it } from 'vitest'
import { transformedTree } from '../seal/candidates'
import { dumpLines } from '../../rules/composefs/dumpfile'
import { BOOTABLE_FORM } from '../../rules/composefs/forms'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import { compareSides, type Side } from './compare-images'
import { inspectImage } from '../facts/inspect-image'
import { layoutFiles } from '../facts/testing/layouts'
import { goldenLayout } from '../facts/testing/sealed-image'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

type ImageSide = Extract<Side, { kind: 'image' }>

async function image(name: string, quick = false): Promise<ImageSide> {
  const opened = await openLayout(layoutFiles(goldenLayout(name)), 'latest', null)
  const options = { kernels, verity: ['sha512'] as const, quick }
  const inspection = await inspectImage(opened, { kind: 'oci', ref: name }, options)
  return { kind: 'image', inspection, name }
}

function dumpOf({ inspection: { digestInput } }: ImageSide): Side {
  if (digestInput === null) throw new Error('no tree')
  const lines = [...dumpLines(transformedTree(digestInput, BOOTABLE_FORM), 'sha512')]
  return { kind: 'dump', bytes: Buffer.from(lines.join(''), 'latin1'), name: 'tree.dump' }
}

describe('two images side by side', () => {
  it('finds the path that a layer added, the layers both have, and the argument for each', async () => {
    const [left, right] = [await image('sealed-v1'), await image('mismatch-extra-layer')]
    const result = compareSides(left, right)
    expect(result).toMatchObject({
      schema: 'sealscope.compare/1',
      equal: false,
      count: 1,
      causes: { extra: 1 },
      differences: [{ path: '/usr/bin/late', left: null, right: 'file', layers: [null, 3] }],
      images: { layers: { shared: 3, left: 3, right: 4 } },
    })
    const computed = (side: ImageSide) => side.inspection.facts.seal.proof?.candidates.find(({ id }) => id === 'v1-nsec-kept/sha512')?.digest // prettier-ignore
    expect(result.kargs).toEqual({ left: `composefs=${computed(left) ?? ''}`, right: `composefs=${computed(right) ?? ''}` }) // prettier-ignore
    expect(result.kargs.left).not.toBe(result.kargs.right)
  })

  it('compares /boot and what the UKIs say, too', async () => {
    const result = compareSides(await image('sealed-v1'), await image('verity-optional'))
    expect(result.differences.map(({ path }) => path)).toEqual([
      '/boot/EFI/Linux/6.12.0-100.example.x86_64.efi',
    ])
    const names = result.images?.changed.map(({ name }) => name) ?? []
    expect(names).toContain('verdict')
    expect(names.some((name) => name.startsWith('command line of'))).toBe(true)
    expect(result.kargs.left).toBe(result.kargs.right)
    const { kernel, cmdline, size, packages } = result.images ?? {}
    expect(kernel).toEqual({ left: '6.12.0-100.example.x86_64', right: '6.12.0-100.example.x86_64' }) // prettier-ignore
    expect(cmdline?.left).toMatch(/composefs=[0-9a-f]{128}/)
    expect(cmdline?.right).toMatch(/composefs=\?[0-9a-f]{128}/)
    expect(size?.left).toBeGreaterThan(0)
    expect(packages).toBeNull()
  })

  it('finds nothing between an image and itself, or its own dump', async () => {
    const side = await image('selinux-policy')
    expect(compareSides(side, side)).toMatchObject({ equal: true, count: 0, images: { changed: [] } }) // prettier-ignore
    const result = compareSides(dumpOf(side), side)
    expect(result).toMatchObject({ equal: true, count: 0, images: null, kargs: { left: null } })
  })

  it('compares a dump with what is sealed: the content of /boot does not count', async () => {
    const dump = dumpOf(await image('sealed-v1'))
    expect(compareSides(dump, await image('verity-optional')).equal).toBe(true)
    const result = compareSides(dump, await image('mismatch-extra-layer'))
    expect(result.differences.map(({ path, causes }) => [path, causes])).toEqual([
      ['/usr/bin/late', ['extra']],
    ])
  })

  it('has no tree of a source that was not read to its end', async () => {
    const side = await image('sealed-v1')
    const unread = { ...side, inspection: { ...side.inspection, digestInput: null } }
    expect(() => compareSides(unread, side)).toThrow(/no tree that could be compared/)
  })
})
