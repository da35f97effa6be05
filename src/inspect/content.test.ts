import { beforeAll, expect, it } from 'vitest'
import type { CandidateDigest } from '../contract/facts'
import type { Kernels } from '../kernels/kernels'
import { expectation, streamOf, tar, type TarItem } from '../layers/testing/layers'
import { openLayout } from '../oci/layout'
import { inspectImage } from './inspect-image'
import { goldenLayouts, layoutFiles } from './testing/layouts'
import { loadKernels } from '../kernels/testing/load'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

/** Digests of a sealed golden layout with one more layer. */
async function candidatesWith(items: readonly TarItem[]): Promise<CandidateDigest[]> {
  const layout = goldenLayouts.find(({ name }) => name === 'sealed-v1')
  if (layout === undefined) throw new Error('no layout sealed-v1')
  const image = await openLayout(layoutFiles(layout), 'latest', null)
  const blob = tar(items)
  const mediaType = 'application/vnd.oci.image.layer.v1.tar'
  image.layers.push({
    ...expectation(blob, blob),
    mediaType,
    createdBy: null,
    annotations: {},
    open: async () => streamOf(blob),
  })
  const options = { kernels, verity: ['sha512'] as const, quick: false }
  const { facts } = await inspectImage(image, { kind: 'oci', ref: 'x' }, options)
  return facts.seal.proof?.candidates ?? []
}

const FOLDERS = ['boot/loader', 'boot/loader/entries'].map((path) => ({ path, type: '5' }))
const content = new TextEncoder().encode(
  `title A system with a long name, so that the file is not small\nlinux /boot/gone\n`,
)
const conf = 'boot/loader/entries/a.conf'

it('leaves no digest for booting where a boot entry names a file that is not there', async () => {
  const candidates = await candidatesWith([...FOLDERS, { path: conf, content }])
  const [plain, bootable] = ['plain', 'bootable'].map((kind) =>
    candidates.find(({ id }) => id === `v1/sha512/allowlist-only/${kind}`),
  )
  expect(plain?.digest).toMatch(/^[0-9a-f]{128}$/)
  expect([bootable?.digest, bootable?.error]).toEqual([null, expect.stringContaining('gone')])
})
