import type { AcceptRow, CandidateDigest, ClaimedDigest } from '../contract/facts'

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

/** The range that holds a release such as `1.16.9`; null when the table knows none. */
export function releaseRange(version: string): ReleaseRange | null {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version)
  if (match === null) return null
  const value = match.slice(1).map(Number)
  const inside = (range: ReleaseRange) =>
    compareVersions(value, range.from) >= 0 && compareVersions(value, range.to) <= 0
  return RELEASES.find(inside) ?? null
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

/** Release × repository: fresh installs, and upgrades of hosts with a V1 or a V2 repository. */
export function acceptMatrix(
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
): AcceptRow[] {
  const [deciding] = claimed
  if (deciding === undefined) return []
  const manageable = claimed.some((item) => item.form === 'composefs')
  const rows: AcceptRow[] = []
  for (const { bootc, repository, candidate } of MATRIX) {
    const same = equals(deciding, candidates, candidate)
    rows.push({ bootc, repository, accepts: same && manageable, why: reason(same, manageable, candidate, deciding, candidates) }) // prettier-ignore
  }
  return rows
}

const MATRIX: readonly { bootc: string; repository: AcceptRow['repository']; candidate: string }[] =
  [
    { bootc: '1.16.0-1.16.3', repository: 'new', candidate: 'v2-allxattr/sha512' },
    { bootc: '1.16.0-1.16.3', repository: 'v2', candidate: 'v2-allxattr/sha512' },
    { bootc: '>=1.16.4', repository: 'new', candidate: 'v1-nsec-kept/sha512' },
    { bootc: '>=1.16.4', repository: 'v1', candidate: 'v1-nsec-kept/sha512' },
    { bootc: '>=1.16.4', repository: 'v2', candidate: 'v2/sha512/allowlist-only/bootable' },
  ]

function reason(
  same: boolean,
  manageable: boolean,
  candidate: string,
  deciding: ClaimedDigest,
  candidates: readonly CandidateDigest[],
): string {
  if (same && manageable) return `it computes ${candidate}, which is the claimed digest`
  if (same) {
    return 'the digest is right, but bootc up to 1.16.9 does not know composefs.digest= and would not recognise the booted system'
  }
  if (deciding.algorithm !== 'sha512') return 'bootc takes SHA-512 digests only'
  const item = candidates.find(({ id }) => id === candidate)
  if (item?.error !== null && item !== undefined) return item.error
  const computed = item?.digest ?? 'unknown'
  return `The UKI has the wrong composefs= parameter (is '${deciding.digest}', should be '${computed}')`
}

function equals(
  claimed: ClaimedDigest,
  candidates: readonly CandidateDigest[],
  id: string,
): boolean {
  return matches(claimed, candidates).includes(id)
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
