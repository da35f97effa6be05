import { trimEnd } from '../../base/trim'
import type { ScannedSection } from './scan'
import { decodeUtf8 } from '../../base/utf8'

/** The text of a section without NULs at its end; null when it is not kept or not UTF-8. */
export function sectionText(section: ScannedSection | null | undefined): string | null {
  if (section === null || section === undefined || section.text === null) return null
  const text = decodeUtf8(section.text)
  return text === null ? null : trimEnd(text, '\0')
}

/**
 * Assignments of a text in os-release syntax (os-release(5)): the last of a name wins, values may be
 * quoted; lines that are no assignment are passed over.
 */
export function readAssignments(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line.replace(/[\r\0]+$/, ''))
    if (match?.[1] !== undefined) values.set(match[1], unquote((match[2] ?? '').trim()))
  }
  return values
}

function unquote(value: string): string {
  const quote = value[0]
  if (quote === "'" && value.endsWith("'") && value.length > 1) return value.slice(1, -1)
  const inner =
    quote === '"' && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value
  return inner.replace(/\\(.)/g, '$1')
}
