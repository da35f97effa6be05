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
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
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
