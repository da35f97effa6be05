/** Longer keys are no slip of the finger. */
const LENGTH_LIMIT = 40

/**
 * The known key that an unknown one probably means: the same but for case and separators, or at most
 * two letters away (one for short keys). Null when none is near.
 */
export function nearestKey(key: string, known: readonly string[]): string | null {
  if (key.length > LENGTH_LIMIT) return null
  const wanted = plain(key)
  let best: string | null = null
  let least = wanted.length < 5 ? 2 : 3
  for (const candidate of known) {
    const distance = editDistance(wanted, plain(candidate))
    if (distance >= least) continue
    least = distance
    best = candidate
  }
  return best
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[-_ ]/g, '')
}

/** Letters to insert, delete, replace, or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      )
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
