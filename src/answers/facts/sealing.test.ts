import { beforeAll, describe, expect, it } from 'vitest'
import type { SealAnnotation } from '../../contract/facts'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import type { Referrers } from '../../formats/oci/referrers'
import { inspectImage } from './inspect-image'
import { editedImage, type EditedManifest, goldenLayout, smallVerity } from './testing/sealed-image'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const NAME = 'sealed-v1'
const golden = goldenLayout(NAME).expected.images[0]?.digests ?? {}
const digestOf = (id: string): string => golden[id] ?? `no digest ${id}`
const WRONG = '0'.repeat(128)
const MERGED = 'composefs.merged.erofs.v1.fsverity-sha512-12'
const BOOTABLE = 'composefs.merged.bootable.erofs.v1.fsverity-sha512-12'
const PLAIN_ID = 'v1/sha512/allowlist-only/plain'
const BOOTABLE_ID = 'v1/sha512/allowlist-only/bootable'

interface Asked {
  edit?: (manifest: EditedManifest, config: Uint8Array) => void
  labels?: Record<string, string>
  referrers?: (manifestDigest: string, manifest: Uint8Array) => Referrers
  verity?: readonly VerityAlgorithm[]
  quick?: boolean
}

async function inspect({
  edit = () => undefined,
  labels,
  referrers,
  verity = ['sha512'],
  quick = false,
}: Asked) {
  // prettier-ignore
  const { files, manifest, manifestDigest } = await editedImage(NAME, edit, (config) => {
    if (labels !== undefined) config['config'] = { Labels: labels }
  })
  const opened = await openLayout(files, null, null)
  const asked = referrers?.(manifestDigest, manifest)
  const image = asked === undefined ? opened : { ...opened, findReferrers: async () => asked }
  const { facts } = await inspectImage(
    image,
    { kind: 'registry', ref: 'x' },
    { kernels, verity, quick },
  )
  const findings = facts.findings.filter(({ id }) => /^(sealing|referr)/.test(id))
  return { seal: facts.seal, findings, ids: findings.map(({ id }) => id) }
}

describe('annotations and labels', () => {
  it('are none in an image without', async () => {
    const { seal, ids } = await inspect({})
    expect([seal.annotations, seal.artifacts, ids]).toEqual([[], null, []])
  })

  it.each<[string, string, string | null, string]>([
    [MERGED, digestOf(PLAIN_ID), PLAIN_ID, 'sealing-annotation-holds'],
    [BOOTABLE, digestOf(BOOTABLE_ID), BOOTABLE_ID, 'sealing-annotation-holds'],
    [
      'composefs.merged.bootable.erofs.v2.fsverity-sha512-12',
      digestOf('v2/sha512/allowlist-only/bootable'),
      'v2/sha512/allowlist-only/bootable',
      'sealing-annotation-holds',
    ],
    [
      'composefs.merged.erofs.v1.fsverity-sha256-12',
      digestOf('v1/sha256/allowlist-only/plain'),
      'v1/sha256/allowlist-only/plain',
      'sealing-annotation-holds',
    ],
    [MERGED, digestOf(BOOTABLE_ID), BOOTABLE_ID, 'sealing-annotation-other-form'],
    [BOOTABLE, WRONG, null, 'sealing-annotation-mismatch'],
    [MERGED, digestOf(PLAIN_ID).toUpperCase(), null, 'sealing-annotation-malformed'],
    [MERGED, digestOf(PLAIN_ID).slice(1), null, 'sealing-annotation-malformed'],
    ['composefs.config.fsverity-sha512-12', WRONG, null, 'sealing-annotation-mismatch'],
    ['composefs.manifest.fsverity-sha512-12', WRONG, null, 'sealing-annotation-malformed'],
    ['composefs.merged.erofs.v1.fsverity-sha512-16', WRONG, null, 'sealing-annotation-unchecked'],
    ['composefs.merged.erofs.v3.fsverity-sha512-12', WRONG, null, 'sealing-annotation-unchecked'],
    [`${MERGED}.sig`, 'MIIEpAIBAAKCAQEA', null, 'sealing-signature'],
    [`${MERGED}.sig`, 'not base64', null, 'sealing-annotation-malformed'],
    ['org.example.composefs', digestOf(BOOTABLE_ID), BOOTABLE_ID, 'sealing-annotation-holds'],
  ])('%s on the manifest: %s', async (key, value, matches, id) => {
    const { seal, ids } = await inspect({
      edit: (manifest) => (manifest.annotations = { [key]: value }),
    })
    const isDigest = id !== 'sealing-annotation-malformed' && !key.endsWith('.sig')
    const digest = isDigest || value === WRONG ? value : null
    expect(seal.annotations).toEqual([{ where: 'manifest', key, value, digest, matches }])
    expect(ids).toEqual([id])
  })

  it('compares the config with its annotation, and finds labels and layers', async () => {
    const label = 'containers.composefs.fsverity'
    const layer = 'composefs.layer.erofs.v1.fsverity-sha512-12'
    let own = ''
    const { seal, ids, findings } = await inspect({
      labels: { [label]: digestOf('v2/sha512/allowlist-only/plain'), 'containers.bootc': '1' },
      edit: (manifest, config) => {
        own = smallVerity(config, 'sha512')
        manifest.config.annotations = { 'composefs.config.fsverity-sha512-12': own }
        for (const item of manifest.layers) item.annotations = { [layer]: WRONG }
      },
    })
    const brief = ({ where, key, matches }: SealAnnotation) => [where, key, matches]
    expect(seal.annotations.map(brief)).toEqual([
      ['config', 'composefs.config.fsverity-sha512-12', 'config/sha512'],
      ['labels', label, 'v2/sha512/allowlist-only/plain'],
      ['layers[0]', layer, null],
      ['layers[1]', layer, null],
      ['layers[2]', layer, null],
    ])
    expect(seal.annotations[0]?.digest).toBe(own)
    expect(ids).toEqual([
      'sealing-annotation-holds',
      'sealing-annotation-holds',
      'sealing-annotation-unchecked',
    ])
    expect(findings[2]?.message).toContain('(layers[0]), ')
  })

  it.each([{ quick: true }, { verity: [] }])('are shown unchecked with %j', async (options) => {
    const value = digestOf(PLAIN_ID)
    const { seal, ids } = await inspect({
      ...options,
      edit: (manifest) => (manifest.annotations = { [MERGED]: value }),
      referrers: () => ({ referrers: [], problems: [] }),
    })
    expect(seal.annotations).toMatchObject([{ key: MERGED, digest: value, matches: null }])
    expect([seal.artifacts, ids]).toEqual([null, ['sealing-annotation-unchecked']])
  })
})

describe('artifacts', () => {
  const artifactType = 'application/vnd.composefs.metadata.v1'
  const mediaType = 'application/vnd.composefs.signature.v1+pkcs7'
  const digest = `sha256:${'a'.repeat(64)}`
  const artifact = (subject: string | null, layers: Record<string, string>[]): Referrers => ({
    referrers: [
      {
        digest,
        artifactType,
        annotations: { note: 'x' },
        content: {
          subject,
          annotations: {},
          layers: layers.map((annotations) => ({ mediaType, annotations })),
        },
      },
    ],
    problems: [],
  })

  it('are checked against the image, manifest included', async () => {
    const { seal, ids } = await inspect({
      referrers: (subject, manifest) =>
        artifact(subject, [
          { 'composefs.manifest.fsverity-sha256-12': smallVerity(manifest, 'sha256') },
          { [MERGED.replace('512', '256')]: digestOf('v1/sha256/allowlist-only/plain') },
          { [BOOTABLE.replace('512', '256')]: '1'.repeat(64) },
        ]),
    })
    expect(seal.artifacts).toEqual([{ digest, artifactType, annotations: { note: 'x' } }])
    expect(seal.annotations.map(({ where, matches }) => [where, matches])).toEqual([
      [`${digest}/layers[0]`, 'manifest/sha256'],
      [`${digest}/layers[1]`, 'v1/sha256/allowlist-only/plain'],
      [`${digest}/layers[2]`, null],
    ])
    expect(ids).toEqual([
      'sealing-annotation-mismatch',
      'sealing-annotation-holds',
      'sealing-annotation-holds',
      'sealing-artifact',
    ])
  })

  it('that break the draft say how', async () => {
    const { findings } = await inspect({
      referrers: () =>
        artifact(digest, [
          {},
          { 'composefs.config.fsverity-sha256-12': 'x' },
          { [BOOTABLE]: WRONG },
        ]),
    })
    expect(findings.find(({ id }) => id === 'sealing-artifact-invalid')?.message).toBe(
      `the composefs artifact ${digest} is not as the draft asks: its subject is ${digest}; it mixes sha256-12 and sha512-12; 1 of its layers have no digest; it has no digest of the merged EROFS image`,
    )
  })

  it('of other kinds, and questions that failed, are told', async () => {
    const other = { digest, artifactType: 'application/x', annotations: {}, content: null }
    const told = await inspect({ referrers: () => ({ referrers: [other], problems: ['a problem'] }) }) // prettier-ignore
    expect(told.findings.map(({ id, severity, message }) => [id, severity, message])).toEqual([
      ['referring-artifacts', 'info', '1 other artifact refers to the image (application/x); bootc reads none of them'], // prettier-ignore
      ['referrers-unread', 'info', 'a problem'],
    ])
    const failed = await inspect({ referrers: () => ({ referrers: null, problems: ['no answer'] }) }) // prettier-ignore
    expect([failed.seal.artifacts, failed.ids]).toEqual([null, ['referrers-unread']])
  })
})
