import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import type { OpenedImage } from '../../formats/oci/image'
import { fileBytes } from '../../image/session/file-source'
import { ImageSession } from '../../image/session/image-session'
import { expectation, streamOf, tar, type TarItem } from '../../image/layers/testing/layers'
import { childAt } from '../../image/tree/lookup'
import type { FileLeaf } from '../../image/tree/reader'
import { inspectImage } from './inspect-image'
import { CAPTURE, factsNeeds } from './needs'
import { goldenLayouts, layoutFiles } from './testing/layouts'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

/** The image, and how many bytes of each layer were handed out at each reading. */
function counted(image: OpenedImage): { image: OpenedImage; readings: number[][] } {
  const readings = image.layers.map((): number[] => [])
  const layers = image.layers.map((layer, index) => ({
    ...layer,
    async open(signal?: AbortSignal) {
      const at = (readings[index]?.push(0) ?? 0) - 1
      const count = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          const own = readings[index]
          if (own !== undefined) own[at] = (own[at] ?? 0) + chunk.length
          controller.enqueue(chunk)
        },
      })
      return (await layer.open(signal)).pipeThrough(count)
    },
  }))
  return { image: { ...image, layers }, readings }
}

/** A sealed golden layout with one more layer, handed out in pieces of 64 KiB. */
async function withLayer(items: readonly TarItem[], second?: Uint8Array): Promise<OpenedImage> {
  const layout = goldenLayouts.find(({ name }) => name === 'sealed-v1')
  if (layout === undefined) throw new Error('no layout sealed-v1')
  const image = await openLayout(layoutFiles(layout), 'latest', null)
  const blob = tar(items)
  let times = 0
  image.layers.push({
    ...expectation(blob, blob),
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    createdBy: null,
    annotations: {},
    open: async () => streamOf(times++ === 0 ? blob : (second ?? blob)),
  })
  return image
}

function fileOf(session: ImageSession, path: string): FileLeaf {
  const node = childAt(session.root, path)
  if (node?.kind !== 'file') throw new Error(`no file ${path}`)
  return node
}

const options = () => ({ kernels, verity: ['sha512'] as const, quick: false })

describe('layers of the golden images', () => {
  it.each(goldenLayouts.map((layout) => [layout.name, layout] as const))(
    '%s: are read once',
    async (_, layout) => {
      const opened = await openLayout(layoutFiles(layout), 'latest', null)
      const { image, readings } = counted(opened)
      await inspectImage(image, { kind: 'oci', ref: 'x' }, options())
      // gzip of several members is read again by a decoder that knows them
      expect(Math.max(0, ...readings.map(({ length }) => length))).toBeLessThanOrEqual(2)
    },
  )
})

const OS = new TextEncoder().encode(`NAME="${'x'.repeat(80)}"\n`)
const BIG = new Uint8Array(4 << 20)

describe('a file that only a link names', () => {
  const items = [
    { path: 'opt', type: '5' },
    { path: 'opt/named', content: OS },
    { path: 'opt/big', content: BIG },
    { path: 'usr/lib/os-release', type: '2', link: '../../opt/named' },
    { path: 'etc/os-release', type: '2', link: '../opt/named' },
  ]

  it('is read a second time, and no further than it lies', async () => {
    const { image, readings } = counted(await withLayer(items))
    const { facts } = await inspectImage(image, { kind: 'oci', ref: 'x' }, options())
    expect(facts.os?.name).toBe('x'.repeat(80))
    const [first, second, ...more] = readings.at(-1) ?? []
    expect(first).toBeGreaterThan(BIG.length)
    expect(second).toBeLessThan(512 * 1024)
    expect(more).toEqual([])
  })

  it('makes the layer unread when it is another one then', async () => {
    const other = tar(items.map((item) => ({ ...item, content: item.content?.map((byte) => byte ^ 1) }))) // prettier-ignore
    const image = await withLayer(items, other)
    const { facts } = await inspectImage(image, { kind: 'oci', ref: 'x' }, options())
    expect(facts.seal).toMatchObject({ verdict: null, proof: null })
    expect(facts.structure).toBeNull()
    expect(facts.evidence.unread).toMatchObject([{ code: 'layer-changed' }])
  })
})

describe('a session', () => {
  const content = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251)
  const items = [
    { path: 'opt/file', content },
    { path: 'opt/same', type: '1', link: 'opt/file' },
    { path: 'opt/big', content: BIG },
  ]
  const open = async (verity: ('sha512' | 'sha256')[], second?: Uint8Array) => {
    const { image, readings } = counted(await withLayer(items, second))
    const reading = { ...options(), verity, capture: CAPTURE }
    return { session: await ImageSession.open(image, reading), readings }
  }

  it('has all that facts are made of after one request for it', async () => {
    const { session } = await open(['sha512'])
    await session.provide(factsNeeds)
    for (const need of factsNeeds(session.root)) expect(session.contents.has(need)).toBe(true)
  })

  it('gives the bytes of any file, and stops behind it where its digest is known', async () => {
    const { session, readings } = await open(['sha512'])
    expect(await fileBytes(session, fileOf(session, 'opt/same'))).toEqual(content)
    expect(readings.at(-1)?.[1]).toBeLessThan(BIG.length / 2)
  })

  it('reads the layer to its end where no digest is known', async () => {
    const { session, readings } = await open([])
    expect(await fileBytes(session, fileOf(session, 'opt/file'))).toEqual(content)
    expect(readings.at(-1)?.[1]).toBe(readings.at(-1)?.[0])
  })

  it.each([[['sha512']], [[]]] as ('sha512' | 'sha256')[][][])(
    'refuses bytes that are others the second time (%j)',
    async (verity) => {
      const other = tar(items.map((item) => ({ ...item, content: item.content?.map((byte) => byte ^ 1) }))) // prettier-ignore
      const { session } = await open(verity, other)
      const reading = fileBytes(session, fileOf(session, 'opt/file'))
      await expect(reading).rejects.toMatchObject({ kind: 'input' })
    },
  )

  it('computes digests of another kind later', async () => {
    const { session } = await open(['sha512'])
    const leaf = fileOf(session, 'opt/file')
    expect(leaf.content.verity.sha256).toBeNull()
    await session.measure('sha256')
    const { session: both } = await open(['sha512', 'sha256'])
    expect(leaf.content.verity).toEqual(fileOf(both, 'opt/file').content.verity)
  })
})

describe('a layer that an image has several times', () => {
  it('is read once, and has its place each time', async () => {
    const content = new TextEncoder().encode('x'.repeat(100))
    const image = await withLayer([
      { path: 'opt', type: '5' },
      { path: 'opt/file', content },
    ])
    const last = image.layers.at(-1)
    if (last === undefined) throw new Error('no layer')
    const { image: one, readings } = counted(image)
    const [again] = one.layers.slice(-1)
    const layers = [...one.layers, ...(again === undefined ? [] : [again, again])]
    const { facts, session } = await inspectImage({ ...one, layers }, { kind: 'oci', ref: 'x' }, options()) // prettier-ignore
    expect(readings.at(-1)?.length).toBe(1)
    expect(facts.image?.layers.map(({ entries }) => entries).slice(-3)).toEqual([2, 2, 2])
    expect(session?.root.entries.get('opt')?.origin?.layer).toBe(layers.length - 1)
  })
})
