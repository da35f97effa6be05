import { SealscopeError } from '../../base/error'
import { resolve } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import {
  decodeUtf8,
  display,
  entriesWithExtension,
  openDirectory,
  readText,
  type ContentReader,
} from '../../image/tree/reader'
import { describeToml, isStrings, keyError, parseToml } from './toml-file'

export const KARGS_FOLDER = 'usr/lib/bootc/kargs.d'
const KEYS = ['kargs', 'match-architectures']

/**
 * The kernel arguments of kargs.d as `bootc container inspect` prints them (bootc bootc_kargs.rs). `arch` is
 * Rust's name (x86_64). Throws where bootc stops.
 */
export function readKargs(root: Directory, reader: ContentReader, arch: string): string[] {
  const folder = openDirectory(root, KARGS_FOLDER)
  if (folder === null) return []
  const parts: string[] = []
  const names = [...folder.entries.keys()].sort()
  for (const name of names) {
    if (decodeUtf8(name) !== null) continue
    const path = `${KARGS_FOLDER}/${display(name)}`
    throw stop('Invalid or incomplete multibyte or wide character (os error 84)', path)
  }
  for (const [name] of entriesWithExtension(folder, 'toml')) {
    parts.push(...readFile(folder, decodeUtf8(name) ?? name, name, reader, arch))
  }
  return unique(splitKargs(parts.join(' ')))
}

function readFile(
  folder: Directory,
  name: string,
  rawName: string,
  reader: ContentReader,
  arch: string,
): string[] {
  const path = `${KARGS_FOLDER}/${name}`
  const node = resolve(folder, rawName, 'beneath')
  if (node === undefined) throw stop('No such file or directory (os error 2)', path)
  if (node.kind !== 'file') throw stop('Is a directory (os error 21)', path)
  const text = readText(reader.bytes(node), path)
  const prefix = `Parsing ${name}`
  const table = parseToml(text, path, prefix)
  for (const key of Object.keys(table)) {
    if (!KEYS.includes(key)) {
      throw keyError(text, path, prefix, key, KEYS.join(' or '), `the unknown key ${key}`)
    }
  }
  const { kargs, 'match-architectures': architectures } = table
  if (!isStrings(kargs)) {
    throw keyError(text, path, prefix, 'kargs', 'an array of strings', describeToml(kargs))
  }
  if (architectures !== undefined && !isStrings(architectures)) {
    const found = describeToml(architectures)
    throw keyError(text, path, prefix, 'match-architectures', 'an array of strings', found)
  }
  return architectures === undefined || architectures.includes(arch) ? kargs : []
}

/** Splits a kernel command line at ASCII white space outside double quotes, which stay. */
export function splitKargs(text: string): string[] {
  const items: string[] = []
  let item = ''
  let quoted = false
  for (const char of text) {
    if (char === '"') quoted = !quoted
    if (!quoted && /[ \t\n\f\r]/.test(char)) {
      if (item !== '') items.push(item)
      item = ''
    } else item += char
  }
  if (item !== '') items.push(item)
  return items
}

/** Drops arguments equal to an earlier one: `-` is `_` in keys, values are compared without quotes. */
function unique(items: readonly string[]): string[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const { key, value } = splitArgument(item)
    const name = `${key.replaceAll('-', '_')}\0${value ?? '\0'}`
    const isNew = !seen.has(name)
    seen.add(name)
    return isNew
  })
}

/** Key and value of an argument as the kernel sees them (crate linux-kernel-cmdline): without quotes. */
function splitArgument(item: string): { key: string; value: string | null } {
  const bare = item.startsWith('"') ? item.slice(1).replace(/"$/, '') : item
  const equals = bare.indexOf('=')
  if (equals < 0) return { key: bare, value: null }
  const value = bare.slice(equals + 1)
  const inner = value.startsWith('"') ? value.slice(1) : value
  return { key: bare.slice(0, equals), value: inner.endsWith('"') ? inner.slice(0, -1) : inner }
}

function stop(what: string, path: string): SealscopeError {
  return new SealscopeError({ code: 'kargs', what, where: { path } })
}
