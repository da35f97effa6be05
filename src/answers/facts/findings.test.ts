import { beforeAll, describe, expect, it } from 'vitest'
import { collectFacts } from './facts'
import { buildTree, treeReader, type TreeEntry } from '../../rules/bootc/testing/trees'
import { SealscopeError } from '../../base/error'
import type { ImageFacts, ImageRecord, LayerRecord } from '../../contract/facts'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import { allFindings, type AllFindings } from './findings'
import { inspectImage } from './inspect-image'
import { goldenLayouts, layoutFiles } from './testing/layouts'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

/** What every golden layout shows, since it is no whole system: no programs, an initramfs of a few bytes. */
const COMMON = [
  'bootc-missing',
  'kargs-not-in-uki',
  'missing-systemd-boot',
  'uki-unsigned',
  'no-podman',
  'initramfs-unread',
  'root-by-name',
]
const EXPECTED: Record<string, string[]> = {
  'addon-shadows-uki': ['multiple-ukis', 'uki-no-composefs', 'uki-without-composefs'],
  'boot-dumpfile': ['dumpfile-in-boot', 'seal-broken'],
  'cfsctl-karg': ['cfsctl-karg'],
  'dual-karg': [],
  'malformed-karg': ['malformed-karg'],
  'mismatch-mtime': ['seal-broken'],
  'missing-parent': ['import-error'],
  'multi-member-layers': ['multi-frame-layers', 'seal-refused'],
  'no-kernel': ['missing-bootc-label', 'os-release-incomplete'],
  'sealed-v1': [],
  'sealed-v2-old-bootc': ['seal-refused'],
  'sha256-karg': ['sha256-karg'],
  'type1-entries': ['type1-entries', 'vmlinuz-beside-uki'],
  'uki-and-vmlinuz': ['vmlinuz-beside-uki'],
  'uki-in-modules': ['uki-in-modules'],
  'verity-optional': ['seal-optional'],
}

describe('findings of golden layouts', () => {
  it.each(Object.entries(EXPECTED))('%s', async (name, ids) => {
    const layout = goldenLayouts.find((item) => item.name === name)
    expect(layout).toBeDefined()
    if (layout === undefined) return
    const image = await openLayout(layoutFiles(layout), 'latest', null)
    const options = { kernels, verity: ['sha512', 'sha256'] as const, quick: false }
    const { facts } = await inspectImage(image, { kind: 'oci', ref: name }, options)
    const found = new Set(facts.findings.map(({ id }) => id).filter((id) => !COMMON.includes(id)))
    expect([...found].sort()).toEqual(ids)
  })
})

const SOURCE = { kind: 'oci', ref: 'x' } as const

async function findingsOf(
  entries: readonly TreeEntry[],
  change: (facts: ImageFacts) => void = () => undefined,
  more: Partial<AllFindings> = {},
) {
  const tree = buildTree(entries)
  const reader = await treeReader(tree)
  const facts = collectFacts({
    source: SOURCE,
    image: null,
    root: tree.root,
    reader,
    architecture: 'amd64',
    importError: null,
    multiFrame: false,
    bytesRead: 0,
    verified: true,
  })
  change(facts)
  return allFindings({
    facts,
    root: tree.root,
    reader,
    multiFrame: [],
    sha256: () => kernels.sha256(),
    problems: [],
    importProblems: [],
    partial: false,
    ...more,
  })
}

const SYSTEM: TreeEntry[] = [
  { path: 'usr/bin/bootc', type: 'file', content: 'x' },
  { path: 'usr/lib/os-release', type: 'file', content: 'ID=a\nVERSION_ID=1\nNAME=A\n' },
  { path: 'usr/lib/bootupd/updates', type: 'dir' },
  { path: 'usr/lib/modules/6.1/vmlinuz', type: 'file', content: 'kernel' },
]

describe('findings of a tree', () => {
  it('are none for a plain system', async () => {
    expect(await findingsOf(SYSTEM)).toEqual([])
  })

  it.each([
    [{ path: 'etc/machine-id', type: 'file', content: `${'0'.repeat(32)}\n` }, 'machine-id-set'],
    [{ path: 'etc/ssh/ssh_host_rsa_key', type: 'file', content: 'x' }, 'ssh-host-key'],
    [{ path: 'root/keys/db.key', type: 'file', content: 'x' }, 'signing-key-in-image'],
    [{ path: 'usr/lib/bootc/kargs.d/1.toml', type: 'file', content: '[' }, 'kargs-error'],
    [{ path: 'usr/lib/modules/6.2/vmlinuz', type: 'file', content: 'k' }, 'kernel-error'],
    [{ path: 'usr/lib/bootc/install/1.toml', type: 'file', content: '[' }, 'install-config-error'],
  ] as const)('%j', async (entry, id) => {
    const found = await findingsOf([...SYSTEM, entry])
    expect(found.map((item) => item.id)).toContain(id)
    expect(found.every(({ message, source }) => message !== '' && source !== '')).toBe(true)
  })

  it.each([
    [{ path: 'etc/machine-id', type: 'file', content: '' }],
    [{ path: 'etc/machine-id', type: 'file', content: 'uninitialized\n' }],
    [{ path: 'etc/ssh/ssh_host_rsa_key.pub', type: 'file', content: 'x' }],
    [{ path: 'usr/share/doc/monkey', type: 'file', content: 'x' }],
  ] as const)('%j is fine', async (entry) => {
    expect(await findingsOf([...SYSTEM, entry])).toEqual([])
  })

  it('weigh a UKI against ESP, architecture and modules', async () => {
    const found = await findingsOf(SYSTEM, (facts) => {
      facts.kernel = { version: '6.9', unified: true, path: 'boot/EFI/Linux/a.efi' }
      facts.ukis = [ukiRecord({ size: 200 * 2 ** 20, machine: 'aarch64', uname: '6.9' })]
    })
    const ids = found.map(({ id, severity }) => `${severity} ${id}`)
    for (const id of ['error uki-architecture', 'error missing-boot', 'error missing-sysroot', 'error missing-systemd-boot', 'error no-initramfs', 'warning vmlinuz-beside-uki', 'warning esp-too-small', 'warning modules-missing', 'warning no-podman']) {
      expect(ids.filter((each) => each === id)).toEqual([id])
    } // prettier-ignore
  })

  it('call nothing missing when a layer is damaged', async () => {
    const problem = new SealscopeError({ code: 'layer-truncated', what: 'short', where: { layer: 1 } }) // prettier-ignore
    const problems = [problem]
    const importProblems = [
      { layer: 1, path: 'a', message: 'b' },
      { layer: 2, path: 'c', message: 'd' },
    ]
    const change = (facts: ImageFacts) => {
      facts.image = imageRecord([])
    }
    const found = await findingsOf([], change, { problems, importProblems })
    expect(found.map(({ id, layer, path }) => [id, layer, path])).toEqual([
      ['layer-truncated', 1, null],
      ['import-error', 2, 'c'],
      ['no-layers', null, null],
      ['missing-bootc-label', null, null],
    ])
  })
})

describe('findings of manifest and layers', () => {
  const OCI = 'application/vnd.oci.image.layer'
  it.each([
    [`${OCI}.v1.tar+gzip`, 'gzip', []],
    [`${OCI}.v1.tar+zstd`, 'zstd:chunked', []],
    [`${OCI}.v1.tar+gzip`, 'estargz', []],
    [`${OCI}.v1.tar`, 'none', []],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip', []],
    [`${OCI}.v1.tar+gzip`, 'zstd', ['layer-compression']],
    [`${OCI}.nondistributable.v1.tar+gzip`, 'gzip', ['foreign-layer']],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip', ['foreign-layer']],
    [`${OCI}.v1.tar+encrypted`, null, ['layer-media-type']],
    ['', 'gzip', ['layer-media-type']],
  ] as const)('%s as %s', async (mediaType, compression, ids) => {
    const found = await findingsOf(SYSTEM, (facts) => {
      facts.image = imageRecord([layerRecord({ mediaType, compression })])
      facts.image.labels['containers.bootc'] = '1'
    })
    expect(found.map(({ id }) => id)).toEqual(ids)
  })
})

function imageRecord(layers: LayerRecord[]): ImageRecord {
  return {
    manifestDigest: '',
    indexDigest: null,
    configDigest: '',
    mediaType: '',
    platform: { os: 'linux', architecture: 'amd64', variant: null },
    platforms: [],
    labels: {},
    annotations: {},
    storageSize: null,
    layers,
  }
}

function layerRecord(part: Pick<LayerRecord, 'mediaType' | 'compression'>): LayerRecord {
  const sizes = { size: 10, uncompressedSize: 10, entries: 1 }
  return { digest: 'sha256:0', diffId: null, createdBy: null, ...sizes, ...part }
}

function ukiRecord(part: Partial<ImageFacts['ukis'][number]>): ImageFacts['ukis'][number] {
  return {
    path: 'boot/EFI/Linux/a.efi',
    layer: 0,
    size: 1,
    sha256: null,
    machine: null,
    stub: null,
    class: 'uki',
    header: null,
    kernelVersion: null,
    kernel: null,
    initrd: null,
    ucode: null,
    splash: null,
    devicetrees: [],
    firmware: [],
    entries: [],
    sections: [],
    cmdline: null,
    uname: null,
    osrel: null,
    sbat: null,
    profiles: [],
    addons: [],
    signatures: [],
    error: null,
    ...part,
  }
}
