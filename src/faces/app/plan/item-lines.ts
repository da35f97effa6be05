import type { Outcome } from '../../../contract/plan'

/** The lines of the text that belong to an item, from 1, both ends included. */
export interface ItemLines {
  item: string
  from: number
  to: number
}

/**
 * Which lines belong to which item. An item that begins at a table's header has the table; one that begins at
 * a key has that key alone, with the lines of its value.
 */
export function itemLines(
  text: string,
  outcomes: readonly Pick<Outcome, 'item' | 'line'>[],
): ItemLines[] {
  const lines = text.split('\n')
  const starts = outcomes
    .flatMap(({ item, line }) => (line === null ? [] : [{ item, line }]))
    .sort((a, b) => a.line - b.line)
  return starts.map(({ item, line }, index) => {
    const next =
      starts.slice(index + 1).find((other) => other.line > line)?.line ?? lines.length + 1
    return { item, from: line, to: endOf(lines, line, next) }
  })
}

function endOf(lines: readonly string[], from: number, next: number): number {
  const header = isHeader(lines[from - 1])
  let to = from
  for (let line = from + 1; line < next; line++) {
    const text = lines[line - 1] ?? ''
    const own = header
      ? isHeader(text) && !belongs(lines[from - 1] ?? '', text)
      : isHeader(text) || isKey(text)
    if (own) break
    if (text.trim() !== '' && !/^\s*#/.test(text)) to = line
  }
  return to
}

function isHeader(line: string | undefined): boolean {
  return /^\s*\[{1,2}\s*["\w]/.test(line ?? '') && !/=/.test(line ?? '')
}

/** `[[a.b.c]]` below `[a.b]` is a part of it. */
function belongs(outer: string, inner: string): boolean {
  const name = (line: string) => /\[{1,2}\s*([^\]]+?)\s*\]/.exec(line)?.[1] ?? ''
  return name(inner).startsWith(`${name(outer)}.`)
}

function isKey(line: string): boolean {
  return /^\s*["\w-][\w.\- "]*=/.test(line)
}

/** The item that a line belongs to: the innermost one. */
export function itemAt(items: readonly ItemLines[], line: number): string | null {
  return items.findLast(({ from, to }) => line >= from && line <= to)?.item ?? null
}
