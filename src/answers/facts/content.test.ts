import { beforeAll, expect, it } from 'vitest'
import type { CandidateDigest, ImageFacts } from '../../contract/facts'
import type { Kernels } from '../../base/hash/kernels'
import { expectation, streamOf, tar, type TarItem } from '../../image/layers/testing/layers'
import { openLayout } from '../../formats/oci/layout'
import { inspectImage } from './inspect-image'
import { goldenLayouts, layoutFiles } from './testing/layouts'
import { loadKernels } from '../../base/hash/testing/load'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

/** Digests of a sealed golden layout with one more layer. */
async function candidatesWith(items: readonly TarItem[]): Promise<CandidateDigest[]> {
  return (await factsWith(items)).seal.proof?.candidates ?? []
}

async function factsWith(items: readonly TarItem[]): Promise<ImageFacts> {
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
  return facts
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

it('follows a hard link to a boot entry, whatever name brought the content', async () => {
  const plain = await candidatesWith([...FOLDERS, { path: conf, content }])
  const linked = await candidatesWith([
    ...FOLDERS,
    { path: 'usr/a.conf', content },
    { path: conf, type: '1', link: 'usr/a.conf' },
  ])
  const bootable = (all: CandidateDigest[]) =>
    all.find(({ id }) => id === 'v1/sha512/allowlist-only/bootable')
  expect(bootable(linked)).toMatchObject({ digest: null, error: bootable(plain)?.error })
})

it('reads a SELinux policy through hard links', async () => {
  const config = new TextEncoder().encode(`${'# a comment\n'.repeat(9)}SELINUXTYPE=mine\n`)
  const contexts = new TextEncoder().encode('/usr(/.*)? system_u:object_r:usr_t:s0\n'.repeat(3))
  const POLICY = 'etc/selinux/mine/contexts/files'
  const folders = ['etc/selinux', 'etc/selinux/mine', 'etc/selinux/mine/contexts', POLICY].map(
    (path) => ({ path, type: '5' }),
  )
  const plain = await candidatesWith([
    ...folders,
    { path: 'etc/selinux/config', content: config },
    { path: `${POLICY}/file_contexts`, content: contexts },
  ])
  const linked = await candidatesWith([
    ...folders,
    { path: 'etc/selinux/other', content: config },
    { path: 'etc/selinux/config', type: '1', link: 'etc/selinux/other' },
    { path: `${POLICY}/other`, content: contexts },
    { path: `${POLICY}/file_contexts`, type: '1', link: `${POLICY}/other` },
  ])
  const changed = (all: CandidateDigest[]) =>
    all.find(({ id }) => id === 'v1/sha512/allowlist-only/bootable')?.digest
  const bare = await candidatesWith([
    ...folders,
    { path: 'etc/selinux/other', content: config },
    { path: `${POLICY}/other`, content: contexts },
  ])
  expect(changed(plain)).toMatch(/^[0-9a-f]{128}$/)
  expect(changed(linked)).toMatch(/^[0-9a-f]{128}$/)
  expect(changed(linked)).not.toBe(changed(bare))
})

it('warns of a configuration file that is larger than what is kept', async () => {
  const large = new Uint8Array(64 * 2 ** 20 + 1).fill(10)
  const facts = await factsWith([{ path: 'usr/lib/os-release', content: large }])
  expect(facts.findings).toContainEqual(
    expect.objectContaining({ id: 'file-too-large', path: 'usr/lib/os-release', layer: 3 }),
  )
})

it('lists a UKI that is a link to a file, as bootc opens it', async () => {
  const first = 'boot/EFI/Linux/0.efi'
  const facts = await factsWith([{ path: first, type: '2', link: '6.12.0-100.example.x86_64.efi' }])
  const [link, file] = facts.ukis
  expect([facts.kernel?.path, link?.path]).toEqual([first, first])
  // The boot menu has the name of each in its id.
  expect(link?.entries[0]?.id).toBe('0.efi')
  expect({ ...link, path: file?.path, entries: file?.entries }).toEqual(file)
})
