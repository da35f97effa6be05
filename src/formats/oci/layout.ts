import { SealscopeError } from '../../base/error'
import type { Platform } from '../../contract/facts'
import { MANIFEST_FIELDS } from './documents'
import { requireIndex } from './kind'
import { openImage, readAll, type BlobStore, type OpenedImage } from './image'
import { MANIFEST_LIMIT, parseDocument, parseIndex, type Descriptor } from './manifest'
import { nameList, nearestName } from './name-list'

/** Files of an OCI image layout by their path in it; null when there is none. */
export interface LayoutFiles {
  open(path: string): Promise<ReadableStream<Uint8Array> | null>
  /** Some bytes of a file that is there. */
  read?(path: string, offset: number, size: number): Promise<Uint8Array>
}

const REF_NAME = 'org.opencontainers.image.ref.name'

/** Opens an image of an OCI layout (image-spec image-layout.md); without a tag the only one. */
export async function openLayout(
  files: LayoutFiles,
  tag: string | null,
  platform: Platform | null,
): Promise<OpenedImage> {
  const index = await readFile(files, 'index.json')
  const json = parseDocument(index, 'index.json', MANIFEST_FIELDS)
  requireIndex(json)
  const entries = parseIndex(json)
  const start = chooseTag(entries, tag)
  const { read } = files
  const store: BlobStore = {
    open: (descriptor) => openBlob(files, descriptor),
    ...(read === undefined
      ? {}
      : { readRange: ({ digest }, offset, size) => read(blobPath(digest), offset, size) }),
  }
  return openImage(store, start, platform)
}

function chooseTag(entries: readonly Descriptor[], tag: string | null): Descriptor {
  const names = entries.map((entry) => entry.annotations[REF_NAME] ?? null)
  const [first] = entries
  // one image under several names needs no tag
  const isOne = entries.every(({ digest }) => digest === first?.digest)
  if (tag === null && first !== undefined && isOne) return first
  const wanted = tag ?? 'latest'
  const found = entries[names.findIndex((name) => name === wanted || name?.endsWith(`:${wanted}`))]
  if (found !== undefined) return found
  const near = nearestName(
    wanted,
    names.filter((name) => name !== null),
  )
  throw new SealscopeError({
    code: 'layout-tag',
    what: tag === null ? 'the layout holds several images, and none is named latest' : 'the layout has no such image', // prettier-ignore
    where: { path: 'index.json' },
    expected: tag === null ? 'the name of one behind the path, as in oci:DIR:NAME' : `${wanted}${near === null ? '' : `; did you mean ${near}?`}`, // prettier-ignore
    found: nameList(names.map((name) => name ?? 'an image without a name')),
  })
}

async function openBlob(
  files: LayoutFiles,
  descriptor: Descriptor,
): Promise<ReadableStream<Uint8Array>> {
  const path = blobPath(descriptor.digest)
  const stream = await files.open(path)
  if (stream !== null) return stream
  throw new SealscopeError({
    code: 'layout-blob',
    what: 'the layout lacks a blob',
    where: { path },
  })
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

async function readFile(files: LayoutFiles, path: string): Promise<Uint8Array> {
  const stream = await files.open(path)
  if (stream !== null) return readAll(stream, MANIFEST_LIMIT)
  throw new SealscopeError({
    code: 'layout-file',
    what: 'this is no OCI image layout',
    where: { path },
    expected: 'the file',
    found: 'nothing',
  })
}
