import { SealscopeError } from '../bytes/error'
import type { Platform } from '../contract/facts'
import { openDockerArchive } from './docker-archive'
import type { OpenedImage } from './image'
import { openLayout, type LayoutFiles } from './layout'
import { indexTar, type ArchiveEntry } from './tar-index'

export { isTarHeader } from './tar-index'

/** Bytes with random access: a Blob in the browser, a file in Node. Offsets and sizes in bytes. */
export interface ByteSource {
  size: number
  read(offset: number, size: number): Promise<Uint8Array>
  stream(offset: number, size: number): ReadableStream<Uint8Array>
}

/** Files of an archive; their sizes are known. */
export interface ArchiveFiles extends LayoutFiles {
  /** In bytes; null when there is no such file. */
  sizeOf(path: string): number | null
  names(): string[]
  /** The last file ends behind the end of the archive. */
  truncated: boolean
}

const LINK_LIMIT = 16

/** The regular files of a tar, links followed inside it. */
export async function archiveFiles(source: ByteSource): Promise<ArchiveFiles> {
  const entries = await indexTar(source)
  return {
    async open(path) {
      const found = follow(entries, path)
      if (found === null) return null
      if (found.offset + found.size <= source.size) return source.stream(found.offset, found.size)
      throw new SealscopeError({
        code: 'archive-truncated',
        what: 'the archive is cut short',
        where: { path, offset: found.offset },
        expected: `${found.size} bytes`,
        found: `${Math.max(0, source.size - found.offset)}`,
      })
    },
    sizeOf: (path) => follow(entries, path)?.size ?? null,
    names: () => [...entries.keys()],
    truncated: [...entries.values()].some(
      (entry) => entry.kind === 'file' && entry.offset + entry.size > source.size,
    ),
  }
}

function follow(
  entries: ReadonlyMap<string, ArchiveEntry>,
  path: string,
): Extract<ArchiveEntry, { kind: 'file' }> | null {
  let at = entries.get(path)
  for (let links = 0; at?.kind === 'link' && links < LINK_LIMIT; links++) {
    at = entries.get(at.target)
  }
  return at?.kind === 'file' ? at : null
}

export type ArchiveKind = 'oci-archive' | 'docker-archive'

/**
 * The image of an archive. Without `kind` an OCI layout is taken where there is one (`docker save` writes
 * both since Docker 25), else the list that `docker save` and `podman save` write.
 */
export async function openArchiveImage(
  source: ByteSource,
  kind: ArchiveKind | null,
  tag: string | null,
  platform: Platform | null,
): Promise<{ kind: ArchiveKind; image: OpenedImage }> {
  const files = await archiveFiles(source)
  const found = kind ?? kindOf(files)
  const image =
    found === 'oci-archive'
      ? await openLayout(files, tag, platform)
      : await openDockerArchive(files, tag, platform)
  return { kind: found, image }
}

function kindOf(files: ArchiveFiles): ArchiveKind {
  if (files.sizeOf('index.json') !== null) return 'oci-archive'
  if (files.sizeOf('manifest.json') !== null) return 'docker-archive'
  const names = files.names()
  throw new SealscopeError({
    code: 'archive-kind',
    what: 'the archive holds no image',
    expected: 'index.json of an OCI layout or manifest.json of docker save',
    found: foundIn(files, names),
  })
}

function foundIn(files: ArchiveFiles, names: readonly string[]): string {
  if (files.truncated) return 'an archive that is cut short'
  if (names.includes('repositories'))
    return 'an archive of Docker before 1.10: load and save it again'
  return `${names.length} files: ${names.slice(0, 3).join(', ')}`
}
