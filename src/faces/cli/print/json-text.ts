import { plainJson } from '../../../base/escape'

/** A document as every command prints and writes it: two-space indent, final newline, nothing that a terminal obeys. */
export function jsonText(document: unknown): string {
  return `${plainJson(JSON.stringify(document, null, 2))}\n`
}
