/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface Position {
  line: number
  column: number
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  return { line, column: offset - lastBreak }
}
