import { SealscopeError } from '../../base/error'
import type { CandidateDigest, ClaimedDigest } from '../../contract/facts'

/** A range of releases and the candidate whose digest it computes from layers. */
export interface ReleaseRange {
  name: string
  /** Newest release of the range, for `--bootc`. */
  from: readonly [number, number, number]
  to: readonly [number, number, number]
  candidate: string
}

/**
 * What each range computes when it installs (bootc tags' Cargo.lock and composefs-rs history); SHA-512 only.
 * composefs-rs 0.9.4 stands for the bootc releases to come.
 */
export const RELEASES: readonly ReleaseRange[] = [
  {
    name: 'bootc 1.16.0-1.16.3',
    from: [1, 16, 0],
    to: [1, 16, 3],
    candidate: 'v2-allxattr/sha512',
  },
  {
    name: 'bootc 1.16.4-1.16.9',
    from: [1, 16, 4],
    to: [1, 16, 9],
    candidate: 'v1-nsec-kept/sha512',
  },
]
const NEXT = { name: 'composefs-rs 0.9.4', candidate: 'v1/sha512/allowlist-only/bootable' }
export const NEWEST_RELEASE = '1.16.9'
/** Name of the range that holds it. */
export const NEWEST_RANGE = 'bootc 1.16.4-1.16.9'

/** Does the digest that each range computes from the layers equal the claimed one? */
export function acceptedBy(
  claimed: ClaimedDigest | undefined,
  candidates: readonly CandidateDigest[],
): Record<string, boolean> {
  const rows = [...RELEASES, NEXT].map(({ name, candidate }) => [
    name,
    claimed !== undefined && equals(claimed, candidates, candidate),
  ])
  return Object.fromEntries(rows) as Record<string, boolean>
}

/** The range that holds a release such as `1.16.9`, the newest for null; throws when the table knows none. */
export function rangeOf(version: string | null): ReleaseRange {
  const numbers = versionNumbers(version ?? NEWEST_RELEASE)
  const inside = (range: ReleaseRange) =>
    numbers !== null &&
    compareVersions(numbers, range.from) >= 0 &&
    compareVersions(numbers, range.to) <= 0
  const range = RELEASES.find(inside)
  if (range !== undefined) return range
  throw new SealscopeError({
    kind: 'usage',
    code: 'bootc-release',
    what: 'this bootc release is not in the table',
    expected: '1.16.0 to 1.16.9, or any',
    found: version ?? '',
  })
}

/** `v1.16.9` → its numbers; null for another text. */
export function versionNumbers(version: string): number[] | null {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version)
  return match === null ? null : match.slice(1).map(Number)
}

/** The kernel argument that bootc writes into a UKI (ukify.rs), by what a release computes. */
export function kargFor(
  candidates: readonly CandidateDigest[],
  { candidate }: ReleaseRange,
): string | null {
  const digest = candidates.find(({ id }) => id === candidate)?.digest ?? null
  return digest === null ? null : `composefs=${digest}`
}

/** Candidates, in their order, whose digest equals the claimed one. */
export function matches(
  claimed: ClaimedDigest | undefined,
  candidates: readonly CandidateDigest[],
): string[] {
  if (claimed === undefined || claimed.algorithm === null) return []
  const wanted = claimed.digest.toLowerCase()
  return candidates.filter((item) => item.digest === wanted).map((item) => item.id)
}

function equals(
  claimed: ClaimedDigest,
  candidates: readonly CandidateDigest[],
  id: string,
): boolean {
  return matches(claimed, candidates).includes(id)
}

/** Negative, zero or positive, number by number. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
