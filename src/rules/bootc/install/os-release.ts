/** What bootc reads of an os-release file (composefs-boot os_release.rs). */
export interface OsRelease {
  id: string | null
  prettyName: string | null
  version: string | null
  /** Title of a UKI: name and version. */
  bootLabel: string | null
}

/** Lines `KEY=value`; later ones win; a value whose quote is not closed counts as absent. */
export function parseOsRelease(text: string): OsRelease {
  const map = new Map<string, string>()
  for (const line of text.split('\n')) {
    const plain = line.endsWith('\r') ? line.slice(0, -1) : line
    const equals = plain.indexOf('=')
    if (plain.trim().startsWith('#') || equals < 0) continue
    map.set(plain.slice(0, equals), plain.slice(equals + 1))
  }
  const value = (...keys: string[]): string | null => {
    for (const key of keys) {
      const raw = map.get(key)
      const found = raw === undefined ? null : dequote(raw)
      if (found !== null) return found
    }
    return null
  }
  const prettyName = value('PRETTY_NAME', 'NAME', 'ID')
  const version = value('VERSION_ID', 'VERSION')
  const bootLabel =
    prettyName === null ? null : version === null ? prettyName : `${prettyName} ${version}`
  return { id: value('ID'), prettyName, version, bootLabel }
}

function dequote(raw: string): string | null {
  const chars = [...raw.trim()]
  let result = ''
  for (let at = 0; at < chars.length; at++) {
    const quote = chars[at] ?? ''
    if (quote !== '"' && quote !== "'") {
      result += quote
      continue
    }
    for (at++; chars[at] !== quote; at++) {
      if (quote === '"' && chars[at] === '\\') at++
      const char = chars[at]
      if (char === undefined) return null
      result += char
    }
  }
  return result
}

/** Whether systemd's bootctl finds a name for entries: ID or IMAGE_ID (bootctl-install.c, entry token). */
export function hasEntryToken(text: string): boolean {
  return /^[ \t]*(ID|IMAGE_ID)=[ \t]*["']?[^"'\s]/m.test(text)
}
