import { addAll, emptySet, foldCase, negate, PERL, POSIX, setOf, type ByteSet } from './byte-set'
import { PatternError, type PatternReader } from './reader'

const HORIZONTAL = setOf([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0])
const VERTICAL = setOf([0x0a, 0x0d], [0x85, 0x85])

/** pcre2pattern(3) "Generic character types", without Unicode. */
export const PCRE_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['d', PERL.d],
  ['D', negate(PERL.d)],
  ['s', PERL.s],
  ['S', negate(PERL.s)],
  ['w', PERL.w],
  ['W', negate(PERL.w)],
  ['h', HORIZONTAL],
  ['H', negate(HORIZONTAL)],
  ['v', VERTICAL],
  ['V', negate(VERTICAL)],
])
const CONTROL: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }
const UNSUPPORTED = 'KXpPgk'

/** A bracketed class (pcre2pattern(3) "Square brackets and character classes"); `[` was taken. */
export function parsePcreClass(reader: PatternReader, fold: boolean): ByteSet {
  const negated = reader.take('^')
  const set = emptySet()
  let quoting = false
  for (let first = true; ; first = false) {
    if (reader.take('\\E')) {
      quoting = false
      continue
    }
    if (!quoting && reader.take('\\Q')) {
      quoting = true
      continue
    }
    if (!first && !quoting && reader.take(']')) break
    const from = readItem(reader, quoting)
    if (typeof from !== 'number') {
      if (!quoting && isRange(reader)) throw halfRange()
      addAll(set, fold ? foldCase(from) : from)
      continue
    }
    const to = readRangeEnd(reader, quoting) ?? from
    if (to < from) throw new PatternError('a range of a class is reversed')
    const range = setOf([from, to])
    addAll(set, fold ? foldCase(range) : range)
  }
  return negated ? negate(set) : set
}

/** A `-` that is not the last of the class, where a range would go on. */
function isRange(reader: PatternReader): boolean {
  return reader.peek() === '-' && reader.peek(1) !== ']'
}

/** Perl takes a `-` beside a class for itself, with a warning; PCRE2 has none and gives an error. */
function halfRange(): PatternError {
  return new PatternError('a range of a class that ends with a class')
}

function readRangeEnd(reader: PatternReader, quoting: boolean): number | null {
  if (quoting || !isRange(reader)) return null
  reader.next()
  const to = readItem(reader, false)
  if (typeof to !== 'number') throw halfRange()
  return to
}

function readItem(reader: PatternReader, quoting: boolean): number | ByteSet {
  const char = reader.next()
  if (quoting) return char.charCodeAt(0)
  if (char === '[') return readPosix(reader) ?? 0x5b
  if (char !== '\\') return char.charCodeAt(0)
  const escaped = reader.next()
  const set = PCRE_CLASSES.get(escaped)
  if (set !== undefined) return set
  if (escaped === 'b') return 8
  if ('BNRX'.includes(escaped)) throw new PatternError(`\\${escaped} in a class`)
  if (!/[1-7]/.test(escaped)) return readPcreCode(reader, escaped)
  const octal = /^[0-7]{1,3}/.exec(escaped + reader.rest(2))?.[0] ?? escaped
  reader.position += octal.length - 1
  return parseInt(octal, 8) & 0xff
}

function readPosix(reader: PatternReader): ByteSet | null {
  const name = posixName(reader)
  if (name === null) return null
  const negated = name.startsWith(':^')
  const set = POSIX.get(name.slice(negated ? 2 : 1))
  if (!name.startsWith(':') || set === undefined) throw new PatternError('an unknown POSIX class')
  reader.position += name.length + 2
  return negated ? negate(set) : set
}

/**
 * What stands between `[` and `:]`, `.]` or `=]`, its first sign included; null when this is no such
 * name: another `[` with that sign, or a `]` of its own, comes first.
 */
export function posixName(reader: PatternReader): string | null {
  const sign = reader.peek()
  if (sign === null || !':.='.includes(sign)) return null
  let name = sign
  for (let ahead = 1; ; ahead++) {
    const char = reader.peek(ahead)
    const next = reader.peek(ahead + 1)
    if (char === null || next === null || char === ']') return null
    if (char === '[' && next === sign) return null
    if (char === sign && next === ']') return name
    name += char
    if (char !== '\\' || (next !== ']' && next !== '\\')) continue
    name += next
    ahead++
  }
}

/** The byte that an escape which is no class stands for; `char` was taken. */
export function readPcreCode(reader: PatternReader, char: string): number {
  const control = CONTROL[char]
  if (control !== undefined) return control
  if (char === 'x') return readHex(reader)
  if (char === '0') {
    const digits = /^[0-7]{0,2}/.exec(reader.rest(2))?.[0] ?? ''
    reader.position += digits.length
    return parseInt(`0${digits}`, 8)
  }
  if (char === 'o') return readBraced(reader, 8)
  if (char === 'c') {
    const code = reader.next().toUpperCase().charCodeAt(0)
    if (code < 0x20 || code > 0x7e) throw new PatternError('\\c with no printable ASCII character')
    return code ^ 0x40
  }
  if (UNSUPPORTED.includes(char)) throw new PatternError(`the escape \\${char}`, true)
  if (/[A-Za-z89]/.test(char)) throw new PatternError(`the escape \\${char}`)
  return char.charCodeAt(0)
}

function readHex(reader: PatternReader): number {
  if (reader.startsWith('{')) return readBraced(reader, 16)
  const digits = /^[0-9A-Fa-f]{1,2}/.exec(reader.rest(2))?.[0]
  if (digits === undefined) throw new PatternError('digits are missing after \\x')
  reader.position += digits.length
  return parseInt(digits, 16)
}

function readBraced(reader: PatternReader, base: 8 | 16): number {
  if (!reader.take('{')) throw new PatternError('braces are missing')
  let digits = ''
  for (let char = reader.next(); char !== '}'; char = reader.next()) digits += char
  const code = parseInt(digits, base)
  const wrong = base === 8 ? /[^0-7]/ : /[^0-9A-Fa-f]/
  if (wrong.test(digits) || digits === '' || code > 0xff) {
    throw new PatternError('a code that is no byte')
  }
  return code
}
