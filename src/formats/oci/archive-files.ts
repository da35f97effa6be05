import { SealscopeError } from '../../base/error'
import type { ByteSource } from '../../base/byte-source'
import type { LayoutFiles } from './layout'
import { indexTar, type ArchiveEntry } from '../tar/tar-index'

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
