import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { computeCandidates } from '../src/answers/seal/candidates'
import { inspectImage } from '../src/answers/facts/inspect-image'
import { instantiateKernels, type Kernels } from '../src/base/hash/kernels'
import { openLayout } from '../src/formats/oci/layout'
import { BUILD_TIME, baseLayer, splitKernelLayer, ukiLayer } from './system'
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

const BASE: Layer = { entries: baseLayer(), createdBy: 'COPY --from=builder /target-rootfs /' }
const CLASSIC: Layer = { entries: splitKernelLayer(), createdBy: 'RUN dnf install kernel' }
const PLACEHOLDER = '0'.repeat(128)
const PATCH: Layer = {
  createdBy: 'RUN echo hello > /usr/share/motd',
  mtime: BUILD_TIME + 3600,
  entries: [
    { path: 'usr/share', type: 'dir' },
    { path: 'usr/share/motd', type: 'file', content: 'hello\n' },
  ],
}

function uki(karg: string): Layer {
  return { entries: ukiLayer(karg), createdBy: 'COPY --from=sealed-uki /boot /boot' }
}

/** The digest of base plus UKI in one form; the UKI itself lies in /boot, which does not count. */
async function seal(kernels: Kernels, form: string): Promise<string> {
  const files = writeLayout([BASE, uki(`composefs=${PLACEHOLDER}`)])
  const image = await openLayout({ open: async (path) => streamOf(files.get(path)) }, null, null)
  const source = { kind: 'sample', ref: 'seal' } as const
  const options = { kernels, verity: ['sha512'] as const, quick: false }
  const { digestInput } = await inspectImage(image, source, options)
  const candidates = digestInput === null ? [] : computeCandidates(digestInput, 'sha512')
  const digest = candidates.find((item) => item.id === form)?.digest
  if (!digest) throw new Error(`the sample has no digest of the form ${form}`)
  return digest
}

const SAMPLES: Sample[] = [
  {
    name: 'sealed',
    title: 'Sealed, and the seal holds',
    description: 'A UKI whose composefs digest is the one bootc 1.16.4 to 1.16.9 computes.',
    layers: async (kernels) => [
      BASE,
      uki(`composefs=${await seal(kernels, 'v1-nsec-kept/sha512')}`),
    ],
  },
  {
    name: 'sealed-old-bootc',
    title: 'Sealed by an old bootc',
    description:
      'Sealed with bootc 1.16.0 to 1.16.3: the digest is right, but newer releases refuse it.',
    layers: async (kernels) => [
      BASE,
      uki(`composefs=${await seal(kernels, 'v2-allxattr/sha512')}`),
    ],
  },
  {
    name: 'mismatch',
    title: 'Sealed, then changed',
    description: 'A layer after the UKI adds a file below /usr: the seal does not hold any more.',
    layers: async (kernels) => [
      BASE,
      uki(`composefs=${await seal(kernels, 'v1-nsec-kept/sha512')}`),
      PATCH,
    ],
  },
  {
    name: 'verity-optional',
    title: 'A digest that is only a name',
    description: 'The UKI says composefs=?…: fs-verity is optional, so nothing is sealed.',
    layers: async (kernels) => [
      BASE,
      uki(`composefs=?${await seal(kernels, 'v1-nsec-kept/sha512')}`),
    ],
  },
  {
    name: 'classic',
    title: 'Classic kernel and initramfs',
    description: 'No UKI: vmlinuz and initramfs.img below /usr/lib/modules.',
    layers: async () => [BASE, CLASSIC],
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
