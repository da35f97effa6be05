/**
 * A pattern that a parser does not take. `unsupported`: the original engine would take it, but it
 * cannot be evaluated here.
 */
export class PatternError extends Error {
  constructor(
    message: string,
    readonly unsupported = false,
  ) {
    super(message)
    this.name = 'PatternError'
  }
}

/** Reads a pattern character by character. */
export class PatternReader {
  private at = 0

  constructor(private readonly chars: readonly string[]) {}

  get end(): boolean {
    return this.at >= this.chars.length
  }

  get position(): number {
    return this.at
  }

  set position(at: number) {
    this.at = at
  }

  peek(ahead = 0): string | null {
    return this.chars[this.at + ahead] ?? null
  }

  next(): string {
    const char = this.chars[this.at]
    if (char === undefined) throw new PatternError('the pattern ends too early')
    this.at++
    return char
  }

  startsWith(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.chars[this.at + i] !== text[i]) return false
    return true
  }

  /** Takes an ASCII text when it comes next. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false
    this.at += text.length
    return true
  }

  /** The next characters, at most `count`. */
  rest(count: number): string {
    return this.chars.slice(this.at, this.at + count).join('')
  }
}
