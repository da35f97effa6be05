import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { tarChunks, type Item } from './tar-writer'

export interface Layer {
  digest: string
  size: number
  diffId: string
}

/** What every layout begins with, so that digests can be computed. */
export const BASE: readonly Item[] = [
  ...['usr', 'usr/lib', 'etc', 'boot', 'sysroot', 'run'].map((path) => ({
    path,
    type: '5' as const,
  })),
  { path: 'usr/lib/os-release', content: Buffer.from('ID=test\nVERSION_ID=1\n') },
]

/** Writes an OCI layout whose layers are tars of these items, the base first. */
export async function writeLayout(folder: string, layers: Iterable<Item>[]): Promise<void> {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  const written = [await writeLayer(folder, tarChunks(BASE))]
  for (const items of layers) written.push(await writeLayer(folder, tarChunks(items)))
  writeImage(folder, written)
}

/** Writes one layer, packed with gzip. */
export async function writeLayer(folder: string, tar: Iterable<Uint8Array>): Promise<Layer> {
  const [plain, packed] = [createHash('sha256'), createHash('sha256')]
  let size = 0
  const hashed = new Transform({
    transform(chunk: Buffer, _, done) {
      plain.update(chunk)
      done(null, chunk)
    },
  })
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      packed.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  const path = join(folder, 'layer.part')
  await pipeline(Readable.from(tar), hashed, createGzip({ level: 1 }), counted, createWriteStream(path)) // prettier-ignore
  const hex = packed.digest('hex')
  renameSync(path, join(folder, 'blobs/sha256', hex))
  return { digest: `sha256:${hex}`, size, diffId: `sha256:${plain.digest('hex')}` }
}

/** Writes config, manifest and index for layers that are there. */
export function writeImage(folder: string, layers: readonly Layer[]): void {
  const diffIds = layers.map(({ diffId }) => diffId)
  const config = writeBlob(folder, {
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'containers.bootc': '1' } },
    rootfs: { type: 'layers', diff_ids: diffIds },
  })
  const manifest = writeBlob(folder, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size,
    })),
  })
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': 'latest' },
  }
  writeFileSync(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }),
  )
}

function writeBlob(folder: string, value: unknown): { digest: string; size: number } {
  const bytes = Buffer.from(JSON.stringify(value))
  const hex = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(join(folder, 'blobs/sha256', hex), bytes)
  return { digest: `sha256:${hex}`, size: bytes.length }
}
