import type { LayerListing } from '../../formats/tar/entry'
import type { Directory } from '../tree/node'
import type { FileLeaf } from '../tree/reader'

/** A tree whose files can be read: an image, or a root directory on a disk. */
export interface FileSource {
  readonly root: Directory
  /** In image order; none for a directory. */
  readonly layers: readonly Pick<LayerListing<unknown>, 'entries' | 'whole'>[]
  /** Streams a file's bytes to `take`, in pieces that are valid until it returns; resolves when they were verified. */
  readFile(leaf: FileLeaf, take: (chunk: Uint8Array) => void): Promise<void>
}

/** The bytes of a file, at most `limit` of them. */
export async function fileBytes(
  source: FileSource,
  leaf: FileLeaf,
  limit = Infinity,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(leaf.content.size, limit))
  let at = 0
  await source.readFile(leaf, (chunk) => {
    const part = chunk.subarray(0, bytes.length - at)
    bytes.set(part, at)
    at += part.length
  })
  return at === bytes.length ? bytes : bytes.slice(0, at)
}
