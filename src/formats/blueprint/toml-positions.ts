import { parse } from 'smol-toml'
import { tooDeep, tooMany } from './limits'
import { DEPTH_LIMIT, VALUE_LIMIT } from './node'

/** Where a key or a list item stands, and what the text says about it beyond its value. */
export interface Place {
  /** Offset of the key, of the `[header]` or of the list item. */
  at: number
  /** Written out, not only implied by a longer name. */
  explicit: boolean
  /** A list of `[[tables]]`, not one in brackets. */
  tables: boolean
  members: Map<string, Place> | null
  items: Place[] | null
}

/**
 * Where the keys of a TOML document stand. The values come from a TOML library, which keeps no places:
 * this walks over the same text and knows nothing but brackets, strings and keys. It goes first, so
 * that a document with too many values costs little; what it makes of a wrong document is nothing.
 * Throws an input error where there are too many values, or too many levels.
 */
export function tomlPlaces(text: string): Place {
  return new Walk(text).run()
}

const BARE = /[A-Za-z0-9_-]+/y
const SCALAR = /[^,\]}#\n\r]+/y
const INLINE = /[ \t]+/y
const BLANK = /[ \t\r\n]+/y
const SEPARATORS = /[ \t\r\n,]+/y
const COMMENT = /#[^\n]*/y
const BASIC = /[^"\\]+/y

class Walk {
  private at = 0
  private readonly root = placeAt(0)
  private table = this.root
  private count = 0
  private depth = 0

  constructor(private readonly text: string) {
    if (text.startsWith('\ufeff')) this.at = 1
  }

  run(): Place {
    for (;;) {
      const before = this.at
      this.blank()
      if (this.at >= this.text.length) return this.root
      if (this.text[this.at] === '[') this.header()
      else this.pair(this.table)
      // A document that the library took and this walk does not understand loses places, nothing else.
      if (this.at === before) return this.root
    }
  }

  private header(): void {
    const at = this.at
    this.bound()
    const list = this.text.startsWith('[[', at)
    this.at += list ? 2 : 1
    const keys = this.keys()
    const last = keys.pop() ?? ''
    let place = this.root
    for (const key of keys) place = newest(memberAt(place, key, at))
    place = memberAt(place, last, at)
    if (list) {
      place.tables = true
      place.items ??= []
      place.items.push(placeAt(at))
    }
    place.explicit = true
    this.table = newest(place)
    this.at += list ? 2 : 1
  }

  private pair(table: Place): void {
    const at = this.at
    this.bound()
    let place = table
    for (const key of this.keys()) place = memberAt(place, key, at)
    place.explicit = true
    this.match(INLINE)
    if (this.text[this.at] === '=') this.at++
    this.match(INLINE)
    this.value(place)
  }

  private value(place: Place): void {
    const first = this.text[this.at]
    if (++this.depth > DEPTH_LIMIT) throw tooDeep(this.text, this.at)
    if (first === '"' || first === "'") this.string(first)
    else if (first === '[') this.list(place)
    else if (first === '{') this.object(place)
    else this.match(SCALAR)
    this.depth--
  }

  private list(place: Place): void {
    place.items = []
    this.at++
    for (;;) {
      this.separators()
      if (this.closes(']')) return
      this.bound()
      const item = placeAt(this.at)
      place.items.push(item)
      this.value(item)
      if (this.at === item.at) return
    }
  }

  private object(place: Place): void {
    this.at++
    for (;;) {
      this.separators()
      if (this.closes('}')) return
      const before = this.at
      this.pair(place)
      if (this.at === before) return
    }
  }

  private bound(): void {
    if (++this.count > VALUE_LIMIT) throw tooMany(this.text, this.at)
  }

  private closes(bracket: string): boolean {
    if (this.at < this.text.length && this.text[this.at] !== bracket) return false
    this.at++
    return true
  }

  private keys(): string[] {
    const keys: string[] = []
    for (;;) {
      this.match(INLINE)
      const first = this.text[this.at]
      if (first === '"' || first === "'") keys.push(keyOf(this.string(first), first))
      else keys.push(this.match(BARE) ?? '')
      this.match(INLINE)
      if (this.text[this.at] !== '.') return keys
      this.at++
    }
  }

  /** The raw text of a string. */
  private string(quote: string): string {
    const triple = quote.repeat(3)
    const end = this.text.startsWith(triple, this.at) ? triple : quote
    const begin = this.at + end.length
    this.at = begin
    if (quote === "'") this.at = indexOrEnd(this.text, end, begin)
    else {
      while (this.at < this.text.length && !this.text.startsWith(end, this.at)) {
        if (this.match(BASIC) === null) this.at += this.text[this.at] === '\\' ? 2 : 1
      }
    }
    const content = this.text.slice(begin, this.at)
    this.at += end.length
    // `""""` ends a string whose last character is a quote.
    while (end === triple && this.text[this.at] === quote) this.at++
    return content
  }

  private blank(): void {
    while (this.match(BLANK) !== null || this.match(COMMENT) !== null);
  }

  private separators(): void {
    while (this.match(SEPARATORS) !== null || this.match(COMMENT) !== null);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? null
    if (found !== null) this.at += found.length
    return found
  }
}

function placeAt(at: number): Place {
  return { at, explicit: false, tables: false, members: null, items: null }
}

/** The member of that name, made at its first mention. */
function memberAt(place: Place, key: string, at: number): Place {
  place.members ??= new Map()
  let member = place.members.get(key)
  if (member === undefined) {
    member = placeAt(at)
    place.members.set(key, member)
  }
  return member
}

/** A list of tables on the way means its last item (TOML 1.0, Array of Tables). */
function newest(place: Place): Place {
  return place.tables ? (place.items?.at(-1) ?? place) : place
}

/** A key whose escapes are no good stays as it is: the library refuses the document. */
function keyOf(raw: string, quote: string): string {
  if (quote === "'" || !raw.includes('\\')) return raw
  try {
    const { key } = parse(`key = "${raw}"`)
    return typeof key === 'string' ? key : raw
  } catch {
    return raw
  }
}

function indexOrEnd(text: string, part: string, from: number): number {
  const found = text.indexOf(part, from)
  return found < 0 ? text.length : found
}
