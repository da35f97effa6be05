import { SealscopeError } from '../bytes/error'
import type { VerityAlgorithm } from '../kernels/kernels'
import { emptyDirectory, splitPath } from '../tree/merge'
import type { ByteString, Directory, Leaf, Node, Stat } from '../tree/node'
import { sortedEntries } from '../tree/walk'
import { MODE_BITS } from './erofs/inode'

const LINE_LIMIT = 1 << 20
const ORIGIN = { layer: -1, entry: -1 }
const TYPES: ReadonlyMap<number, string> = new Map(
  Object.entries(MODE_BITS).map(([kind, bits]) => [bits, kind]),
)

/**
 * The composefs dumpfile of a tree (composefs-dump(5)), one line an entry, ended by a line break;
 * the same bytes as `cfsctl oci dump` for a transformed tree.
 */
export function* dumpLines(root: Directory, algorithm: VerityAlgorithm): Generator<string> {
  const links = new Map<Leaf, number>()
  forEachLeaf(root, (leaf) => links.set(leaf, (links.get(leaf) ?? 0) + 1))
  const first = new Map<Leaf, ByteString>()
  const stack: [ByteString, Node][] = [['/', root]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, node] = next
    if (node.kind === 'dir') {
      yield directoryLine(path, node)
      const prefix = path === '/' ? '/' : `${path}/`
      for (const [name, child] of sortedEntries(node).reverse()) stack.push([prefix + name, child])
      continue
    }
    const known = first.get(node)
    if (known === undefined) first.set(node, path)
    yield known === undefined
      ? leafLine(path, node, links.get(node) ?? 1, algorithm)
      : `${field(path)} 0 @120000 - - - - 0.0 ${field(known)} - -\n`
  }
}

function forEachLeaf(root: Directory, visit: (leaf: Leaf) => void): void {
  const stack = [root]
  for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
    for (const child of directory.entries.values()) {
      if (child.kind === 'dir') stack.push(child)
      else visit(child)
    }
  }
}

function directoryLine(path: ByteString, node: Directory): string {
  let links = 2
  for (const child of node.entries.values()) if (child.kind === 'dir') links++
  return line(path, 0, node, links, 0, '-', '-', '-')
}

function leafLine(path: ByteString, node: Leaf, links: number, algorithm: VerityAlgorithm): string {
  if (node.kind === 'file') return fileLine(path, node, links, algorithm)
  if (node.kind === 'symlink') {
    return line(path, node.target.length, node, links, 0, field(node.target), '-', '-')
  }
  if (node.kind === 'char' || node.kind === 'block') {
    return line(path, 0, node, links, rdev(node.major, node.minor), '-', '-', '-')
  }
  return line(path, 0, node, links, 0, '-', '-', '-')
}

function fileLine(
  path: ByteString,
  node: Extract<Leaf, { kind: 'file' }>,
  links: number,
  algorithm: VerityAlgorithm,
): string {
  const { size, inline, verity } = node.content
  if (inline !== null) {
    const content = inline.length === 0 ? '-' : field(String.fromCharCode(...inline))
    return line(path, size, node, links, 0, '-', content, '-')
  }
  const digest = verity[algorithm] ?? '-'
  const object = `${digest.slice(0, 2)}/${digest.slice(2)}`
  return line(path, size, node, links, 0, object, '-', digest)
}

function line(
  path: ByteString,
  size: number,
  node: Node,
  links: number,
  device: number,
  payload: string,
  content: string,
  digest: string,
): string {
  const { stat } = node
  const mode = ((stat.mode & 0o7777) | MODE_BITS[node.kind]).toString(8)
  const head = `${field(path)} ${size} ${mode} ${links} ${stat.uid} ${stat.gid} ${device}`
  const xattrs = [...stat.xattrs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${escape(name, '=')}=${escape(value, '=')}`)
  const time = `${stat.mtimeSec}.${stat.mtimeNsec}`
  return `${head} ${time} ${payload} ${content} ${digest}${xattrs.join('')}\n`
}

function rdev(major: number, minor: number): number {
  return (((major & 0xfff) << 8) | ((minor & 0xfff00) << 12) | (minor & 0xff)) >>> 0
}

function field(text: ByteString): string {
  if (text === '') return '-'
  return text === '-' ? '\\x2d' : escape(text, '')
}

const NAMED: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escape(text: ByteString, also: string): string {
  let result = ''
  for (const char of text) {
    const code = char.charCodeAt(0)
    if (NAMED[char] !== undefined) result += NAMED[char]
    else if (code < 0x21 || code > 0x7e || (also !== '' && char === also)) {
      result += `\\x${code.toString(16).padStart(2, '0')}`
    } else result += char
  }
  return result
}

/**
 * Parses a dumpfile (composefs-dump(5)) given as a byte string. Digests of 64 hex digits are taken
 * as SHA-256, of 128 as SHA-512. Errors name the line.
 */
export function parseDumpfile(text: ByteString): Directory {
  const parser = new DumpParser()
  let number = 0
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    const stop = end < 0 ? text.length : end
    number++
    if (stop - at > LINE_LIMIT)
      throw bad(number, 'a dumpfile line is too long', `${LINE_LIMIT} bytes`)
    if (stop > at) parser.add(text.slice(at, stop), number)
    at = stop + 1
  }
  if (parser.root === null) throw bad(number, 'a dumpfile has no line for the root', '`/ …` first')
  return parser.root
}

class DumpParser {
  root: Directory | null = null

  add(text: string, number: number): void {
    const fields = text.split(' ')
    if (fields.length < 11) throw bad(number, 'a dumpfile line is short', '11 fields')
    const path = unescapeField(fields[0] ?? '', number)
    if (!path.startsWith('/')) throw bad(number, 'a path is not absolute', 'a leading slash')
    const parts = splitPath(path)
    const mode = fields[2] ?? ''
    const node = mode.startsWith('@')
      ? this.linked(unescapeField(fields[8] ?? '', number), number)
      : parseNode(fields, number)
    const name = parts.pop()
    if (name === undefined) {
      if (node.kind !== 'dir') throw bad(number, 'the root is no directory', 'mode 40…')
      this.root = node
      return
    }
    this.parent(parts, number).entries.set(name, node)
  }

  private parent(parts: readonly string[], number: number): Directory {
    let at: Node | undefined = this.root ?? undefined
    for (const part of parts) at = at?.kind === 'dir' ? at.entries.get(part) : undefined
    if (at?.kind !== 'dir') throw bad(number, 'the parent of a path is missing', 'its line before')
    return at
  }

  private linked(target: ByteString, number: number): Leaf {
    let at: Node | undefined = this.root ?? undefined
    for (const part of splitPath(target)) at = at?.kind === 'dir' ? at.entries.get(part) : undefined
    if (at === undefined || at.kind === 'dir') {
      throw bad(number, 'the target of a hard link is missing', 'a file before')
    }
    return at
  }
}

function parseNode(fields: readonly string[], number: number): Node {
  const mode = parseNumber(fields[2] ?? '', 8, number)
  const kind = TYPES.get(mode & 0o170000)
  const stat = parseStat(fields, mode, number)
  const size = parseNumber(fields[1] ?? '', 10, number)
  switch (kind) {
    case 'dir':
      return { ...emptyDirectory(ORIGIN), stat }
    case 'symlink':
      return { kind, stat, origin: ORIGIN, target: unescapeField(fields[8] ?? '', number) }
    case 'fifo':
    case 'socket':
      return { kind, stat, origin: ORIGIN }
    case 'char':
    case 'block': {
      const device = parseNumber(fields[6] ?? '', 10, number)
      const major = (device >>> 8) & 0xfff
      const minor = ((device >>> 12) & 0xfff00) | (device & 0xff)
      return { kind, stat, origin: ORIGIN, major, minor }
    }
    case 'file':
      return { kind, stat, origin: ORIGIN, content: parseContent(fields, size, number) }
    default:
      throw bad(number, 'a mode has no known file type', 'file, directory, link or device')
  }
}

function parseStat(fields: readonly string[], mode: number, number: number): Stat {
  const [seconds = '', nanos = '0'] = (fields[7] ?? '').split('.')
  const xattrs = new Map<ByteString, ByteString>()
  for (const item of fields.slice(11)) {
    const equals = item.indexOf('=')
    if (equals < 0) throw bad(number, 'an xattr has no value', 'NAME=VALUE')
    xattrs.set(unescape(item.slice(0, equals), number), unescape(item.slice(equals + 1), number))
  }
  return {
    mode: mode & 0o7777,
    uid: parseNumber(fields[4] ?? '', 10, number),
    gid: parseNumber(fields[5] ?? '', 10, number),
    mtimeSec: seconds.startsWith('-')
      ? -parseNumber(seconds.slice(1), 10, number)
      : parseNumber(seconds, 10, number),
    mtimeNsec: parseNumber(nanos, 10, number),
    xattrs,
  }
}

function parseContent(
  fields: readonly string[],
  size: number,
  number: number,
): Extract<Leaf, { kind: 'file' }>['content'] {
  const digest = fields[10] ?? '-'
  if (digest === '-') {
    const text = fields[9] === '-' ? '' : unescape(fields[9] ?? '', number)
    if (text.length !== size) throw bad(number, 'inline content has another size', `${size} bytes`)
    const inline = Uint8Array.from(text, (char) => char.charCodeAt(0))
    return { size, inline, verity: { sha512: null, sha256: null } }
  }
  if (!/^([0-9a-f]{64}|[0-9a-f]{128})$/.test(digest)) {
    throw bad(number, 'a digest cannot be read', '64 or 128 hex digits')
  }
  const wide = digest.length === 128
  return {
    size,
    inline: null,
    verity: { sha512: wide ? digest : null, sha256: wide ? null : digest },
  }
}

function parseNumber(text: string, base: 8 | 10, line: number): number {
  if (!(base === 8 ? /^[0-7]{1,12}$/ : /^[0-9]{1,20}$/).test(text)) {
    throw bad(line, 'a number cannot be read', base === 8 ? 'octal digits' : 'decimal digits')
  }
  return parseInt(text, base)
}

function unescapeField(text: string, line: number): ByteString {
  return text === '-' ? '' : unescape(text, line)
}

const LETTERS: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }

function unescape(text: string, line: number): ByteString {
  return text.replace(/\\(x[0-9a-fA-F]{2}|[^])?/g, (_, code: string | undefined) => {
    if (code?.startsWith('x') && code.length === 3) {
      return String.fromCharCode(parseInt(code.slice(1), 16))
    }
    const letter = code === undefined ? undefined : LETTERS[code]
    if (letter === undefined)
      throw bad(line, 'an escape is unknown', '\\n, \\r, \\t, \\\\ or \\xHH')
    return letter
  })
}

function bad(line: number, what: string, expected: string): SealscopeError {
  return new SealscopeError({ code: 'dumpfile', what, where: { line }, expected })
}
