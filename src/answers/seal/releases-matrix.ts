import type { AcceptRow, CandidateDigest, ClaimedDigest } from '../../contract/facts'
import { BOOTABLE_FORM, candidateForm, candidateId, type Form } from '../../rules/composefs/forms'
import { readingOf } from './karg-reading'
import {
  isFirstFrameOnly,
  lastWhere,
  matches,
  rangeName,
  RELEASES,
  tableReach,
  type Release,
  type Repository,
} from './releases'

/** What else an install depends on. */
export interface LayersOfSeal {
  /** Why composefs-rs cannot import the layers. */
  importError: string | null
  /** Why some releases cannot: which layers have several gzip members or zstd frames. */
  multiFrame: string | null
}

const REPOSITORIES: readonly Repository[] = ['new', 'v1', 'v2']
const WHOLE: LayersOfSeal = { importError: null, multiFrame: null }

/** Release × repository: does it take the seal, and why or why not. Releases that answer alike share rows. */
export function acceptMatrix(
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
  layers: LayersOfSeal = WHOLE,
): AcceptRow[] {
  if (claimed.length === 0) return []
  const groups: { releases: Release[]; rows: AcceptRow[] }[] = []
  for (const release of RELEASES) {
    const rows = rowsOf(release, claimed, candidates, layers)
    const last = groups.at(-1)
    if (last !== undefined && release.first !== null && alike(last.rows, rows))
      last.releases.push(release) // prettier-ignore
    else groups.push({ releases: [release], rows })
  }
  return groups.flatMap(({ releases, rows }) => {
    const inferred = releases.filter(({ basis }) => basis !== 'source').map(rangeName)
    const bootc = groupName(releases)
    return rows.map((row) => ({ ...row, bootc, inferred: inferred.join(', ') || null }))
  })
}

/** What one release says to the digests of a UKI on one kind of host. */
export interface SealAnswer {
  /** What it reads is what it computes. */
  digest: boolean
  /** It will recognise the booted system by what is on the command line. */
  managed: boolean
  why: string
}

/** Reads and compares as a release does; null: there is no such host. */
export function sealAnswer(
  release: Release,
  repository: Repository,
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
  layers: LayersOfSeal = WHOLE,
): SealAnswer | null {
  const computed = release.computes[repository]
  if (computed === undefined) return null
  const no = (why: string) => ({ digest: false, managed: true, why })
  const stopped = layers.importError ?? (release.imports === 'first-frame' ? layers.multiFrame : null) // prettier-ignore
  if (stopped !== null) return no(`bootc cannot import this image: ${stopped}`)
  const { claims, why } = readingOf(claimed, release.reads)
  const [claim] = claims ?? []
  if (claims === null || claim === undefined) return no(why)
  if (release.reads === 'all') return { managed: true, ...searched(claims, candidates) }
  // Of such layers the forms of releases that read the first frame only have no digest.
  const form = layers.multiFrame !== null && isFirstFrameOnly(computed) ? BOOTABLE_FORM : computed
  const compared = compareWith(form, repository, claim, candidates)
  if (!compared.digest) return no(why + compared.why)
  const managed = claimed.some((each) => release.manages.includes(each.form))
  return { digest: true, managed, why: managed ? why + compared.why : unmanaged() }
}

function rowsOf(
  release: Release,
  claimed: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
  layers: LayersOfSeal,
): AcceptRow[] {
  const inferred = release.basis === 'source' ? null : rangeName(release)
  return REPOSITORIES.flatMap((repository) => {
    const found = sealAnswer(release, repository, claimed, candidates, layers)
    if (found === null) return []
    const { digest, managed, why } = found
    return [{ bootc: rangeName(release), repository, accepts: digest && managed, why, inferred }]
  })
}

/** bootc status.rs `composefs_booted` looks for some arguments only, whatever their values. */
function unmanaged(): string {
  const last = lastWhere(({ manages }) => !manages.includes('composefs.digest'))
  return `with composefs.digest= alone bootc up to ${last} does not recognise the booted system: the digest is right and the image installs, but then it looks for composefs=`
}

type Compared = Pick<SealAnswer, 'digest' | 'why'>

function compareWith(
  form: Form,
  repository: Repository,
  claim: ClaimedDigest,
  candidates: readonly CandidateDigest[],
): Compared {
  const candidate = candidateId(form, 'sha512')
  if (!matches(claim, candidates).includes(candidate)) {
    const item = candidates.find(({ id }) => id === candidate)
    const why = item?.error ?? wrongParameter(claim.digest, item?.digest ?? 'unknown')
    return { digest: false, why }
  }
  const other = claim.version !== null && claim.version !== `v${form.version}`
  const note = other ? ` (${claim.version ?? ''}- in front of it is not compared)` : ''
  const host =
    repository === 'new' ? '' : ` on a host with a ${repository.toUpperCase()} repository`
  return {
    digest: true,
    why: `it computes ${candidate}${host}, which is the claimed digest${note}`,
  }
}

/** Every digest must be that of some attribute mode and format; an explicit version holds (boot.rs, #2248). */
function searched(
  claims: readonly ClaimedDigest[],
  candidates: readonly CandidateDigest[],
): Compared {
  const known: string[] = []
  for (const claim of claims) {
    const forms = matches(claim, candidates).filter((id) => isSearched(candidateForm(id), claim))
    const [found] = forms
    if (found === undefined) return { digest: false, why: refusal(claim, candidates) }
    known.push(`${claim.form}= is ${found}`)
  }
  return { digest: true, why: `it looks for every digest among its formats and attribute modes: ${known.join(', ')}` } // prettier-ignore
}

function isSearched(form: Form | null, { version }: ClaimedDigest): boolean {
  if (form === null || !form.bootable || form.xattrs === 'all') return false
  if (form.keepNsec || form.sharedLabel) return false
  if (version === null) return true
  return version === 'v2' ? form.version === 2 : form.version < 2
}

function refusal(claim: ClaimedDigest, candidates: readonly CandidateDigest[]): string {
  const wanted = candidates.filter(({ id, digest }) => {
    const form = candidateForm(id)
    return digest !== null && form?.xattrs === 'allowlist-only' && isSearched(form, claim) && form.version > 0 // prettier-ignore
  })
  const error = candidates.find(({ id }) => candidateForm(id)?.bootable)?.error ?? null
  if (wanted.length === 0) return error ?? wrongParameter(claim.digest, `a ${(claim.version ?? '').toUpperCase()} boot image`) // prettier-ignore
  return wrongParameter(claim.digest, wanted.map(({ digest }) => digest).join(', '))
}

function wrongParameter(actual: string, expected: string): string {
  return `The UKI has the wrong composefs= parameter (is '${actual}', should be '${expected}')`
}

function alike(a: readonly AcceptRow[], b: readonly AcceptRow[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ repository, accepts, why }, at) => {
      const other = b[at]
      return other?.repository === repository && other.accepts === accepts && other.why === why
    })
  )
}

/** `1.16.0-1.16.3`; open at its end where the last release with a number is among them. */
function groupName(releases: readonly Release[]): string {
  const [first, last] = [releases[0], releases.at(-1)]
  if (first === undefined || last === undefined) return ''
  if (last.last === tableReach().last && last.first !== null) return `>=${first.first ?? ''}`
  return rangeName({ ...first, last: last.last })
}
