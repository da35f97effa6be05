/** ASCII bytes of a text. */
function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/**
 * Looks for a text in bytes that stream by: a fixed beginning, then whatever `read` makes of the
 * latin1 text from there (at most `reach` characters). The first that `read` accepts is the result.
 */
export class PatternSearch<T> {
  found: T | null = null
  private readonly prefix: Uint8Array
  private tail: Uint8Array = new Uint8Array(0)

  constructor(
    prefix: string,
    private readonly reach: number,
    private readonly read: (text: string) => T | null,
  ) {
    this.prefix = ascii(prefix)
  }

  push(chunk: Uint8Array): void {
    if (this.found !== null || chunk.length === 0) return
    const seam = new Uint8Array(this.tail.length + Math.min(chunk.length, this.reach))
    seam.set(this.tail)
    seam.set(chunk.subarray(0, this.reach), this.tail.length)
    const all = chunk.length <= this.reach
    // A place is final when `reach` bytes follow it; later ones wait in the tail.
    this.search(seam, all ? seam.length - this.reach : this.tail.length)
    if (all) {
      this.tail = seam.slice(Math.max(0, seam.length - this.reach))
      return
    }
    this.search(chunk, chunk.length - this.reach)
    this.tail = chunk.slice(chunk.length - this.reach)
  }

  /** The result; whatever still waits is looked at as it is. */
  end(): T | null {
    this.search(this.tail, this.tail.length)
    this.tail = new Uint8Array(0)
    return this.found
  }

  private search(bytes: Uint8Array, before: number): void {
    const first = this.prefix[0] ?? 0
    let at = this.found === null ? bytes.indexOf(first) : -1
    while (at >= 0 && at < before) {
      if (this.matches(bytes, at)) {
        const text = String.fromCharCode(...bytes.subarray(at, at + this.reach))
        this.found = this.read(text)
        if (this.found !== null) return
      }
      at = bytes.indexOf(first, at + 1)
    }
  }

  private matches(bytes: Uint8Array, at: number): boolean {
    return this.prefix.every((byte, index) => bytes[at + index] === byte)
  }
}
