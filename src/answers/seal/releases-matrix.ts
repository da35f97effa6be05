import type { AcceptRow, CandidateDigest, ClaimedDigest } from '../../contract/facts'
import { readingOf, type Grammar, type Reading } from './karg-reading'
import { compareVersions, matches, versionNumbers } from './releases'

/** Releases that read and compute alike on one kind of host. */
interface Host {
  bootc: string
  repository: AcceptRow['repository']
  grammar: Grammar
  /** What they compute from the layers. */
  candidate: string
}

/**
 * Fresh installs, and upgrades of hosts with a V1 or a V2 repository. Sources: bootc boot.rs
 * `write_pe_to_esp` of each tag, and composefs-boot cmdline.rs at the revision that its Cargo.lock pins:
 * e2770757 (1.16.0 to 1.16.2) knows `composefs=` only, 679a342d (1.16.3) and later `composefs.digest=`, too.
 */
const HOSTS: readonly Host[] = [
  ...(['1.16.0-1.16.2', '1.16.3'] as const).flatMap((bootc) =>
    (['new', 'v2'] as const).map((repository) => ({
      bootc,
      repository,
      grammar: bootc === '1.16.3' ? ('both' as const) : ('composefs' as const),
      candidate: 'v2-allxattr/sha512',
    })),
  ),
  { bootc: '>=1.16.4', repository: 'new', grammar: 'both', candidate: 'v1-nsec-kept/sha512' },
  { bootc: '>=1.16.4', repository: 'v1', grammar: 'both', candidate: 'v1-nsec-kept/sha512' },
  {
    bootc: '>=1.16.4',
    repository: 'v2',
    grammar: 'both',
    candidate: 'v2/sha512/allowlist-only/bootable',
  },
]
/** The two that differ in their grammar only: one row where that makes no difference. */
const TWINS = ['1.16.0-1.16.2', '1.16.3'] as const
const BOTH_TWINS = '1.16.0-1.16.3'

/** What else an install depends on. */
export interface LayersOfSeal {
  /** Why composefs-rs cannot import the layers. */
  importError: string | null
  /** Why releases up to 1.16.9 cannot: which layers have several gzip members or zstd frames. */
  multiFrame: string | null
}

/** Release × repository: does it take the seal, and why or why not. */
export function acceptMatrix(
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
  layers: LayersOfSeal = { importError: null, multiFrame: null },
): AcceptRow[] {
  if (claimed.length === 0) return []
  return joinTwins(HOSTS.map((host) => rowOf(host, claimed, candidates, layers)))
}

/** The rows that speak of one release, such as `1.16.9`. */
export function rowsOfRelease(rows: readonly AcceptRow[], version: string): AcceptRow[] {
  const wanted = versionNumbers(version)
  if (wanted === null) return []
  return rows.filter(({ bootc }) => {
    const [from, to = from] = bootc.replace('>=', '').split('-').map(versionNumbers)
    if (from === undefined || from === null || compareVersions(wanted, from) < 0) return false
    return bootc.startsWith('>=') || (to !== undefined && to !== null && compareVersions(wanted, to) <= 0) // prettier-ignore
  })
}

function rowOf(
  host: Host,
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
  layers: LayersOfSeal,
): AcceptRow {
  const { bootc, repository } = host
  const stopped = layers.importError ?? layers.multiFrame
  if (stopped !== null) {
    return { bootc, repository, accepts: false, why: `bootc cannot import this image: ${stopped}` }
  }
  const reading = readingOf(claimed, host.grammar)
  if (reading.claim === null) return { bootc, repository, accepts: false, why: reading.why }
  return { bootc, repository, ...judged(host, reading, claimed, candidates) }
}

function judged(
  { candidate, repository }: Host,
  { claim, why }: Reading & { claim: ClaimedDigest },
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
): Pick<AcceptRow, 'accepts' | 'why'> {
  if (!matches(claim, candidates).includes(candidate)) {
    const item = candidates.find(({ id }) => id === candidate)
    const wrong = `The UKI has the wrong composefs= parameter (is '${claim.digest}', should be '${item?.digest ?? 'unknown'}')`
    return { accepts: false, why: why + (item?.error ?? wrong) }
  }
  // bootc status.rs `composefs_booted` looks for composefs= only, whatever its value.
  if (!claimed.some(({ form }) => form === 'composefs')) {
    return {
      accepts: false,
      why: 'with composefs.digest= alone bootc up to 1.16.9 does not recognise the booted system: the digest is right and the image installs, but then it looks for composefs=',
    }
  }
  const other = claim.version !== null && !candidate.startsWith(claim.version)
  const note = other ? ` (${claim.version ?? ''}- in front of it is not compared)` : ''
  const host =
    repository === 'new' ? '' : ` on a host with a ${repository.toUpperCase()} repository`
  return { accepts: true, why: `${why}it computes ${candidate}${host}, which is the claimed digest${note}` } // prettier-ignore
}

function joinTwins(rows: readonly AcceptRow[]): AcceptRow[] {
  const [early, late] = TWINS.map((name) => rows.filter(({ bootc }) => bootc === name))
  const rest = rows.filter(({ bootc }) => !TWINS.some((name) => name === bootc))
  const alike = early?.every(({ accepts, why }, at) => late?.[at]?.accepts === accepts && late[at].why === why) // prettier-ignore
  const first = alike === true ? (early ?? []).map((row) => ({ ...row, bootc: BOTH_TWINS })) : [...(early ?? []), ...(late ?? [])] // prettier-ignore
  return [...first, ...rest]
}
