/** What the text of a TOML document says beyond its values. */
export interface TomlPlaces {
  /** Offset of each path; list items by index: `customizations.user[0].name`. */
  places: ReadonlyMap<string, number>
  /** Paths that are written out, not only implied by a longer one. */
  explicit: ReadonlySet<string>
  /** Paths of lists in brackets, unlike those of `[[tables]]`. */
  inlineLists: ReadonlySet<string>
}

/**
 * Where the keys of a valid TOML document stand. The values come from a TOML library, which keeps no
 * places: this walks over the same text again and knows nothing but brackets, strings and keys.
 */
export function tomlPositions(text: string): TomlPlaces {
  return new Walk(text).run()
}

/** A key as Go's TOML library shows it: in quotes unless it is bare (toml meta.go, maybeQuoted). */
export function shownKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`
}

const BARE = /[A-Za-z0-9_-]+/y
const SCALAR = /[^,\]}#\n\r]+/y
const INLINE = /[ \t]+/y
const BLANK = /[ \t\r\n]+/y
const SEPARATORS = /[ \t\r\n,]+/y
const COMMENT = /#[^\n]*/y

class Walk {
  private at = 0
  private table = ''
  private readonly places = new Map<string, number>()
  private readonly explicit = new Set<string>()
  private readonly inlineLists = new Set<string>()
  private readonly lengths = new Map<string, number>()

  constructor(private readonly text: string) {}

  run(): TomlPlaces {
    this.walk()
    return { places: this.places, explicit: this.explicit, inlineLists: this.inlineLists }
  }

  private walk(): void {
    for (;;) {
      const before = this.at
      this.blank()
      if (this.at >= this.text.length) return
      if (this.text[this.at] === '[') this.header()
      else this.pair(this.table)
      // A document that the library took and this walk does not understand loses places, nothing else.
      if (this.at === before) return
    }
  }

  private header(): void {
    const at = this.at
    const list = this.text.startsWith('[[', at)
    this.at += list ? 2 : 1
    const keys = this.keys()
    const path = this.resolve(keys, list)
    this.note(path, at)
    this.table = path
    this.explicit.add(path)
    this.at += list ? 2 : 1
  }

  /** The path of a header: lists on the way mean their last item (TOML 1.0, Array of Tables). */
  private resolve(keys: string[], list: boolean): string {
    let path = ''
    keys.forEach((key, index) => {
      path = join(path, key)
      const length = this.lengths.get(path)
      if (list && index === keys.length - 1) {
        this.lengths.set(path, (length ?? 0) + 1)
        path = `${path}[${length ?? 0}]`
      } else if (length !== undefined) path = `${path}[${length - 1}]`
    })
    return path
  }

  private pair(table: string): void {
    const at = this.at
    const keys = this.keys()
    let path = table
    for (const key of keys) {
      path = join(path, key)
      this.note(path, at)
    }
    this.explicit.add(path)
    this.inline()
    if (this.text[this.at] === '=') this.at++
    this.inline()
    this.value(path)
  }

  private value(path: string): void {
    const first = this.text[this.at]
    if (first === '"' || first === "'") this.string(first)
    else if (first === '[') this.list(path)
    else if (first === '{') this.object(path)
    else this.match(SCALAR)
  }

  private list(path: string): void {
    this.inlineLists.add(path)
    this.at++
    for (let index = 0; ; index++) {
      this.separators()
      if (this.closes(']')) return
      this.note(`${path}[${index}]`, this.at)
      const before = this.at
      this.value(`${path}[${index}]`)
      if (this.at === before) return
    }
  }

  private object(path: string): void {
    this.at++
    for (;;) {
      this.separators()
      if (this.closes('}')) return
      const before = this.at
      this.pair(path)
      if (this.at === before) return
    }
  }

  private closes(bracket: string): boolean {
    if (this.at < this.text.length && this.text[this.at] !== bracket) return false
    this.at++
    return true
  }

  private keys(): string[] {
    const keys: string[] = []
    for (;;) {
      this.inline()
      const first = this.text[this.at]
      if (first === '"' || first === "'") keys.push(this.string(first))
      else keys.push(this.match(BARE) ?? '')
      this.inline()
      if (this.text[this.at] !== '.') return keys
      this.at++
    }
  }

  /** The raw text of a string; escapes in keys stay as they are written. */
  private string(quote: string): string {
    const triple = quote.repeat(3)
    const end = this.text.startsWith(triple, this.at) ? triple : quote
    const begin = this.at + end.length
    this.at = begin
    while (this.at < this.text.length && !this.text.startsWith(end, this.at)) {
      this.at += quote === '"' && this.text[this.at] === '\\' ? 2 : 1
    }
    const content = this.text.slice(begin, this.at)
    this.at += end.length
    // `""""` ends a string whose last character is a quote.
    while (end === triple && this.text[this.at] === quote) this.at++
    return content
  }

  private inline(): void {
    this.match(INLINE)
  }

  private blank(): void {
    while (this.match(BLANK) !== null || this.match(COMMENT) !== null);
  }

  private separators(): void {
    while (this.match(SEPARATORS) !== null || this.match(COMMENT) !== null);
  }

  private note(path: string, at: number): void {
    if (!this.places.has(path)) this.places.set(path, at)
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? null
    if (found !== null) this.at += found.length
    return found
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
