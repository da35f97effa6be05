import { createHash } from 'node:crypto'
import { readAll } from '../../../formats/oci/image'
import type { LayoutFiles } from '../../../formats/oci/layout'
import { goldenLayouts, layoutFiles, type GoldenLayout } from './layouts'

interface Json {
  [key: string]: unknown
}
export interface EditedManifest {
  annotations?: Json
  config: { digest: string; size: number; annotations?: Json }
  layers: { annotations?: Json }[]
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const goldenLayout = (name: string): GoldenLayout => {
  const found = goldenLayouts.find((layout) => layout.name === name)
  if (found === undefined) throw new Error(`no golden layout ${name}`)
  return found
}

/** A golden image whose manifest and config were changed, as files and by digest. */
export async function editedImage(
  name: string,
  editManifest: (manifest: EditedManifest, config: Uint8Array) => void,
  editConfig: (config: Json) => void = () => undefined,
): Promise<{ files: LayoutFiles; manifest: Uint8Array; manifestDigest: string }> {
  const layout = goldenLayout(name)
  const golden = layoutFiles(layout)
  const blobs = new Map<string, Uint8Array>()
  const read = async (digest: string) => {
    const stream = await golden.open(`blobs/${digest.replace(':', '/')}`)
    if (stream === null) throw new Error(`no blob ${digest}`)
    return Buffer.from(await readAll(stream, 1 << 20))
  }
  const store = (bytes: Uint8Array) => {
    blobs.set(digestOf(bytes), bytes)
    return { digest: digestOf(bytes), size: bytes.length }
  }
  const index = JSON.parse(layout.index) as { manifests: { digest: string; size: number }[] }
  const entry = index.manifests[0] ?? { digest: '', size: 0 }
  const manifest = JSON.parse((await read(entry.digest)).toString()) as EditedManifest
  const config = JSON.parse((await read(manifest.config.digest)).toString()) as Json
  editConfig(config)
  const configBytes = Buffer.from(JSON.stringify(config))
  Object.assign(manifest.config, store(configBytes))
  editManifest(manifest, configBytes)
  const bytes = Buffer.from(JSON.stringify(manifest))
  Object.assign(entry, store(bytes))
  const files: LayoutFiles = {
    async open(path) {
      if (path === 'index.json') return new Blob([JSON.stringify(index)]).stream()
      const own = blobs.get(path.replace('blobs/sha256/', 'sha256:'))
      return own === undefined ? golden.open(path) : new Blob([Buffer.from(own)]).stream()
    },
  }
  return { files, manifest: bytes, manifestDigest: entry.digest }
}

/** fs-verity of at most one block of 4096 bytes (Linux fsverity.rst §"fs-verity descriptor"), by another hash code. */
export function smallVerity(bytes: Uint8Array, algorithm: 'sha512' | 'sha256'): string {
  if (bytes.length === 0 || bytes.length > 4096) throw new RangeError('one block only')
  const root = createHash(algorithm)
    .update(Buffer.concat([bytes], 4096))
    .digest()
  const descriptor = Buffer.alloc(256)
  descriptor.set([1, algorithm === 'sha512' ? 2 : 1, 12, 0])
  descriptor.writeBigUInt64LE(BigInt(bytes.length), 8)
  descriptor.set(root, 16)
  return createHash(algorithm).update(descriptor).digest('hex')
}
