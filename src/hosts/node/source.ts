import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SealscopeError } from '../../base/error'
import type { ImageFacts, Platform } from '../../contract/facts'
import { readSavedFacts } from '../../answers/facts/saved-facts'
import { openArchiveImage, type ArchiveKind } from '../../formats/oci/archive'
import { MANIFEST_LIMIT, parseJson, parseJsonList } from '../../formats/oci/manifest'
import type { OpenedImage } from '../../formats/oci/image'
import { openLayout } from '../../formats/oci/layout'
import { isTarHeader } from '../../formats/tar/tar-index'
import { isCompressed, plainArchive } from './compressed'
import { directoryFiles, fileSource, readWhole, requireFile, requirePath } from './files'
import { RegistryAccess } from './registry/access'
import { parseSourceName, splitTag } from '../../open/source-name'

const INDEX_LIMIT = 64 * 1024

/** What a SOURCE turned out to be. */
export type Source =
  | {
      kind: 'image'
      image: OpenedImage
      source: ImageFacts['source']
      /** Another SOURCE for the same image that opens faster: an archive that is unpacked by now. */
      again?: string
    }
  | { kind: 'dir'; path: string; source: ImageFacts['source'] }
  | { kind: 'efi'; path: string; source: ImageFacts['source'] }
  | { kind: 'facts'; facts: ImageFacts }

/** Opens a SOURCE of the command line; without a prefix it is told by what is there. */
export async function openSource(
  text: string,
  platform: Platform | null,
  access: RegistryAccess = new RegistryAccess(),
): Promise<Source> {
  const name = parseSourceName(text)
  switch (name.kind) {
    case 'oci':
      return openDirectory(name.value, platform)
    case 'oci-archive':
    case 'docker-archive':
      return openArchive(name.value, platform, name.kind)
    case 'sample':
      return openSample(name.value, platform)
    case 'registry':
      return openRegistry(`docker://${name.value}`, platform, access)
    case 'dir':
      return openRoot(name.value)
    case 'facts':
      return { kind: 'facts', facts: readFacts(requirePath(name.value)) }
    case null:
      return sniff(name.value, platform, access)
    default:
      throw new SealscopeError({
        kind: 'usage',
        code: 'source-kind',
        what: `sources of kind ${name.kind} cannot be opened by this version`,
        expected: 'docker://, oci:, oci-archive:, sample:, facts: or an .efi file',
        found: text,
      })
  }
}

async function sniff(
  value: string,
  platform: Platform | null,
  access: RegistryAccess,
): Promise<Source> {
  const { path } = splitTag(value, existsSync)
  if (!existsSync(path)) return openRegistry(value, platform, access)
  if (statSync(path).isDirectory()) {
    return existsSync(join(path, 'oci-layout')) ? openDirectory(value, platform) : openRoot(value)
  }
  const source = fileSource(requireFile(path))
  const head = await source.read(0, 512)
  if (head[0] === 0x4d && head[1] === 0x5a) {
    return { kind: 'efi', path, source: { kind: 'efi', ref: path } }
  }
  if (head[0] === 0x7b) return { kind: 'facts', facts: readFacts(path) }
  if (isTarHeader(head) || isCompressed(head)) return openArchive(value, platform, null)
  if (path.endsWith('.efi')) return { kind: 'efi', path, source: { kind: 'efi', ref: path } }
  throw new SealscopeError({
    code: 'source-unknown',
    what: 'the file is nothing that can be opened',
    where: { path },
    expected: 'a tar archive (plain, gzip or zstd), a PE file or saved facts',
    found: head.length === 0 ? 'an empty file' : 'something else',
  })
}

function openRoot(value: string): Source {
  const path = requirePath(value)
  return { kind: 'dir', path, source: { kind: 'dir', ref: value } }
}

async function openRegistry(
  value: string,
  platform: Platform | null,
  access: RegistryAccess,
): Promise<Source> {
  const { image, ref } = await access.open(value, platform)
  return { kind: 'image', image, source: { kind: 'registry', ref } }
}

async function openDirectory(value: string, platform: Platform | null): Promise<Source> {
  const { path, tag } = splitTag(value, existsSync)
  const image = await openLayout(directoryFiles(requirePath(path)), tag, platform)
  return { kind: 'image', image, source: { kind: 'oci', ref: value } }
}

async function openArchive(
  value: string,
  platform: Platform | null,
  wanted: ArchiveKind | null,
): Promise<Source> {
  const { path, tag } = splitTag(value, existsSync)
  const plain = await plainArchive(requireFile(path))
  const { kind, image } = await openArchiveImage(fileSource(plain), wanted, tag, platform)
  const again = `${kind}:${plain}${tag === null ? '' : `:${tag}`}`
  return { kind: 'image', image, source: { kind, ref: value }, again }
}

async function openSample(name: string, platform: Platform | null): Promise<Source> {
  const folder = samplesFolder()
  const index = readWhole(join(folder, 'index.json'), INDEX_LIMIT)
  const names = parseJsonList(index, 'the list of samples').map(
    (item) => (item as { name: string }).name,
  )
  if (!names.includes(name)) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'no-such-sample',
      what: 'there is no such sample',
      expected: names.join(', '),
      found: name,
    })
  }
  const image = await openLayout(directoryFiles(join(folder, name)), null, platform)
  return { kind: 'image', image, source: { kind: 'sample', ref: name } }
}

/** dist/samples, beside the folder of the bundled tool. */
function samplesFolder(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', 'samples')
}

/** Facts that `inspect --json` saved in a file, or writes into a pipe. */
function readFacts(path: string): ImageFacts {
  return readSavedFacts(parseJson(readWhole(path, MANIFEST_LIMIT), path), path)
}
