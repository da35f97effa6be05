import { SealscopeError } from '../../base/error'
import { resolve } from './lookup'
import type { Directory, Leaf } from './node'
import type { ByteString } from '../../base/byte-string'
import { sortedEntries } from './walk'
import type { ReadDatabase } from '../../formats/packages/database-sink'
import type { UkiScan } from '../../formats/uki/scan'

export type FileLeaf = Extract<Leaf, { kind: 'file' }>

/**
 * Content of the tree's files. A file whose content is not at hand yet is noted by the reader, which
 * returns something empty; who drives the collection reads those layers again and asks anew. So
 * collectors keep nothing between calls and bear empty content.
 */
export interface ContentReader {
  bytes(leaf: FileLeaf): Uint8Array
  uki(leaf: FileLeaf): UkiScan | null
  initrdModules(leaf: FileLeaf): string[] | null
  /** What a package database holds; null: not at hand. */
  packages?(leaf: FileLeaf): ReadDatabase | null
  /** The release that a program of bootc names in its own text; null: none, or not at hand. */
  bootcVersion?(leaf: FileLeaf): string | null
}

/** `open_dir_optional` of cap-std: null when there is nothing, an error when it is no directory. */
export function openDirectory(base: Directory, path: ByteString): Directory | null {
  const node = resolve(base, path, 'beneath')
  if (node === undefined) return null
  if (node.kind === 'dir') return node
  throw new SealscopeError({
    code: 'not-a-directory',
    what: 'Not a directory (os error 20)',
    where: { path: display(path) },
  })
}

/** Entries of a directory whose names end in `.EXTENSION` as Rust's Path::extension sees it. */
export function entriesWithExtension(
  directory: Directory,
  extension: string,
): ReturnType<typeof sortedEntries> {
  const suffix = `.${extension}`
  return sortedEntries(directory).filter(
    ([name]) => name.endsWith(suffix) && name.length > suffix.length,
  )
}

/** A byte string as text for people: UTF-8 where it is that, else escaped. */
export function display(text: ByteString): string {
  const decoded = decodeUtf8(text)
  return decoded ?? text.replace(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`)
}

export function decodeUtf8(text: ByteString): string | null {
  try {
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** The text of a file; bootc's own words when it is not UTF-8. A leading byte order mark is dropped. */
export function readText(bytes: Uint8Array, path: string, prefix = ''): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const what = `${prefix}stream did not contain valid UTF-8`
    throw new SealscopeError({ code: 'not-utf8', what, where: { path }, cause })
  }
}
