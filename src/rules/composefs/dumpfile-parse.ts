import { SealscopeError } from '../../base/error'
import { toBytes, type ByteString } from '../../base/byte-string'
import { emptyDirectory } from '../../image/tree/create'
import type { Directory, FileContent, Leaf, Node, Stat } from '../../image/tree/node'
import { splitPath } from '../../image/tree/path'
import { MODE_BITS } from './erofs/inode'

/** Longest line, and most bytes of a file that may stand in it. */
const LINE_LIMIT = 1 << 20
const INLINE_LIMIT = 1 << 16
/** Longest path (composefs-rs dumpfile_parse.rs). */
const PATH_LIMIT = 4096
const FIELDS = 11
/** Nodes of a dumpfile come from no layer. */
const NOWHERE = { layer: -1, entry: -1 }
const KINDS: ReadonlyMap<number, string> = new Map(
  Object.entries(MODE_BITS).map(([kind, bits]) => [bits, kind]),
)

/**
 * Parses a dumpfile (composefs-dump(5)) given as a byte string. Digests of 64 hex digits are taken
 * as SHA-256, of 128 as SHA-512. Throws a `SealscopeError` that names the line.
 */
export function parseDumpfile(text: ByteString, source?: string): Directory {
  const parser = new DumpParser(source)
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    parser.add(text, at, end)
    at = end + 1
  }
  return parser.finish()
}

/** Whether bytes begin as a dumpfile does: with the line of the root, `/ SIZE MODE …`. */
export function isDumpfile(head: Uint8Array): boolean {
  return /^\/ \d{1,20} 4\d{4} /.test(String.fromCharCode(...head.subarray(0, 64)))
}

class DumpParser {
  private root: Directory | null = null
  private line = 0
  private fields: string[] = []

  constructor(private readonly source: string | undefined) {}

  add(text: string, from: number, to: number): void {
    this.line++
    if (to - from > LINE_LIMIT) {
      throw this.bad('a dumpfile line is too long', `${LINE_LIMIT} bytes`, `${to - from}`)
    }
    const line = text.slice(from, to)
    if (line.trim() === '') return
    this.fields = line.split(' ')
    if (this.fields.length < FIELDS) {
      throw this.bad('a dumpfile line is short', `${FIELDS} fields`, `${this.fields.length}`)
    }
    const path = this.path(0)
    if (path === '/') this.addRoot()
    else this.addNode(path)
  }

  finish(): Directory {
    if (this.root === null) throw this.bad('a dumpfile is empty', 'a line for `/`', 'none')
    return this.root
  }

  private addRoot(): void {
    const node = this.node()
    if (node.kind !== 'dir') throw this.bad('the root is no directory', 'mode 40…', node.kind)
    if (this.root === null) this.root = node
    else this.root.stat = node.stat
  }

  private addNode(path: ByteString): void {
    const parts = splitPath(path)
    const name = parts.pop() ?? ''
    const parent = this.find(parts)
    if (parent?.kind !== 'dir') {
      throw this.bad('the parent of a path is missing', 'its line before', path.slice(0, 200))
    }
    const linked = this.field(2).startsWith('@')
    parent.entries.set(name, linked ? this.linked() : this.node())
  }

  private find(parts: readonly string[]): Node | undefined {
    let at: Node | undefined = this.root ?? undefined
    for (const part of parts) at = at?.kind === 'dir' ? at.entries.get(part) : undefined
    return at
  }

  private linked(): Leaf {
    const target = this.path(8)
    const found = this.find(splitPath(target))
    if (found !== undefined && found.kind !== 'dir') return found
    throw this.bad('the target of a hard link is missing', 'a file before', target.slice(0, 200))
  }

  private node(): Node {
    const mode = this.number(2, 8)
    const kind = KINDS.get(mode & 0o170000)
    const base = { stat: this.stat(mode), origin: NOWHERE }
    const size = this.number(1)
    switch (kind) {
      case 'dir':
        return { ...emptyDirectory(NOWHERE), stat: base.stat }
      case 'symlink':
        return { kind, ...base, target: this.text(8) }
      case 'fifo':
      case 'socket':
        return { kind, ...base }
      case 'char':
      case 'block':
        return { kind, ...base, ...this.device() }
      case 'file':
        return { kind, ...base, content: this.content(size) }
      default:
        throw this.bad('a mode has no known file type', 'file, directory, link or device', this.field(2)) // prettier-ignore
    }
  }

  private device(): { major: number; minor: number } {
    const device = this.number(6)
    if (device > 0xffffffff) {
      throw this.bad('a device number does not fit 32 bits', 'up to 4294967295', `${device}`)
    }
    const minor = ((device >>> 12) & 0xfff00) | (device & 0xff)
    return { major: (device >>> 8) & 0xfff, minor }
  }

  private stat(mode: number): Stat {
    const match = /^(-?)(\d{1,16})\.(\d{1,9})$/.exec(this.field(7))
    if (match === null) throw this.bad('a time cannot be read', 'SECONDS.NANOSECONDS', this.field(7)) // prettier-ignore
    const [, sign, seconds, nanos] = match
    const xattrs = new Map<ByteString, ByteString>()
    for (let at = FIELDS; at < this.fields.length; at++) {
      const item = this.field(at)
      const equals = item.indexOf('=')
      if (equals < 0) throw this.bad('an xattr has no value', 'NAME=VALUE', item.slice(0, 80))
      xattrs.set(this.unescape(item.slice(0, equals)), this.unescape(item.slice(equals + 1)))
    }
    return {
      mode: mode & 0o7777,
      uid: this.number(4),
      gid: this.number(5),
      mtimeSec: Number(seconds) * (sign === '-' ? -1 : 1),
      mtimeNsec: Number(nanos),
      xattrs,
    }
  }

  private content(size: number): FileContent {
    const digest = this.field(10)
    if (digest === '-' && this.field(8) === '-') {
      const inline = toBytes(this.text(9))
      if (inline.length === size && size <= INLINE_LIMIT) {
        return { size, inline, verity: { sha512: null, sha256: null } }
      }
      throw this.bad('inline content has another size', `${size} bytes`, `${inline.length}`)
    }
    if (!/^(?:[0-9a-f]{64}|[0-9a-f]{128})$/.test(digest)) {
      throw this.bad('a digest cannot be read', '64 or 128 hex digits', digest.slice(0, 140))
    }
    const wide = digest.length === 128
    const verity = { sha512: wide ? digest : null, sha256: wide ? null : digest }
    return { size, inline: null, verity }
  }

  private field(at: number): string {
    return this.fields[at] ?? ''
  }

  private number(at: number, base: 8 | 10 = 10): number {
    const text = this.field(at)
    const digits = base === 8 ? /^[0-7]{1,12}$/ : /^[0-9]{1,16}$/
    const value = parseInt(text, base)
    if (digits.test(text) && Number.isSafeInteger(value)) return value
    const expected = base === 8 ? 'octal digits' : 'a decimal number up to 2^53'
    throw this.bad('a number cannot be read', expected, text.slice(0, 40))
  }

  /** A canonical absolute path. */
  private path(at: number): ByteString {
    const path = this.text(at)
    const wrong = path.length > PATH_LIMIT || /\0|\/\/|.\/$|\/\.\.?(?:\/|$)/.test(path)
    if (path.startsWith('/') && !wrong) return path
    throw this.bad('a path is not canonical', `an absolute path of at most ${PATH_LIMIT} bytes without empty parts, . and ..`, path.slice(0, 200)) // prettier-ignore
  }

  private text(at: number): ByteString {
    const field = this.field(at)
    return field === '-' ? '' : this.unescape(field)
  }

  private unescape(text: string): ByteString {
    if (!text.includes('\\')) return text
    return text.replace(/\\(x[0-9a-fA-F]{2}|[^])?/g, (_, code: string | undefined) => {
      if (code !== undefined && code.length === 3) {
        return String.fromCharCode(parseInt(code.slice(1), 16))
      }
      const letter = LETTERS[code ?? '']
      if (letter !== undefined) return letter
      throw this.bad('an escape is unknown', '\\n, \\r, \\t, \\\\ or \\xHH', `\\${code ?? ''}`)
    })
  }

  private bad(what: string, expected: string, found: string): SealscopeError {
    const where = { line: this.line, ...(this.source === undefined ? {} : { source: this.source }) }
    return new SealscopeError({ code: 'dumpfile', what, where, expected, found })
  }
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }
