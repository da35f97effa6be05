import { concat, either, lengthOf, NEVER, oneByte, type Ast } from './ast'
import { negate, setOf, type ByteSet } from './byte-set'
import { parsePcreClass, PCRE_CLASSES, posixName, readPcreCode } from './pcre-class'
import { PatternError, PatternReader } from './reader'

const NEST_LIMIT = 250
const REPEAT_LIMIT = 65535
/** PCRE2 10.46 default for look-behind of varying length. */
const BEHIND_LIMIT = 255
const NEWLINES = setOf([0x0a, 0x0d], [0x85, 0x85])

interface Flags {
  i: boolean
  m: boolean
  s: boolean
  x: boolean
  U: boolean
  n: boolean
  J: boolean
}

/**
 * Parses PCRE2's syntax (pcre2pattern(3)) in byte mode with default options. Throws `PatternError`
 * where PCRE2 reports an error, `unsupported` for what this engine cannot evaluate in bounded time or
 * does not know: back-references to the policy's own groups, recursion, conditions, verbs, `\K`.
 */
export function parsePcre(bytes: string): Ast {
  const parser = new PcreParser(bytes)
  const flags = { i: false, m: false, s: false, x: false, U: false, n: false, J: false }
  const ast = parser.alternation(flags, 0)
  if (!parser.reader.end) throw new PatternError('a group is closed that was not opened')
  return ast
}

class PcreParser {
  readonly reader: PatternReader
  private groups = 0
  private readonly names = new Set<string>()
  private quoting = false

  constructor(private readonly bytes: string) {
    this.reader = new PatternReader([...bytes])
  }

  alternation(outer: Flags, depth: number): Ast {
    if (depth > NEST_LIMIT) throw new PatternError('groups are nested too deeply')
    const flags = { ...outer }
    const branches: Ast[][] = [[]]
    for (;;) {
      const branch = branches.at(-1) ?? []
      if (this.quote(branch, flags)) continue
      this.skipSpace(flags)
      const char = this.reader.peek()
      if (char === null || char === ')') break
      this.reader.next()
      if (char === '|') branches.push([])
      else if (char === '(') this.group(branch, flags, depth)
      else this.item(branch, char, flags)
    }
    return either(branches.map(concat))
  }

  /** `\Q…\E`: the next literal byte inside it, or its end. */
  private quote(branch: Ast[], flags: Flags): boolean {
    if (this.reader.take('\\E')) {
      this.quoting = false
      return true
    }
    if (this.reader.take('\\Q')) this.quoting = true
    if (!this.quoting || this.reader.end) return false
    if (this.reader.startsWith('\\E')) return true
    branch.push(oneByte(this.reader.next().charCodeAt(0), flags.i))
    if (!this.reader.startsWith('\\E')) return true
    this.reader.take('\\E')
    this.quoting = false
    this.quantify(branch, flags)
    return true
  }

  private skipSpace(flags: Flags): void {
    for (let char = this.reader.peek(); char !== null; char = this.reader.peek()) {
      if (this.reader.take('(?#')) while (this.reader.next() !== ')');
      else if (flags.x && char === '#') while (!this.reader.end && this.reader.next() !== '\n');
      else if (flags.x && /[\t-\r ]/.test(char)) this.reader.next()
      else return
    }
  }

  private item(branch: Ast[], char: string, flags: Flags): void {
    if ('*+?{'.includes(char)) this.refuseQuantifier(char)
    if (char === '[') branch.push(this.bracket(flags))
    else if (char === '.') branch.push({ kind: 'bytes', set: dot(flags) })
    else if (char === '^') branch.push({ kind: 'assert', at: flags.m ? 'line-start' : 'start' })
    else if (char === '$') branch.push({ kind: 'assert', at: flags.m ? 'line-end' : 'end' })
    else if (char === '\\') branch.push(this.escape(flags))
    else branch.push(oneByte(char.charCodeAt(0), flags.i))
    if (branch.at(-1)?.kind === 'assert') this.refuseRange(flags)
    else this.quantify(branch, flags)
  }

  /** Assertions take no quantifier unless a group is around them. */
  private refuseRange(flags: Flags): void {
    this.skipSpace(flags)
    if (this.range() !== null) throw new PatternError('nothing to repeat')
  }

  /** A quantifier with nothing before it; a `{` that begins none is a character. */
  private refuseQuantifier(char: string): void {
    if (char === '{') {
      this.reader.position--
      if (this.range() === null) {
        this.reader.next()
        return
      }
    }
    throw new PatternError('nothing to repeat')
  }

  private bracket(flags: Flags): Ast {
    if (this.reader.take('[:<:]]')) return { kind: 'assert', at: 'word-start' }
    if (this.reader.take('[:>:]]')) return { kind: 'assert', at: 'word-end' }
    if (posixName(this.reader) !== null) throw new PatternError('a POSIX class outside of a class')
    return { kind: 'bytes', set: parsePcreClass(this.reader, flags.i) }
  }

  /** Applies the quantifiers that follow to the last item. */
  private quantify(branch: Ast[], flags: Flags): void {
    this.skipSpace(flags)
    const range = this.range()
    if (range === null) return
    const item = branch.pop()
    if (item === undefined) throw new PatternError('nothing to repeat')
    const possessive = this.reader.take('+')
    const lazy = !possessive && this.reader.take('?')
    const repeat: Ast = { kind: 'repeat', item, ...range, lazy: lazy !== flags.U }
    branch.push(possessive ? { kind: 'atomic', item: repeat } : repeat)
    this.skipSpace(flags)
    if (this.range() !== null) throw new PatternError('nothing to repeat')
  }

  private range(): { min: number; max: number | null } | null {
    const { reader } = this
    if (reader.take('*')) return { min: 0, max: null }
    if (reader.take('+')) return { min: 1, max: null }
    if (reader.take('?')) return { min: 0, max: 1 }
    const match = /^\{ *(\d*) *(?:(,) *(\d*) *)?\}/.exec(reader.rest(40))
    if (match === null) return null
    const [text, from = '', comma, to = ''] = match
    if (from === '' && (comma === undefined || to === '')) return null
    reader.position += text.length
    const min = Number(from === '' ? '0' : from)
    const max = comma === undefined ? min : to === '' ? null : Number(to)
    if (min > REPEAT_LIMIT || (max ?? 0) > REPEAT_LIMIT || (max !== null && max < min)) {
      throw new PatternError('a repetition count is wrong')
    }
    return { min, max }
  }

  private group(branch: Ast[], flags: Flags, depth: number): void {
    const { reader } = this
    if (reader.startsWith('*')) throw new PatternError('a (*VERB)', true)
    const look = ['?=', '?!', '?<=', '?<!'].find((prefix) => reader.take(prefix))
    if (look !== undefined) branch.push(this.look(look, flags, depth))
    else if (reader.take('?>')) {
      branch.push({ kind: 'atomic', item: this.rest(flags, depth) })
    } else if (reader.take('?|')) branch.push(this.rest(flags, depth))
    else if (reader.startsWith('?')) {
      reader.next()
      if (!this.special(branch, flags, depth)) return
    } else {
      if (!flags.n) this.groups++
      branch.push(this.rest(flags, depth))
    }
    this.quantify(branch, flags)
  }

  /** Named groups and flags; false when only flags were set. */
  private special(branch: Ast[], flags: Flags, depth: number): boolean {
    const { reader } = this
    const named = /^(?:P?<|')([A-Za-z_]\w{0,31})[>']/.exec(reader.rest(40))
    if (named !== null) {
      reader.position += named[0].length
      this.groups++
      this.addName(named[1] ?? '', flags)
      branch.push(this.rest(flags, depth))
      return true
    }
    const match = /^(\^?)([imsxnJU]*)(?:-([imsxnJU]*))?([:)])/.exec(reader.rest(40))
    if (match === null) throw new PatternError('a group of an unknown kind', true)
    const [text, reset = '', on = '', off = '', end] = match
    reader.position += text.length
    const inner = { ...flags }
    if (reset !== '') Object.assign(inner, { i: false, m: false, s: false, x: false, n: false })
    for (const flag of on) inner[flag as keyof Flags] = true
    for (const flag of off) inner[flag as keyof Flags] = false
    if (end === ')') {
      Object.assign(flags, inner)
      return false
    }
    branch.push(this.rest(inner, depth))
    return true
  }

  private addName(name: string, flags: Flags): void {
    if (this.names.has(name) && !flags.J) throw new PatternError('two groups of the same name')
    this.names.add(name)
  }

  private rest(flags: Flags, depth: number): Ast {
    const ast = this.alternation(flags, depth + 1)
    if (!this.reader.take(')')) throw new PatternError('a group is not closed')
    return ast
  }

  private look(kind: string, flags: Flags, depth: number): Ast {
    const item = this.rest(flags, depth)
    const negative = kind.endsWith('!')
    if (!kind.includes('<')) return { kind: 'look', item, behind: null, negative }
    const { min, max } = lengthOf(item)
    if (max === null || max > BEHIND_LIMIT || !hasLimit(item)) {
      throw new PatternError('a look-behind of no fixed length')
    }
    return { kind: 'look', item, behind: { min, max }, negative }
  }

  private escape(flags: Flags): Ast {
    const { reader } = this
    const char = reader.next()
    const set = PCRE_CLASSES.get(char)
    if (set !== undefined) return { kind: 'bytes', set }
    if (/[1-9]/.test(char)) return this.reference(char, flags)
    switch (char) {
      case 'A':
      case 'G':
        return { kind: 'assert', at: 'start' }
      case 'z':
      case 'Z':
        return { kind: 'assert', at: 'end' }
      case 'b':
        return { kind: 'assert', at: 'word-boundary' }
      case 'B':
        return { kind: 'assert', at: 'no-word-boundary' }
      case 'C':
        return { kind: 'bytes', set: setOf([0, 255]) }
      case 'N':
        return { kind: 'bytes', set: negate(setOf([10, 10])) }
      case 'R':
        return newline()
    }
    return oneByte(readPcreCode(reader, char), flags.i)
  }

  /**
   * `\1` is the group around the whole expression, which is still open and so never set. Two and
   * more digits are octal when there are not that many groups.
   */
  private reference(first: string, flags: Flags): Ast {
    const { reader } = this
    const digits = /^\d*/.exec(first + reader.rest(4))?.[0] ?? first
    const number = Number(digits)
    if (number === 1) return NEVER
    if (number < 10 || number <= this.countGroups()) {
      reader.position += digits.length - 1
      throw new PatternError(`the back-reference \\${digits}`, true)
    }
    const octal = /^[0-7]{1,3}/.exec(first + reader.rest(2))?.[0]
    if (octal === undefined) return oneByte(first.charCodeAt(0), flags.i)
    reader.position += octal.length - 1
    return oneByte(parseInt(octal, 8) & 0xff, flags.i)
  }

  /** An upper bound is enough: more digits than parentheses cannot be a reference. */
  private countGroups(): number {
    return this.bytes.split('(').length - 1
  }
}

/** Whether PCRE2 finds a limit for what is looked behind: no group that is never set, no endless repetition. */
function hasLimit(ast: Ast): boolean {
  if (ast.kind === 'never') return false
  if (ast.kind === 'concat' || ast.kind === 'either') return ast.items.every(hasLimit)
  if (ast.kind === 'repeat') return ast.max !== null && hasLimit(ast.item)
  return ast.kind !== 'atomic' || hasLimit(ast.item)
}

function dot(flags: Flags): ByteSet {
  return flags.s ? setOf([0, 255]) : negate(setOf([10, 10]))
}

/** `\R`: CR LF as one, or one of the line breaks. */
function newline(): Ast {
  const item = either([
    concat([oneByte(13, false), oneByte(10, false)]),
    { kind: 'bytes', set: NEWLINES },
  ])
  return { kind: 'atomic', item }
}
