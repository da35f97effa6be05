import type { ByteString } from '../../../base/byte-string'
import { decodeUtf8 } from '../../../image/tree/reader'

const SHELL_SAFE = /^[/.\-_,=:\p{Alphabetic}\p{N}]*$/u

/** A path as bootc prints it: quoted for a shell only where that is needed (bootc utils/path.rs). */
export function quotedPath(path: ByteString): string {
  const text = decodeUtf8(path)
  if (text !== null && SHELL_SAFE.test(text)) return text
  return lossy(shellQuote(path))
}

/** Bytes as text, with U+FFFD where they are not UTF-8. */
export function lossy(bytes: ByteString): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(bytes, (char) => char.charCodeAt(0)),
  )
}

type Quotes = '' | "'" | '"'

/** Crate shlex 1.3 `bytes::try_quote`: pieces in the weakest quotes that hold them. */
function shellQuote(path: ByteString): ByteString {
  if (path === '') return "''"
  let result = ''
  for (let at = 0; at < path.length;) {
    const { end, quotes } = nextPiece(path, at)
    const piece = path.slice(at, end)
    result += quotes + (quotes === '"' ? piece.replace(/[$`"\\]/g, '\\$&') : piece) + quotes
    at = end
  }
  return result
}

function nextPiece(path: ByteString, start: number): { end: number; quotes: Quotes } {
  // A circumflex may only stand right behind an opening single quote.
  const caret = path[start] === '^'
  let bare = !caret
  let single = true
  let double = !caret
  let end = caret ? start + 1 : start
  for (; end < path.length; end++) {
    const char = path[end] ?? ''
    const next: { bare: boolean; single: boolean; double: boolean } = {
      bare: bare && /[+\-./:@\]_0-9A-Za-z]/.test(char),
      single: single && !/['^\\]/.test(char),
      double: double && !/[`$!^]/.test(char),
    }
    if (!next.bare && !next.single && !next.double) break
    ;({ bare, single, double } = next)
  }
  return { end, quotes: bare ? '' : single ? "'" : '"' }
}

const ESCAPES: Record<string, string> = {
  '\0': '\\0',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '"': '\\"',
  "'": "\\'",
  '\\': '\\\\',
}

/** A byte string as Rust's `{:?}` prints an OsStr: invalid bytes as `\xFF`. */
export function rustDebug(bytes: ByteString): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at)
    const char = length === 0 ? null : decodeUtf8(bytes.slice(at, at + length))
    if (char === null) {
      text += `\\x${bytes.charCodeAt(at).toString(16).toUpperCase().padStart(2, '0')}`
      at++
      continue
    }
    text += ESCAPES[char] ?? (isPrintable(char) ? char : unicodeEscape(char))
    at += length
  }
  return `"${text}"`
}

function isPrintable(char: string): boolean {
  return char === ' ' || !/[\p{C}\p{Z}\p{Mn}\p{Me}]/u.test(char)
}

function unicodeEscape(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}

function characterLength(bytes: ByteString, at: number): number {
  const first = bytes.charCodeAt(at)
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xf0 && first < 0xf5 ? 4 : 0
}

/** Order of Rust's paths: component by component, each by its bytes. */
export function comparePaths(a: ByteString, b: ByteString): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [one = '', two = ''] = [left[index], right[index]]
    if (one !== two) return one < two ? -1 : 1
  }
  return left.length - right.length
}
