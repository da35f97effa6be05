import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import type { OpenedImage } from '../../formats/oci/image'
import { fileBytes } from '../../image/session/file-source'
import { ImageSession } from '../../image/session/image-session'
import { expectation, streamOf, tar } from '../../image/layers/testing/layers'
import { childAt } from '../../image/tree/lookup'
import { sortedEntries } from '../../image/tree/walk'
import { inspectImage } from './inspect-image'
import { goldenLayouts, layoutFiles } from './testing/layouts'

let kernels: Kernels
let uki: Uint8Array
beforeAll(async () => {
  kernels = await loadKernels()
  const image = await sealed()
  const session = await ImageSession.open(image, { kernels, verity: [], capture: [], quick: false })
  const folder = childAt(session.root, 'boot/EFI/Linux')
  const [, node] = folder?.kind === 'dir' ? (sortedEntries(folder)[0] ?? []) : []
  if (node?.kind !== 'file') throw new Error('no UKI')
  uki = await fileBytes(session, node)
})

async function sealed(name = 'sealed-v1'): Promise<OpenedImage> {
  const layout = goldenLayouts.find((each) => each.name === name)
  if (layout === undefined) throw new Error(`no layout ${name}`)
  return openLayout(layoutFiles(layout), 'latest', null)
}

const noise = (size: number) => {
  let state = 1
  return Uint8Array.from({ length: size }, () => (state = Math.imul(state, 1664525) + 1013904223) >>> 24) // prettier-ignore
}

/** A frame of raw blocks (RFC 8878 §3.1.1). */
function zstdOf(bytes: Uint8Array): Uint8Array {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x48])]
  for (let at = 0; at < bytes.length; at += 1 << 16) {
    const block = bytes.subarray(at, at + (1 << 16))
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) | (at + block.length >= bytes.length ? 1 : 0), 0, 3)
    parts.push(header, Buffer.from(block))
  }
  return new Uint8Array(Buffer.concat(parts))
}

/** A sealed image whose last layer brings its UKI again, and much behind it. */
async function withBigLayer(pack: (plain: Uint8Array) => Uint8Array): Promise<OpenedImage> {
  const plain = tar([
    { path: 'boot/EFI/Linux/0.efi', content: uki },
    { path: 'boot/EFI/Linux/big', content: noise(6 << 20) },
  ])
  const blob = pack(plain)
  const image = await sealed()
  image.layers.push({
    ...expectation(blob, plain),
    mediaType: 'x',
    createdBy: null,
    annotations: {},
    open: async () => streamOf(blob),
  })
  return image
}

const quick = async (image: OpenedImage) =>
  (await inspectImage(image, { kind: 'oci', ref: 'x' }, { kernels, verity: [], quick: true })).facts

describe('a quick look', () => {
  it.each([
    ['gzip', (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))],
    ['zstd', zstdOf],
    ['a plain tar', (bytes: Uint8Array) => bytes],
  ])('stops inside of a layer of %s once the command line is known', async (_, pack) => {
    const image = await withBigLayer(pack)
    const facts = await quick(image)
    const last = image.layers.length - 1
    const read = facts.evidence.reads.find(({ layer }) => layer === last)
    expect(read).toMatchObject({ how: 'whole' })
    expect(read?.bytes).toBeLessThan(512 * 1024)
    expect(facts.evidence.bytesRead).toBeLessThan(512 * 1024)
    expect(facts.evidence).toMatchObject({ complete: false, verified: false, unread: [] })
    expect(facts.structure).toBeNull()
    const whole = await inspectImage(await withBigLayer(pack), { kind: 'oci', ref: 'x' }, { kernels, verity: ['sha512'], quick: false }) // prettier-ignore
    expect(facts.seal.verdict).toBe('UKI_SEALED')
    expect(facts.seal.claimed).toEqual(whole.facts.seal.claimed)
    expect(facts.kernel).toEqual(whole.facts.kernel)
    const { path, cmdline, layer, size } = whole.facts.ukis[0] ?? {}
    expect(facts.ukis[0]).toMatchObject({ path, cmdline, layer, size })
  })

  it('reads a small image whole', async () => {
    const facts = await quick(await sealed('sealed-v1'))
    expect(facts.evidence).toMatchObject({ complete: true, verified: true })
    expect(facts.structure?.ukiLayer).toBe(facts.ukis[0]?.layer)
  })
})

describe('a layer with a table of contents', () => {
  const PREFIX = 'io.github.containers.zstd-chunked.manifest-'
  /** A zstd:chunked layer whose UKI lies behind much else, in two pieces; only what is asked for by range can be read. */
  async function indexed(change: (table: TocItem[]) => void = () => undefined) {
    const half = uki.length >> 1
    const pieces = [noise(4 << 20), uki.subarray(0, half), uki.subarray(half)].map((bytes) => ({
      packed: zstdOf(bytes),
      size: bytes.length,
      digest: expectation(bytes, bytes).digest,
    }))
    const offsets = pieces.map((_, at) => pieces.slice(0, at).reduce((sum, { packed }) => sum + packed.length, 0)) // prettier-ignore
    const [big, first, second] = pieces
    const end = (offsets[2] ?? 0) + (second?.packed.length ?? 0)
    const table: TocItem[] = [
      { type: 'reg', name: 'boot/big', mode: 420, size: big?.size, digest: big?.digest, offset: 0, endOffset: offsets[1] }, // prettier-ignore
      { type: 'reg', name: 'boot/EFI/Linux/0.efi', mode: 420, size: uki.length, offset: offsets[1], endOffset: end, chunkSize: first?.size, chunkDigest: first?.digest }, // prettier-ignore
      { type: 'chunk', name: 'boot/EFI/Linux/0.efi', offset: offsets[2], chunkOffset: half, chunkSize: second?.size, chunkDigest: second?.digest }, // prettier-ignore
    ]
    change(table)
    const json = new TextEncoder().encode(JSON.stringify({ version: 1, entries: table }))
    const toc = zstdOf(json)
    const blob = new Uint8Array(Buffer.concat([...pieces.map(({ packed }) => packed), toc]))
    const ranges: [number, number][] = []
    let opened = 0
    const image = await sealed()
    image.layers.push({
      ...expectation(blob, blob),
      mediaType: 'x',
      createdBy: null,
      annotations: {
        [`${PREFIX}position`]: `${end}:${toc.length}:${json.length}:1`,
        [`${PREFIX}checksum`]: expectation(toc, toc).digest,
      },
      open: async () => {
        opened++
        return streamOf(blob)
      },
      readRange: async (offset, size) => {
        ranges.push([offset, size])
        return blob.slice(offset, offset + size)
      },
    })
    return { image, ranges, opened: () => opened }
  }
  interface TocItem {
    type: string
    name: string
    [field: string]: unknown
  }

  it('is read by ranges alone, up to the command line', async () => {
    const { image, ranges, opened } = await indexed()
    const facts = await quick(image)
    const last = image.layers.length - 1
    expect([opened(), ranges.length]).toEqual([0, 2])
    expect(facts.evidence.reads.find(({ layer }) => layer === last)).toMatchObject({ how: 'indexed', bytes: ranges.reduce((sum, [, size]) => sum + size, 0) }) // prettier-ignore
    expect(facts.evidence).toMatchObject({ complete: false, verified: false })
    expect(facts.seal.verdict).toBe('UKI_SEALED')
    expect(facts.kernel?.path).toBe('boot/EFI/Linux/0.efi')
    const [whole] = (await inspectImage(await sealed(), { kind: 'oci', ref: 'x' }, { kernels, verity: [], quick: false })).facts.ukis // prettier-ignore
    expect(facts.ukis[0]).toMatchObject({ cmdline: whole?.cmdline, size: uki.length, layer: last })
  })

  it.each<[string, (table: TocItem[]) => void]>([
    ['a digest that a piece does not have', (table) => Object.assign(table[1] ?? {}, { chunkDigest: `sha256:${'0'.repeat(64)}` })], // prettier-ignore
    ['a piece behind the end', (table) => Object.assign(table[2] ?? {}, { offset: 2 ** 40 })],
    ['sizes that do not add up', (table) => Object.assign(table[1] ?? {}, { size: 5 })],
    ['a piece that is longer than it says', (table) => Object.assign(table[1] ?? {}, { chunkSize: 5, size: 5 + uki.length - (uki.length >> 1) })], // prettier-ignore
    ['an unknown type', (table) => Object.assign(table[0] ?? {}, { type: 'x' })],
    ['a negative size', (table) => Object.assign(table[0] ?? {}, { size: -1 })],
  ])('is not believed with %s', async (_, change) => {
    const { image, opened } = await indexed(change)
    const facts = await quick(image)
    expect(opened()).toBe(1)
    expect(facts.evidence.reads.every(({ how }) => how === 'whole')).toBe(true)
  })
})

describe('a claim of SHA-256', () => {
  it('is seen before the layers are read, so that both digests come in one pass', async () => {
    const image = await sealed('sha256-karg')
    const last = image.layers.at(-1)
    const readings = image.layers.map(() => 0)
    const counted = image.layers.map((layer, index) => ({
      ...layer,
      open: (signal?: AbortSignal) => {
        readings[index] = (readings[index] ?? 0) + 1
        return layer.open(signal)
      },
    }))
    const plain = tar([{ path: 'opt', type: '5' }, { path: 'opt/big', content: noise(17 << 20) }]) // prettier-ignore
    const big = {
      ...expectation(plain, plain),
      mediaType: 'x',
      createdBy: null,
      annotations: {},
      open: async () => {
        bigReadings++
        return streamOf(plain)
      },
    }
    let bigReadings = 0
    const layers = [...counted.slice(0, -1), big, ...counted.slice(-1)]
    const options = { kernels, verity: ['sha512'] as const, quick: false }
    const { facts } = await inspectImage({ ...image, layers }, { kind: 'oci', ref: 'x' }, options)
    expect(last).toBeDefined()
    expect([bigReadings, readings.at(-1)]).toEqual([1, 2])
    expect(facts.seal.claimed[0]?.algorithm).toBe('sha256')
    const computed = facts.seal.proof?.candidates.filter(({ id, digest }) => id.includes('/sha256/') && digest !== null) // prettier-ignore
    expect(computed?.length).toBeGreaterThan(0)
  })
})
