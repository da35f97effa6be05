import { SealscopeError } from '../../../base/error'
import { resolve } from '../../../image/tree/lookup'
import type { Directory, Node } from '../../../image/tree/node'
import { bootcText, stopped } from './lint-stop'
import {
  decodeUtf8,
  entriesWithExtension,
  openDirectory,
  type ContentReader,
} from '../../../image/tree/reader'

export const SYSUSERS_FOLDER = 'usr/lib/sysusers.d'
const SPACE = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const LEADING_SPACE = new RegExp(`^${SPACE}+`)
const FIRST_SPACE = new RegExp(SPACE)

/** Names in /etc/passwd and /etc/group that no sysusers.d line declares, sorted. */
export interface UndeclaredNames {
  users: string[]
  groups: string[]
}

/** bootc sysusers/lib.rs `analyze`: null when there is no /etc/passwd. Throws where bootc stops. */
export function undeclaredNames(root: Directory, reader: ContentReader): UndeclaredNames | null {
  const users = loadNames(root, reader, 'passwd', 7, [2, 3])
  if (users === null) return null
  const groups = loadNames(root, reader, 'group', 4, [2])
  if (groups === null) {
    throw stopped('Failed to load etc/group: No such file or directory (os error 2)')
  }
  const declared = readSysusers(root, reader)
  const missing = (names: Set<string>, known: Set<string>) =>
    [...names].filter((name) => !known.has(name)).sort(byCodePoint)
  return { users: missing(users, declared.users), groups: missing(groups, declared.groups) }
}

/** First fields of /etc/passwd or /etc/group; `numbers` are the fields that must be u32. */
function loadNames(
  root: Directory,
  reader: ContentReader,
  database: 'passwd' | 'group',
  fields: number,
  numbers: readonly number[],
): Set<string> | null {
  const prefix = `Failed to load etc/${database}: `
  const node = attempt(prefix, () => resolve(root, `etc/${database}`, 'beneath'))
  if (node === undefined) return null
  const names = new Set<string>()
  for (const [index, line] of lines(node, reader).entries()) {
    if (line === null) throw stopped(`${prefix}failed to read ${database} entry at line ${index}`)
    if (line === '' || /^[#+-]/.test(line)) continue
    const parts = line.split(':')
    const valid = parts.length >= fields && numbers.every((at) => isU32(parts[at] ?? ''))
    if (!valid) {
      const what = `failed to parse ${database} entry at line ${index}, content: ${line}`
      throw stopped(prefix + what)
    }
    names.add(parts[0] ?? '')
  }
  return names
}

function readSysusers(
  root: Directory,
  reader: ContentReader,
): { users: Set<string>; groups: Set<string> } {
  const users = new Set<string>()
  const groups = new Set<string>()
  const folder = attempt('I/O error: ', () => openDirectory(root, SYSUSERS_FOLDER))
  if (folder === null) return { users, groups }
  for (const [name] of entriesWithExtension(folder, 'conf')) {
    const node = attempt('I/O error: ', () => resolve(folder, name, 'beneath'))
    if (node === undefined) throw stopped('I/O error: No such file or directory (os error 2)')
    if (node.kind === 'dir') throw stopped('I/O error: Is a directory (os error 21)')
    for (const line of lines(node, reader)) {
      if (line === null) throw stopped('I/O error: stream did not contain valid UTF-8')
      if (line === '' || line.startsWith('#')) continue
      const entry = parseSysusersLine(line)
      if (entry === 'malformed') {
        const what = `Failed to parse sysusers entry: ${line}`
        const file = decodeUtf8(name) ?? name
        throw stopped(`Failed to parse sysusers entry from ${file}: ${what}`)
      }
      if (entry?.kind === 'user') users.add(entry.name)
      if (entry !== null) groups.add(entry.name)
    }
  }
  return { users, groups }
}

type SysusersEntry = { kind: 'user' | 'group'; name: string }

/** One line of sysusers.d; null for types that declare no name (bootc sysusers/lib.rs `parse`). */
export function parseSysusersLine(line: string): SysusersEntry | null | 'malformed' {
  const type = nextToken(line)
  if (type === null) return 'malformed'
  if (type.token === 'r') return isRange(type.rest) ? null : 'malformed'
  const isUser = type.token === 'u' || type.token === 'u!'
  if (!isUser && type.token !== 'g') return null
  const name = nextToken(type.rest)
  if (name === null) return 'malformed'
  const id = nextToken(name.rest)?.token ?? '-'
  const valid = id === '-' || (isUser ? isUserId(id) : isIdSource(id))
  return valid ? { kind: isUser ? 'user' : 'group', name: name.token } : 'malformed'
}

/** The next word, or a text in double quotes; null at the end and for open or empty quotes. */
function nextToken(text: string): { token: string; rest: string } | null {
  const from = text.replace(LEADING_SPACE, '')
  if (from.startsWith('"')) {
    const end = from.indexOf('"', 1)
    return end <= 1 ? null : { token: from.slice(1, end), rest: from.slice(end + 1) }
  }
  const space = from.search(FIRST_SPACE)
  const end = space < 0 ? from.length : space
  return end === 0 ? null : { token: from.slice(0, end), rest: from.slice(end) }
}

function isRange(text: string): boolean {
  const name = nextToken(text)
  const range = name === null ? null : nextToken(name.rest)
  if (range === null) return false
  const dash = range.token.indexOf('-')
  return dash >= 0 && isU32(range.token.slice(0, dash)) && isU32(range.token.slice(dash + 1))
}

function isUserId(id: string): boolean {
  const colon = id.indexOf(':')
  const [user, group] = colon < 0 ? [id, id] : [id.slice(0, colon), id.slice(colon + 1)]
  return (user === '-' || isIdSource(user)) && isGroupReference(group)
}

function isIdSource(text: string): boolean {
  return text.startsWith('/') || isU32(text)
}

function isGroupReference(text: string): boolean {
  return !/^[0-9]*$/.test(text) || isU32(text)
}

/** Rust's `u32::from_str`. */
function isU32(text: string): boolean {
  return /^\+?[0-9]+$/.test(text) && Number(text) <= 0xffffffff
}

/** Lines as Rust's `BufRead::lines` gives them; null for one that is not UTF-8, the last then. */
function lines(node: Node, reader: ContentReader): (string | null)[] {
  if (node.kind === 'dir') return [null]
  if (node.kind !== 'file') return []
  const result: (string | null)[] = []
  const bytes = reader.bytes(node)
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline
    const text = decodeStrict(bytes.subarray(start, end))
    result.push(text === null || newline < 0 ? text : text.replace(/\r$/, ''))
    if (text === null) break
    start = end + 1
  }
  return result
}

function decodeStrict(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

function attempt<T>(prefix: string, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof SealscopeError) throw stopped(prefix + bootcText(thrown), thrown)
    throw thrown
  }
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const one = left[index]?.codePointAt(0) ?? 0
    const two = right[index]?.codePointAt(0) ?? 0
    if (one !== two) return one - two
  }
  return left.length - right.length
}
