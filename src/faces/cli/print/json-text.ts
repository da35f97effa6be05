/** A document as every command prints and writes it: two-space indent, final newline. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
