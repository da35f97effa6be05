import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { computeCandidates } from '../src/answers/seal/candidates'
import { inspectImage } from '../src/answers/facts/inspect-image'
import { instantiateKernels, type Kernels } from '../src/base/hash/kernels'
import { openLayout } from '../src/formats/oci/layout'
import {
  BUILD_TIME,
  baseLayer,
  splitKernelLayer,
  ukiLayer,
  type SystemOptions,
  type UkiOptions,
} from './system'
import { writeTar, type SampleEntry } from './tar-writer'

interface Layer {
  entries: SampleEntry[]
  createdBy: string
  mtime?: number
}

interface Sample {
  name: string
  title: string
  description: string
  layers(kernels: Kernels): Promise<Layer[]>
}

const BASE = base({ diskYaml: diskYaml('1 GiB') })
const CLASSIC: Layer = { entries: splitKernelLayer(), createdBy: 'RUN dnf install kernel' }
const PLACEHOLDER = '0'.repeat(128)
const NEWEST = 'v1-nsec-kept/sha512'
const OLD = 'v2-allxattr/sha512'
const PATCH: Layer = {
  createdBy: 'RUN echo hello > /usr/share/motd',
  mtime: BUILD_TIME + 3600,
  entries: [
    { path: 'usr/share', type: 'dir' },
    { path: 'usr/share/motd', type: 'file', content: 'hello\n' },
  ],
}
/** Four updates of the same system a month later. */
const NEXT = { bootc: '1.16.10', 'openssl-libs': '3.5.5', podman: '5.7.0', tzdata: '2025c' }
/** The image's own partition table: the root's type is the one that systemd looks for (UAPI.2). */
function diskYaml(esp: string): string {
  return `partition_table:
  type: gpt
  partitions:
    - size: ${esp}
      type: C12A7328-F81F-11D2-BA4B-00A0C93EC93B
      bootable: true
      payload_type: filesystem
      payload:
        type: vfat
        mountpoint: /boot/efi
        label: EFI-SYSTEM
    - size: 10 GiB
      type: 4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
      payload_type: filesystem
      payload:
        type: ext4
        mountpoint: /
        label: root
`
}

function base(options: SystemOptions = {}): Layer {
  return { entries: baseLayer(options), createdBy: 'COPY --from=builder /target-rootfs /' }
}

function uki(karg: string, options: UkiOptions = {}): Layer {
  return { entries: ukiLayer(karg, options), createdBy: 'COPY --from=sealed-uki /boot /boot' }
}

/** The digest of base plus UKI in one form; the UKI itself lies in /boot, which does not count. */
async function digestOf(kernels: Kernels, root: Layer, form: string): Promise<string> {
  const files = writeLayout([root, uki(`composefs=${PLACEHOLDER}`)])
  const image = await openLayout({ open: async (path) => streamOf(files.get(path)) }, null, null)
  const source = { kind: 'sample', ref: 'seal' } as const
  const options = { kernels, verity: ['sha512'] as const, quick: false }
  const { digestInput } = await inspectImage(image, source, options)
  const candidates = digestInput === null ? [] : computeCandidates(digestInput, 'sha512')
  const digest = candidates.find((item) => item.id === form)?.digest
  if (!digest) throw new Error(`the sample has no digest of the form ${form}`)
  return digest
}

/** A root and its UKI with the digest of one form. */
async function sealedLayers(
  kernels: Kernels,
  root: Layer,
  options: UkiOptions & { form?: string; optional?: boolean } = {},
): Promise<Layer[]> {
  const digest = await digestOf(kernels, root, options.form ?? NEWEST)
  return [root, uki(`composefs=${options.optional === true ? '?' : ''}${digest}`, options)]
}

const SAMPLES: Sample[] = [
  {
    name: 'sealed',
    title: 'Sealed, and the seal holds',
    description:
      'Signed, too, and everything is right: the seal holds, bootc installs it, its own keys start it.',
    layers: (kernels) => sealedLayers(kernels, BASE),
  },
  {
    name: 'mismatch',
    title: 'Sealed, then changed',
    description: 'One more RUN line after the seal: no bootc installs this image any more.',
    layers: async (kernels) => [...(await sealedLayers(kernels, BASE)), PATCH],
  },
  {
    name: 'sealed-old-bootc',
    title: 'Sealed by an old bootc',
    description: 'Right for bootc 1.16.0 to 1.16.3; newer releases compute another digest.',
    layers: (kernels) => sealedLayers(kernels, BASE, { form: OLD }),
  },
  {
    name: 'verity-optional',
    title: 'A digest that is only a name',
    description: 'composefs=?… on the command line: the system also starts with a changed tree.',
    layers: (kernels) => sealedLayers(kernels, BASE, { optional: true }),
  },
  {
    name: 'deaf-initramfs',
    title: 'An initramfs that ignores the seal',
    description:
      'The seal holds and bootc installs it, but nothing in the initramfs acts on the digest.',
    layers: (kernels) =>
      sealedLayers(kernels, BASE, { modules: ['bash', 'systemd', 'kernel-modules', 'base'] }),
  },
  {
    name: 'small-esp',
    title: 'No room for the first update',
    description:
      'A UKI of 30 MiB on an EFI system partition of 48 MiB: installation works, updates fail.',
    layers: (kernels) =>
      sealedLayers(kernels, base({ diskYaml: diskYaml('48 MiB') }), { padding: 30 * 1024 * 1024 }),
  },
  {
    name: 'foreign-key',
    title: "Signed by nobody's key",
    description: 'The UKI is signed, but by a key that the image does not enrol.',
    layers: (kernels) => sealedLayers(kernels, BASE, { signer: 'nobody' }),
  },
  {
    name: 'sealed-xfs',
    title: 'Sealed, for a file system without fs-verity',
    description: 'The install configuration says xfs: bootc refuses although the seal holds.',
    layers: (kernels) => sealedLayers(kernels, base({ root: 'xfs' })),
  },
  {
    name: 'sealed-next',
    title: 'The next build of the sealed image',
    description: 'Four packages are newer: what an upgrade fetches, and who takes it.',
    layers: (kernels) =>
      sealedLayers(kernels, base({ changed: NEXT, diskYaml: diskYaml('1 GiB') })),
  },
  {
    name: 'classic',
    title: 'Classic kernel and initramfs',
    description: 'Not sealed: image-builder applies the whole blueprint.',
    layers: async () => [base({ bootloader: null }), CLASSIC],
  },
]

function writeLayout(layers: readonly Layer[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const add = (bytes: Uint8Array, mediaType: string) => {
    const digest = sha256(bytes)
    files.set(`blobs/sha256/${digest}`, bytes)
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length }
  }
  const tars = layers.map((layer) => writeTar(layer.entries, layer.mtime ?? BUILD_TIME))
  const descriptors = tars.map((tar) =>
    add(gzip(tar), 'application/vnd.oci.image.layer.v1.tar+gzip'),
  )
  const created = new Date(BUILD_TIME * 1000).toISOString()
  const config = {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'containers.bootc': '1', 'ostree.bootable': '1' } },
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) },
    history: layers.map((layer) => ({ created, created_by: layer.createdBy })),
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: add(jsonBytes(config), 'application/vnd.oci.image.config.v1+json'),
    layers: descriptors,
  }
  const entry = {
    ...add(jsonBytes(manifest), manifest.mediaType),
    annotations: { 'org.opencontainers.image.ref.name': 'latest' },
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  files.set('index.json', jsonBytes({ schemaVersion: 2, mediaType, manifests: [entry] }))
  files.set('oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' }))
  return files
}

/** gzip with the operating system byte fixed, so that a layer is the same everywhere. */
function gzip(bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(gzipSync(bytes, { level: 9 }))
  packed[9] = 255
  return packed
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function streamOf(bytes: Uint8Array | undefined): ReadableStream<Uint8Array> | null {
  return bytes === undefined ? null : new Blob([new Uint8Array(bytes)]).stream()
}

/** Writes all samples below `folder`, with an index of their names. */
export async function makeSamples(folder: string): Promise<void> {
  const kernels = await instantiateKernels(readFileSync('wasm/build/sealscope.wasm'))
  for (const sample of SAMPLES) {
    for (const [path, bytes] of writeLayout(await sample.layers(kernels))) {
      const file = join(folder, sample.name, path)
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, bytes)
    }
  }
  const index = SAMPLES.map(({ name, title, description }) => ({ name, title, description }))
  writeFileSync(join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`)
}
