/**
 * What reorders, hides or obeys: control and format characters (direction marks, zero width, soft hyphen, byte order
 * mark, tags), line separators, halves of pairs, and all else that is drawn as nothing (Unicode: Cc, Cf, Zl, Zp, Cs,
 * Default_Ignorable_Code_Point). The one list for terminal, page, Markdown, JSON and SARIF.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** One line of text with what is not seen as escapes: `\n`, `\x1b`, `\u202e`, `\u{e0041}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => SHORT[character] ?? escaped(character))
}

/** The same for a text of several lines: line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN, (character) =>
    character === '\n' || character === '\t' ? character : (SHORT[character] ?? escaped(character)),
  )
}

/** JSON that no terminal obeys: every such character inside of its strings as `\uXXXX` (RFC 8259 §7). */
export function plainJson(json: string): string {
  return json.replace(UNSEEN, (character) => {
    if (character === '\n' || character === '\t' || character === '\r') return character
    return Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join('') // prettier-ignore
  })
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0')
}

/** A text as one word of a POSIX shell; safe words stay as they are. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** A TOML basic string with its quotes. */
export function tomlString(text: string): string {
  const inner = text.replace(/["\\]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (character) => {
    const short: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }
    return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `"${inner}"`
}

/**
 * One line without control characters and without those that turn the direction of text: a comment or a title
 * made from a user's value.
 */
export function plainLine(text: string, most = 60): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(UNSEEN, '')
    .trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** A field of a systemd line: quoted when it has blanks, specifiers (`%`) doubled (tmpfiles.d(5)). */
export function systemdField(text: string): string {
  const doubled = text.replaceAll('%', '%%')
  if (/^[^\s"'\\]+$/.test(doubled) && !doubled.includes('\u0000')) return doubled
  const inner = doubled.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')
  return `"${inner.replaceAll('\r', '\\r')}"`
}

/** Text inside a Markdown table or list: no markup, no HTML, no line break. */
export function markdownText(text: string): string {
  return plainLine(text, 400)
    .replace(/[\\`*_{}[\]()#+!|~<>-]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@/g, '@\u200b')
    .replace(/(https?):\/\//gi, '$1:\u200b//')
    .replace(/\bwww\./gi, 'www\u200b.')
}

/** Inline code in Markdown: the fence is longer than any run of back-ticks inside. */
export function markdownCode(text: string): string {
  const line = plainLine(text, 400).replaceAll('|', '\\|')
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return line === '' ? '' : `${fence}${pad}${line}${pad}${fence}`
}

/** Whether a text has characters that no path, name or single line should have. */
export function hasControl(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text)
}
