/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface Position {
  line: number
  column: number
}

export function positionAt(text: string, offset: number): Position {
  return positionsIn(text.slice(0, offset))(offset)
}

/** The same for many offsets: the line breaks are found once, at the first call. */
export function positionsIn(text: string): (offset: number) => Position {
  let breaks: number[] | null = null
  return (offset) => {
    breaks ??= lineBreaks(text)
    const before = countBelow(breaks, offset)
    return { line: before + 1, column: offset - (breaks[before - 1] ?? -1) }
  }
}

function lineBreaks(text: string): number[] {
  const breaks: number[] = []
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) breaks.push(at)
  return breaks
}

/** How many of the sorted numbers are smaller. */
function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? limit) < limit) low = middle + 1
    else high = middle
  }
  return low
}
