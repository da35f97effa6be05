import type { AcceptRow } from '../../contract/facts'
import { lastWhere, NEXT, RELEASES } from '../seal/releases'

/** The first release whose hosts have a V1 repository. */
export const V1_SINCE = RELEASES.find(({ computes }) => computes.v1 !== undefined)?.first ?? ''
/** The last release whose hosts have a V2 repository. */
export const V2_UNTIL = lastWhere(({ computes }) => computes.v1 === undefined)

/** Who has which repository. */
export const MACHINES: Record<AcceptRow['repository'], { words: string; store: string | null }> = {
  new: { words: 'Fresh installation', store: null },
  v1: { words: `Host installed with bootc ${V1_SINCE} or newer`, store: 'V1 repository' },
  v2: { words: `Host installed with bootc ${V2_UNTIL} or older`, store: 'V2 repository' },
}

/** `>=1.2.3` → `1.2.3 and newer`, `1.2.0-1.2.3` → `1.2.0 to 1.2.3`. */
export function releaseWords(range: string): string {
  if (range === NEXT) return 'to come'
  return range.startsWith('>=') ? `${range.slice(2)} and newer` : range.replace('-', ' to ')
}

/** Several ranges in words. */
export function rangesWords(ranges: readonly string[]): string {
  const words = ranges.map(releaseWords)
  const last = words.pop() ?? ''
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`
}

/** Ranges in the order of the table, each once. */
export function rangesOf(rows: readonly AcceptRow[]): string[] {
  return [...new Set(rows.map(({ bootc }) => bootc))]
}

/** Rows of releases that are out: what the one to come will do is told in the matrix alone. */
export function released(rows: readonly AcceptRow[]): AcceptRow[] {
  return rows.filter(({ bootc }) => bootc !== NEXT)
}

/** Ranges whose fresh installation takes the seal. */
export function installers(rows: readonly AcceptRow[]): string[] {
  return rangesOf(
    released(rows).filter(({ repository, accepts }) => repository === 'new' && accepts),
  )
}

/** The row of a fresh installation with the newest release that is out. */
export function newestRow(rows: readonly AcceptRow[]): AcceptRow | null {
  return released(rows).findLast(({ repository }) => repository === 'new') ?? null
}
