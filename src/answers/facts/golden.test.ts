import { beforeAll, describe, expect, it } from 'vitest'
import { acceptedBy } from '../seal/releases'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import { inspectImage, type Inspection } from './inspect-image'
import { goldenLayouts, layoutFiles } from './testing/layouts'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const cases = goldenLayouts.flatMap((layout) =>
  layout.expected.images.map((image) => ({
    title: `${layout.name} ${image.architecture}`,
    layout,
    image,
  })),
)

async function inspect(
  { layout, image }: (typeof cases)[number],
  quick = false,
): Promise<Inspection> {
  const platform = { os: 'linux', architecture: image.architecture, variant: null }
  const opened = await openLayout(layoutFiles(layout), 'latest', platform)
  const source = { kind: 'oci', ref: layout.name } as const
  return inspectImage(opened, source, { kernels, verity: ['sha512', 'sha256'], quick })
}

describe('golden layouts, as bootc 1.16.9 and cfsctl see them', () => {
  it.each(cases)('$title', async (test) => {
    const { image } = test
    const { facts } = await inspect(test)
    expect(facts.seal.verdict).toBe(image.verdict)
    expect(facts.seal.modifiers).toEqual([...image.modifiers].sort())
    expect(facts.kernel).toEqual(image.kernel)
    const [deciding] = facts.seal.claimed
    expect(deciding?.digest ?? null).toBe(image.karg?.digest ?? null)
    expect(deciding?.form ?? null).toBe(image.karg?.form ?? null)
    expect(deciding?.optional ?? null).toBe(image.karg?.insecure ?? null)
    expect(deciding?.algorithm ?? null).toBe(image.karg?.hash ?? null)
    if (image.inspect !== null) expect(facts.kargs).toEqual(image.inspect.kargs)
    if (image.install_config !== null)
      expect(facts.installConfig?.raw).toEqual(image.install_config)
    expect(facts.image?.layers.map((layer) => layer.uncompressedSize)).toEqual(
      image.layers.map((layer) => layer.uncompressed_size),
    )
  })

  it.each(cases)('$title: every digest', async (test) => {
    const { image } = test
    const { facts } = await inspect(test)
    const candidates = facts.seal.proof?.candidates ?? []
    for (const { id, digest, error } of candidates) {
      const golden = image.digests[id] ?? image.legacy_digests[id]?.digest ?? null
      // The second implementation behind v2-sharedlabel cannot evaluate that layout's expressions.
      if (test.layout.name === 'selinux-regex' && id.startsWith('v2-sharedlabel')) continue
      expect([id, digest, error]).toEqual([id, golden, digest === null ? error : null])
    }
    expect([...(facts.seal.proof?.matches ?? [])].sort()).toEqual([...image.seal_matches].sort())
    if (image.accepted_by !== null) {
      expect(acceptedBy(facts.seal.claimed[0], candidates)).toEqual(image.accepted_by)
    }
  })

  it.each(cases)('$title: a quick look gives the same verdict', async (test) => {
    const { facts } = await inspect(test, true)
    expect(facts.seal.verdict).toBe(test.image.verdict)
    expect(facts.seal.claimed[0]?.digest ?? null).toBe(test.image.karg?.digest ?? null)
    expect(facts.kernel).toEqual(test.image.kernel)
  })
})

describe('the size that podman reports', () => {
  it.each([
    ['sealed-v1', 61976],
    ['whiteouts', 78792],
    ['empty-layer', 70714],
    ['xattrs', 79896],
    ['multi-arch', 58458],
  ] as const)('%s', async (name, size) => {
    const test = cases.find(({ layout }) => layout.name === name)
    expect(test).toBeDefined()
    if (test === undefined) return
    expect((await inspect(test)).facts.image?.storageSize).toBe(size)
  })
})
