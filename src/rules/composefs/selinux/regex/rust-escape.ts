import type { Assertion } from './ast'
import { negate, PERL, type ByteSet } from './byte-set'
import { PatternError, type PatternReader } from './reader'

const META = '\\.+*?()|[]{}^$#&-~'
const WORD_BOUNDARIES: ReadonlyMap<string, Assertion> = new Map([
  ['start', 'word-start'],
  ['end', 'word-end'],
  ['start-half', 'word-start-half'],
  ['end-half', 'word-end-half'],
])
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }

/** One escape: a literal (a byte beyond 0x7f only from `\xHH`), a class or an assertion. */
export type Escape =
  | { kind: 'char'; char: string; byte: number | null }
  | { kind: 'class'; set: ByteSet }
  | { kind: 'assert'; at: Assertion }

/** What follows a backslash in the syntax of regex-syntax 0.8, inside classes and outside. */
export function readEscape(reader: PatternReader): Escape {
  const char = reader.next()
  const lower = char.toLowerCase()
  if (lower === 'd' || lower === 's' || lower === 'w') {
    return { kind: 'class', set: char === lower ? PERL[lower] : negate(PERL[lower]) }
  }
  if (char === 'x' || char === 'u' || char === 'U') return readHex(reader, char)
  const control = CONTROL[char]
  if (control !== undefined) {
    return { kind: 'char', char: String.fromCharCode(control), byte: null }
  }
  switch (char) {
    case 'A':
      return { kind: 'assert', at: 'start' }
    case 'z':
      return { kind: 'assert', at: 'end' }
    case 'B':
      return { kind: 'assert', at: 'no-word-boundary' }
    case '<':
      return { kind: 'assert', at: 'word-start' }
    case '>':
      return { kind: 'assert', at: 'word-end' }
    case 'b':
      return { kind: 'assert', at: wordBoundary(reader) }
  }
  if (META.includes(char) || (/^[^A-Za-z0-9]$/.test(char) && char < '\x80')) {
    return { kind: 'char', char, byte: null }
  }
  throw new PatternError(`the escape \\${char}`)
}

function wordBoundary(reader: PatternReader): Assertion {
  if (!/^\{[A-Za-z-]/.test(reader.rest(2))) return 'word-boundary'
  reader.next()
  let name = ''
  while (/[A-Za-z-]/.test(reader.peek() ?? '')) name += reader.next()
  const at = WORD_BOUNDARIES.get(name)
  if (at === undefined || !reader.take('}')) throw new PatternError('an unknown word boundary')
  return at
}

function readHex(reader: PatternReader, kind: 'x' | 'u' | 'U'): Escape {
  let digits = ''
  const braced = reader.take('{')
  if (braced) for (let c = reader.next(); c !== '}'; c = reader.next()) digits += c
  else for (let left = { x: 2, u: 4, U: 8 }[kind]; left > 0; left--) digits += reader.next()
  const code = parseInt(digits, 16)
  const surrogate = code >= 0xd800 && code < 0xe000
  if (!/^[0-9A-Fa-f]+$/.test(digits) || code > 0x10ffff || surrogate) {
    throw new PatternError('a hexadecimal escape is wrong')
  }
  const byte = kind === 'x' && !braced && code > 0x7f ? code : null
  return { kind: 'char', char: String.fromCodePoint(code), byte }
}
