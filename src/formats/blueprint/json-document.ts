import { SealscopeError } from '../../base/error'
import { DEPTH_LIMIT, type Entry, type Node } from './node'
import { tooMany } from './limits'
import { positionAt } from './position'

const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const WORDS = /true|false|null/y
const PLAIN = /[ !#-[\]-\uffff]*/y
const SPACE = /[ \t\n\r]*/y
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Reads one JSON value (RFC 8259) and keeps what `JSON.parse` loses: digits, order, keys that come
 * twice, places. Throws an input error with line and column.
 * @param limit values that are read
 */
export function parseJsonDocument(text: string, limit = Infinity): Node {
  const reader = new JsonReader(text, limit)
  return reader.whole()
}

class JsonReader {
  private at = 0
  private count = 0

  constructor(
    private readonly text: string,
    private readonly limit: number,
  ) {}

  whole(): Node {
    if (this.text.startsWith('\ufeff')) throw this.wrong('a JSON value', 'a byte order mark')
    this.space()
    const value = this.value(0)
    this.space()
    if (this.at < this.text.length) throw this.wrong('the end of the document')
    return value
  }

  private value(depth: number): Node {
    const at = this.at
    if (++this.count > this.limit) throw tooMany(this.text, at)
    if (depth > DEPTH_LIMIT) throw this.wrong(`at most ${DEPTH_LIMIT} levels`, 'one level more')
    const first = this.text[at]
    if (first === '{') return { kind: 'object', at, entries: this.entries(depth + 1) }
    if (first === '[') return { kind: 'list', at, items: this.items(depth + 1) }
    if (first === '"') return { kind: 'string', at, value: this.string() }
    const number = this.match(NUMBER)
    if (number !== null) return { kind: 'number', at, text: number }
    const word = this.match(WORDS)
    if (word === 'null') return { kind: 'null', at }
    if (word !== null) return { kind: 'bool', at, value: word === 'true' }
    throw this.wrong('a value')
  }

  private entries(depth: number): Entry[] {
    const entries: Entry[] = []
    this.at++
    this.space()
    if (this.take('}')) return entries
    for (;;) {
      const at = this.at
      if (this.text[at] !== '"') throw this.wrong('a key in double quotes')
      const key = this.string()
      this.space()
      if (!this.take(':')) throw this.wrong('":"')
      this.space()
      entries.push({ key, at, value: this.value(depth) })
      this.space()
      if (this.take('}')) return entries
      if (!this.take(',')) throw this.wrong('"," or "}"')
      this.space()
    }
  }

  private items(depth: number): Node[] {
    const items: Node[] = []
    this.at++
    this.space()
    if (this.take(']')) return items
    for (;;) {
      items.push(this.value(depth))
      this.space()
      if (this.take(']')) return items
      if (!this.take(',')) throw this.wrong('"," or "]"')
      this.space()
    }
  }

  private string(): string {
    const parts: string[] = []
    this.at++
    for (;;) {
      parts.push(this.match(PLAIN) ?? '')
      if (this.take('"')) return wellFormed(parts.join(''))
      if (!this.take('\\')) throw this.wrong('the end of a string')
      parts.push(this.escape())
    }
  }

  private escape(): string {
    const letter = this.text[this.at] ?? ''
    if (letter === 'u') {
      const digits = /^[0-9a-fA-F]{4}$/.exec(this.text.slice(this.at + 1, this.at + 5))?.[0]
      if (digits === undefined) throw this.wrong('four hex digits after \\u')
      this.at += 5
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const value = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
    if (value === undefined) throw this.wrong('an escape')
    this.at++
    return value
  }

  private space(): void {
    this.match(SPACE)
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? null
    if (found !== null) this.at += found.length
    return found
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private wrong(expected: string, found?: string): SealscopeError {
    const rest = this.text.slice(this.at, this.at + 20)
    return new SealscopeError({
      code: 'json-syntax',
      what: 'the document is no JSON',
      where: positionAt(this.text, this.at),
      expected,
      found: found ?? (rest === '' ? 'the end of the document' : JSON.stringify(rest)),
    })
  }
}

/** Go writes U+FFFD for half a surrogate pair. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}
