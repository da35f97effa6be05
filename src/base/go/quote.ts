import { wellFormed } from './json'

const SHORT: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** Go's `%q` (`strconv.Quote`): printable characters as they are, the rest escaped. */
export function goQuote(text: string): string {
  return `"${[...wellFormed(text)].map((c) => SHORT[c] ?? (isPrint(c) ? c : escape(c))).join('')}"`
}

/** Go's `%+q` (`strconv.QuoteToASCII`): as `%q` with everything beyond ASCII escaped. */
export function goQuoteAscii(text: string): string {
  return `"${[...wellFormed(text)]
    .map((c) => SHORT[c] ?? (c >= ' ' && c <= '~' ? c : escape(c)))
    .join('')}"`
}

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. */
function isPrint(character: string): boolean {
  return character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character)
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return '\\x' + code.toString(16).padStart(2, '0')
  if (code < 0x10000) return '\\u' + code.toString(16).padStart(4, '0')
  return '\\U' + code.toString(16).padStart(8, '0')
}
