import { SealscopeError } from '../../base/error'
import type { ImageFacts, Platform } from '../../contract/facts'
import { isDumpfile } from '../../rules/composefs/dumpfile-parse'
import { readSavedFacts } from '../../answers/facts/saved-facts'
import { createDecoder, sniffEncoding } from '../../formats/codec/decompress'
import { openArchiveImage } from '../../formats/oci/archive'
import type { ByteSource } from '../../base/byte-source'
import { isTarHeader } from '../../formats/tar/tar-index'
import type { OpenedImage } from '../../formats/oci/image'
import { openLayout, type LayoutFiles } from '../../formats/oci/layout'
import { parseJson } from '../../formats/oci/manifest'
import { parseReference } from '../../formats/oci/reference'
import { openRegistryImage } from '../../image/registry/client'
import { createProxiedFetch } from '../../image/registry/proxied'
import { loadKernels } from './browser-kernels'
import { UnpackGuard } from '../../open/unpack-guard'
import type { OpenRequest } from './protocol'

export type WorkerSource =
  /** `again` opens the same image in another worker, without unpacking it once more. */
  | { kind: 'image'; image: OpenedImage; source: ImageFacts['source']; again: OpenRequest }
  | { kind: 'efi'; bytes: Uint8Array; name: string }
  | { kind: 'facts'; facts: ImageFacts }
  | { kind: 'dump'; bytes: Uint8Array; name: string }

/** Opens what the page asks for. `base` is the address of the page. */
export async function openRequest(
  request: OpenRequest,
  platform: Platform | null,
  base: string,
): Promise<WorkerSource> {
  if (request.kind === 'sample') {
    const files = fetchedFiles(new URL(`samples/${encodeURIComponent(request.name)}/`, base))
    const image = await openLayout(files, null, platform)
    return { kind: 'image', image, source: { kind: 'sample', ref: request.name }, again: request }
  }
  if (request.kind === 'registry') {
    const reference = parseReference(request.reference.trim())
    const proxied = createProxiedFetch(base, (input, init) => fetch(input, init))
    const image = await openRegistryImage(reference, platform, proxied)
    // By digest: a tag that moves in between would mix the layers of two images.
    const pinned = `${reference.host}/${reference.repository}@${image.manifest.digest}`
    return {
      kind: 'image',
      image,
      source: { kind: 'registry', ref: reference.text },
      again: { kind: 'registry', reference: pinned },
    }
  }
  if (request.kind === 'folder') {
    const image = await openLayout(droppedFiles(request.files), null, platform)
    const ref = request.files[0]?.path.split('/')[0] ?? 'folder'
    return { kind: 'image', image, source: { kind: 'oci', ref }, again: request }
  }
  return openFile(request.file, platform)
}

async function openFile(file: File, platform: Platform | null): Promise<WorkerSource> {
  const source = blobSource(file)
  const head = await source.read(0, 512)
  if (head[0] === 0x4d && head[1] === 0x5a) {
    return { kind: 'efi', bytes: new Uint8Array(await file.arrayBuffer()), name: file.name }
  }
  if (isDumpfile(head)) {
    return { kind: 'dump', bytes: new Uint8Array(await file.arrayBuffer()), name: file.name }
  }
  if (head[0] === 0x7b) return { kind: 'facts', facts: await readFacts(file) }
  const encoding = sniffEncoding(head)
  if (encoding === 'none' && !isTarHeader(head)) {
    throw new SealscopeError({
      code: 'source-unknown',
      what: `${file.name} is nothing that can be opened`,
      expected:
        'an archive of an OCI layout or of docker save (.tar, .tar.gz), a UKI (.efi), an OCI layout folder or saved facts (.json)',
    })
  }
  const plain = encoding === 'none' ? file : new File([await unpack(file, encoding)], file.name)
  const { kind, image } = await openArchiveImage(blobSource(plain), null, null, platform)
  const again: OpenRequest = { kind: 'file', file: plain }
  return { kind: 'image', image, source: { kind, ref: file.name }, again }
}

/** A compressed archive as a blob that is not; the browser keeps large ones on disk. */
async function unpack(file: File, encoding: 'gzip' | 'zstd'): Promise<Blob> {
  const parts: Blob[] = []
  const guard = new UnpackGuard(file.name)
  const decoder = createDecoder(encoding, await loadKernels(), (chunk) => {
    guard.take(chunk)
    parts.push(new Blob([chunk.slice()]))
  })
  const reader = file.stream().getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    guard.feed(next.value)
    decoder.push(next.value)
  }
  decoder.finish()
  decoder.release()
  return new Blob(parts)
}

async function readFacts(file: File): Promise<ImageFacts> {
  const json = parseJson(new Uint8Array(await file.arrayBuffer()), file.name)
  return readSavedFacts(json, file.name)
}

function fetchedFiles(base: URL): LayoutFiles {
  return {
    async open(path) {
      const response = await fetch(new URL(path, base)).catch((cause: unknown) => {
        throw new SealscopeError({
          kind: 'network',
          code: 'fetch',
          what: 'the server of this page does not answer',
          where: { path },
          cause,
        })
      })
      return response.ok ? response.body : null
    },
  }
}

function droppedFiles(files: readonly { path: string; file: File }[]): LayoutFiles {
  const [top = ''] = files
    .filter(({ path }) => /(?:^|\/)index\.json$/.test(path))
    .map(({ path }) => path.slice(0, -'index.json'.length))
    .sort((a, b) => a.length - b.length)
  const byPath = new Map(files.map(({ path, file }) => [path.slice(top.length), file]))
  return {
    async open(path) {
      return byPath.get(path)?.stream() ?? null
    },
  }
}

function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, size) =>
      new Uint8Array(await blob.slice(offset, offset + size).arrayBuffer()),
    stream: (offset, size) => blob.slice(offset, offset + size).stream(),
  }
}
