import { addAll, emptySet, foldCase, negate, POSIX, setOf, type ByteSet } from './byte-set'
import { PatternError, type PatternReader } from './reader'
import { readEscape } from './rust-escape'

const NEST_LIMIT = 250

/**
 * A bracketed class of regex-syntax 0.8 without Unicode: nested classes, `&&`, `--`, `~~`, POSIX
 * names; characters beyond ASCII are an error (the pattern then goes to PCRE2).
 */
export function parseRustClass(reader: PatternReader, flags: { i: boolean; x: boolean }): ByteSet {
  return new RustClass(reader, flags).open(0)
}

class RustClass {
  constructor(
    private readonly reader: PatternReader,
    private readonly flags: { i: boolean; x: boolean },
  ) {}

  open(depth: number): ByteSet {
    if (depth > NEST_LIMIT) throw new PatternError('classes are nested too deeply')
    const { reader } = this
    reader.next()
    this.space()
    const negated = reader.take('^')
    this.space()
    let union = emptySet()
    let first = true
    for (; reader.take('-'); this.space(), first = false) union[0x2d] = 1
    if (first && reader.take(']')) union[0x5d] = 1
    let left: ByteSet | null = null
    let operator = ''
    for (;;) {
      this.space()
      if (reader.end) throw new PatternError('a class is not closed')
      if (reader.take(']')) break
      const found = ['&&', '--', '~~'].find((text) => reader.take(text))
      if (found !== undefined) {
        left = left === null ? union : combine(left, operator, union)
        operator = found
        union = emptySet()
      } else if (reader.peek() === '[') {
        addAll(union, this.posix() ?? this.open(depth + 1))
      } else addAll(union, this.range())
    }
    const set = left === null ? union : combine(left, operator, union)
    return negated ? negate(set) : set
  }

  private space(): void {
    if (this.flags.x) while (/\s/.test(this.reader.peek() ?? '')) this.reader.next()
  }

  /** `[:alpha:]`; a wrong name makes it a nested class. */
  private posix(): ByteSet | null {
    const match = /^\[:(\^?)([a-z]+):\]/.exec(this.reader.rest(16))
    const set = POSIX.get(match?.[2] ?? '')
    if (match === null || set === undefined) return null
    this.reader.position += match[0].length
    const folded = this.flags.i ? foldCase(set) : set
    return match[1] === '' ? folded : negate(folded)
  }

  private range(): ByteSet {
    const { reader } = this
    const from = this.item()
    this.space()
    const after = reader.peek(1)
    if (reader.peek() !== '-' || after === ']' || after === '-') return this.fold(from)
    reader.next()
    this.space()
    const to = this.item()
    if (typeof from !== 'number' || typeof to !== 'number' || to < from) {
      throw new PatternError('a range of a class is wrong')
    }
    return this.fold(setOf([from, to]))
  }

  private fold(item: ByteSet | number): ByteSet {
    if (typeof item !== 'number') return this.flags.i ? foldCase(item) : item
    const set = setOf([item, item])
    return this.flags.i ? foldCase(set) : set
  }

  private item(): ByteSet | number {
    const char = this.reader.next()
    if (char !== '\\') return asciiOf(char)
    const escape = readEscape(this.reader)
    if (escape.kind === 'class') return escape.set
    if (escape.kind === 'assert') throw new PatternError('an assertion in a class')
    return escape.byte ?? asciiOf(escape.char)
  }
}

function asciiOf(char: string): number {
  const code = char.codePointAt(0) ?? 0
  if (code > 0x7f) throw new PatternError('a character beyond ASCII in a class')
  return code
}

function combine(left: ByteSet, operator: string, right: ByteSet): ByteSet {
  return left.map((flag, byte) => {
    const other = right[byte] ?? 0
    if (operator === '&&') return flag & other
    return operator === '--' ? flag & (1 - other) : flag ^ other
  })
}
