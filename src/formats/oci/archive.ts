import { SealscopeError } from '../../base/error'
import type { Platform } from '../../contract/facts'
import { archiveFiles, type ArchiveFiles } from './archive-files'
import type { ByteSource } from '../../base/byte-source'
import { openDockerArchive } from './docker-archive'
import type { OpenedImage } from './image'
import { openLayout } from './layout'

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
