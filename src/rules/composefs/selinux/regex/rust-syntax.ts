import { concat, either, EMPTY, oneByte, type Ast } from './ast'
import { setOf } from './byte-set'
import { PatternError, PatternReader } from './reader'
import { parseRustClass } from './rust-class'
import { readEscape } from './rust-escape'

const NEST_LIMIT = 250
const REPEAT_LIMIT = 0xffffffff

interface Flags {
  i: boolean
  m: boolean
  s: boolean
  x: boolean
  U: boolean
}

/**
 * Parses the syntax of Rust's regex-syntax 0.8 as composefs-rs sets it up: no Unicode, no UTF-8 check, a dot
 * matches all but NUL. Throws `PatternError` where that parser reports an error (the pattern then
 * goes to PCRE2), `unsupported` for what would switch Unicode on.
 */
export function parseRust(pattern: string): Ast {
  const parser = new RustParser(pattern)
  const ast = parser.alternation({ i: false, m: false, s: false, x: false, U: false }, 0)
  if (!parser.reader.end) throw new PatternError('a group is closed that was not opened')
  return ast
}

class RustParser {
  readonly reader: PatternReader

  constructor(pattern: string) {
    this.reader = new PatternReader([...pattern])
  }

  /** Up to the end or the `)` that closes this group; flags set inside hold to its end. */
  alternation(outer: Flags, depth: number): Ast {
    if (depth > NEST_LIMIT) throw new PatternError('groups are nested too deeply')
    const flags = { ...outer }
    const branches: Ast[][] = [[]]
    for (;;) {
      this.skipSpace(flags)
      const char = this.reader.peek()
      if (char === null || char === ')') break
      const branch = branches.at(-1) ?? []
      if (char === '|') {
        this.reader.next()
        branches.push([])
      } else if (char === '(') this.group(branch, flags, depth)
      else if (char === '[') {
        branch.push({ kind: 'bytes', set: parseRustClass(this.reader, flags) })
      } else if (char === '*' || char === '+' || char === '?') this.repeat(branch, flags)
      else if (char === '{') this.count(branch, flags)
      else branch.push(this.primitive(flags))
    }
    return either(branches.map(concat))
  }

  private skipSpace(flags: Flags): void {
    if (!flags.x) return
    for (let char = this.reader.peek(); char !== null; char = this.reader.peek()) {
      if (char === '#') while (!this.reader.end && this.reader.next() !== '\n');
      else if (/\s/.test(char)) this.reader.next()
      else return
    }
  }

  private group(branch: Ast[], flags: Flags, depth: number): void {
    const { reader } = this
    reader.next()
    this.skipSpace(flags)
    if (['?=', '?!', '?<=', '?<!'].some((prefix) => reader.startsWith(prefix))) {
      throw new PatternError('look-around')
    }
    if (reader.take('?P<') || reader.take('?<')) this.name()
    else if (reader.take('?')) {
      const inner = this.flags(flags)
      if (reader.next() === ')') {
        Object.assign(flags, inner)
        // Marks that nothing stands here that could be repeated.
        branch.push(EMPTY)
        return
      }
      return this.closeGroup(branch, this.alternation(inner, depth + 1))
    }
    this.closeGroup(branch, this.alternation(flags, depth + 1))
  }

  private closeGroup(branch: Ast[], ast: Ast): void {
    if (this.reader.next() !== ')') throw new PatternError('a group is not closed')
    branch.push(ast.kind === 'empty' ? { kind: 'concat', items: [] } : ast)
  }

  private readonly names = new Set<string>()

  private name(): void {
    let name = ''
    for (let char = this.reader.next(); char !== '>'; char = this.reader.next()) name += char
    if (!/^[\p{Alphabetic}_][\p{Alphabetic}\p{N}_.[\]]*$/u.test(name) || this.names.has(name)) {
      throw new PatternError('a group name is wrong or taken')
    }
    this.names.add(name)
  }

  /** Flags up to `:` or `)`, which is left. */
  private flags(outer: Flags): Flags {
    const flags = { ...outer }
    const seen = new Set<string>()
    let value = true
    let last = ''
    for (;;) {
      const char = this.reader.peek()
      if (char === null) throw new PatternError('a group is not closed')
      if (char === ':' || char === ')') break
      if (seen.has(char) || !'imsUuRx-'.includes(char)) throw new PatternError('an unknown flag')
      seen.add(char)
      if (char === '-') value = false
      else if (char === 'u' || char === 'R') {
        if (value) throw new PatternError(`the flag ${char}`, true)
      } else flags[char as keyof Flags] = value
      last = char
      this.reader.next()
    }
    if (last === '-' || (last === '' && this.reader.peek() === ')')) {
      throw new PatternError('flags are missing')
    }
    return flags
  }

  private repeat(branch: Ast[], flags: Flags): void {
    const char = this.reader.next()
    this.wrap(branch, flags, char === '+' ? 1 : 0, char === '?' ? 1 : null)
  }

  private count(branch: Ast[], flags: Flags): void {
    const { reader } = this
    reader.next()
    const min = this.decimal()
    let max: number | null = min
    if (reader.take(',')) max = reader.peek() === '}' ? null : this.decimal()
    if (!reader.take('}')) throw new PatternError('a repetition count is not closed')
    if (max !== null && max < min) throw new PatternError('a repetition count is reversed')
    this.wrap(branch, flags, min, max)
  }

  private decimal(): number {
    let digits = ''
    const { reader } = this
    while (/\s/.test(reader.peek() ?? '')) reader.next()
    while (/[0-9]/.test(reader.peek() ?? '')) digits += reader.next()
    while (/\s/.test(reader.peek() ?? '')) reader.next()
    if (digits === '' || Number(digits) > REPEAT_LIMIT) {
      throw new PatternError('a repetition count is not a number')
    }
    return Number(digits)
  }

  private wrap(branch: Ast[], flags: Flags, min: number, max: number | null): void {
    const item = branch.pop()
    if (item === undefined || item === EMPTY) throw new PatternError('nothing to repeat')
    this.skipSpace(flags)
    const lazy = this.reader.take('?')
    branch.push({ kind: 'repeat', item, min, max, lazy: lazy !== flags.U })
  }

  private primitive(flags: Flags): Ast {
    const char = this.reader.next()
    if (char === '.') {
      return { kind: 'bytes', set: flags.s ? setOf([0, 255]) : setOf([1, 255]) }
    }
    if (char === '^') return { kind: 'assert', at: flags.m ? 'line-start' : 'start' }
    if (char === '$') return { kind: 'assert', at: flags.m ? 'line-end' : 'end' }
    if (char !== '\\') return literal(char, null, flags)
    const escape = readEscape(this.reader)
    if (escape.kind === 'char') return literal(escape.char, escape.byte, flags)
    return escape.kind === 'class' ? { kind: 'bytes', set: escape.set } : escape
  }
}

/** A character beyond ASCII stands for its UTF-8 bytes, a byte from `\xHH` for itself. */
function literal(char: string, byte: number | null, flags: Flags): Ast {
  const code = byte ?? char.codePointAt(0) ?? 0
  if (byte !== null || code < 0x80) return oneByte(code, flags.i)
  return concat([...new TextEncoder().encode(char)].map((value) => oneByte(value, flags.i)))
}
