/** `systemd-escape --path` (systemd.unit(5)). */
export function unitName(path: string): string {
  const parts = path.split('/').filter(Boolean)
  const bytes = (text: string) =>
    [...new TextEncoder().encode(text)]
      .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
      .join('')
  const escaped = parts.map((part, index) =>
    [...part]
      .map((character, at) =>
        /[A-Za-z0-9:_]/.test(character) || (character === '.' && (index > 0 || at > 0))
          ? character
          : bytes(character),
      )
      .join(''),
  )
  return escaped.length === 0 ? '-' : escaped.join('-')
}
