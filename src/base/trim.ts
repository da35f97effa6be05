/**
 * A text without the characters of `set` at its end. A regular expression (`/x+$/`) tries every run of
 * them in the middle to its end: 1 MiB of slashes and one letter took six minutes.
 */
export function trimEnd(text: string, set: string): string {
  let end = text.length
  while (end > 0 && set.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** White_Space of the Unicode Character Database: Go's and Rust's, not JavaScript's, which lacks U+0085. */
export const WHITE_SPACE =
  '\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'

/** A text without white space at both ends, as Go's `strings.TrimSpace` and Rust's `trim` return it. */
export function trimSpace(text: string): string {
  return trimBoth(text, WHITE_SPACE)
}

/** A text without the characters of `set` at both ends. */
export function trimBoth(text: string, set: string): string {
  const plain = trimEnd(text, set)
  let start = 0
  while (start < plain.length && set.includes(plain.charAt(start))) start++
  return plain.slice(start)
}

/** A text of at most `most` characters: of a longer one the middle is left out, the last 63 are kept. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 64)}…${text.slice(-63)}`
}
