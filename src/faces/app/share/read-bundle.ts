import {
  BlobReader,
  BlobWriter,
  configure,
  TextWriter,
  ZipReader,
  type FileEntry,
} from '@zip.js/zip.js'
import { SealscopeError } from '../../../base/error'
import { requestOf } from '../start/dropped-files'
import type { Recognised } from '../start/recognise'

/** Most entries and unpacked bytes that are read of an archive. */
const MOST_ENTRIES = 20_000
const MOST_BYTES = 4 * 2 ** 30
const MOST_TEXT = 64 * 2 ** 20

/** What a .zip holds: what this page saved, or an OCI layout that a CI job left. */
export async function readBundle(file: File): Promise<Recognised> {
  configure({ useWebWorkers: false })
  const reader = new ZipReader(new BlobReader(file))
  try {
    const entries = await entriesOf(reader, file.name)
    const names = entries.map(({ filename }) => filename)
    if (names.includes('facts.json') || names.some(isBlueprint)) return await bundleOf(entries)
    if (names.some((name) => /(?:^|\/)oci-layout$/.test(name))) return await layoutOf(entries)
    return { kind: 'unknown', name: file.name }
  } finally {
    await reader.close()
  }
}

async function entriesOf(reader: ZipReader<Blob>, name: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  let bytes = 0
  for await (const entry of reader.getEntriesGenerator()) {
    if (entry.directory) continue
    entries.push(entry)
    bytes += entry.uncompressedSize
    if (entries.length > MOST_ENTRIES || bytes > MOST_BYTES) throw tooLarge(name)
  }
  return entries
}

function tooLarge(name: string): SealscopeError {
  return new SealscopeError({
    kind: 'input',
    code: 'zip-size',
    what: `${name} unpacks to more than this page reads`,
    expected: `at most ${MOST_ENTRIES} files and ${MOST_BYTES} bytes`,
  })
}

function isBlueprint(name: string): boolean {
  return name === 'blueprint.toml' || name === 'blueprint.json'
}

async function bundleOf(entries: readonly FileEntry[]): Promise<Recognised> {
  const facts = entries.find(({ filename }) => filename === 'facts.json')
  const blueprint = entries.find(({ filename }) => isBlueprint(filename))
  return {
    kind: 'bundle',
    request:
      facts === undefined
        ? null
        : { kind: 'file', file: new File([await textOf(facts)], 'facts.json') },
    blueprint:
      blueprint === undefined ? null : { text: await textOf(blueprint), name: blueprint.filename },
  }
}

async function textOf(entry: FileEntry): Promise<string> {
  if (entry.uncompressedSize > MOST_TEXT) throw tooLarge(entry.filename)
  return entry.getData(new TextWriter(), { checkSignature: true })
}

async function layoutOf(entries: readonly FileEntry[]): Promise<Recognised> {
  const files = []
  for (const entry of entries) {
    if (!/(?:^|\/)(?:oci-layout|index\.json|blobs\/[^/]+\/[^/]+)$/.test(entry.filename)) continue
    const blob = await entry.getData(new BlobWriter(), { checkSignature: true })
    // A folder of its own, so that a layout at the top of the archive has one, too.
    const path = `zip/${entry.filename}`
    files.push({ path, file: new File([blob], entry.filename.split('/').pop() ?? '') })
  }
  return { kind: 'image', request: requestOf(files) }
}
