import { SealscopeError } from '../../base/error'
import type { AcceptRow, CandidateDigest, ClaimedDigest } from '../../contract/facts'
import { BOOTABLE_FORM, candidateId, FORM, type Form } from '../../rules/composefs/forms'

/**
 * THE table of bootc releases: what each range reads, computes, writes, imports and looks for. Nothing else
 * in the code names a release; everything that depends on one is a query below.
 */

export type Repository = AcceptRow['repository']

/**
 * Which arguments are read when a UKI is installed. `short`: `composefs=` alone. `first`: the first
 * `composefs.digest=` of SHA-512, else `composefs=`. `all`: every one of them, each with its own version.
 */
export type Grammar = 'short' | 'first' | 'all'

/** An argument that `bootc container ukify` writes, and the form that its digest has. */
export interface WrittenKarg {
  form: ClaimedDigest['form']
  digest: Form
}

export interface Release {
  /** First and last release of the range; null for the one to come. */
  first: string | null
  last: string | null
  reads: Grammar
  /** What it computes from layers, by the repository that is there; absent: no such host. */
  computes: Partial<Record<Repository, Form>>
  writes: readonly WrittenKarg[]
  /** `first-frame`: of a layer only the first gzip member or zstd frame is read. */
  imports: 'first-frame' | 'all-frames'
  /** By which argument the running system is recognised. */
  manages: readonly ClaimedDigest['form'][]
  /** The marker `setup-root-conf.toml` stands for `prepare-root.conf`, in install and in lint. */
  setupRootConf: boolean
  /** `source`: read in the tag and run; `inferred`: as the range before, but for what documents say. */
  basis: 'source' | 'inferred' | 'documents'
}

const SHORT: Release['manages'] = ['composefs']
const V1_AND_V2_HOSTS = { new: FORM.nsecKept, v1: FORM.nsecKept, v2: FORM.v2 }
const ALL_XATTRS = { new: FORM.allXattrs, v2: FORM.allXattrs }

/**
 * Oldest first. Sources: boot.rs `write_pe_to_esp` of each tag, composefs-boot cmdline.rs and composefs-oci at
 * the revision of its Cargo.lock (e2770757, 679a342d, a29622c5 to 0fbc8533). The inferred ones: release notes and
 * docs/src/experimental-composefs.md. The last: boot.rs `parse_uki_composefs_candidates` of pull request 2248.
 */
export const RELEASES: readonly Release[] = [
  {
    first: '1.16.0',
    last: '1.16.2',
    reads: 'short',
    computes: ALL_XATTRS,
    writes: [{ form: 'composefs', digest: FORM.v2 }],
    imports: 'first-frame',
    manages: SHORT,
    setupRootConf: false,
    basis: 'source',
  },
  {
    first: '1.16.3',
    last: '1.16.3',
    reads: 'first',
    computes: ALL_XATTRS,
    writes: [{ form: 'composefs', digest: FORM.v2 }],
    imports: 'first-frame',
    manages: SHORT,
    setupRootConf: false,
    basis: 'source',
  },
  {
    first: '1.16.4',
    last: '1.16.9',
    reads: 'first',
    computes: V1_AND_V2_HOSTS,
    writes: [{ form: 'composefs', digest: FORM.nsecKept }],
    imports: 'first-frame',
    manages: SHORT,
    setupRootConf: false,
    basis: 'source',
  },
  {
    first: '1.16.10',
    last: '1.16.11',
    reads: 'first',
    computes: V1_AND_V2_HOSTS,
    writes: [{ form: 'composefs', digest: FORM.nsecKept }],
    imports: 'first-frame',
    manages: SHORT,
    setupRootConf: false,
    basis: 'inferred',
  },
  {
    first: '1.16.12',
    last: '1.16.13',
    reads: 'first',
    computes: V1_AND_V2_HOSTS,
    writes: [{ form: 'composefs', digest: FORM.nsecKept }],
    imports: 'all-frames',
    manages: SHORT,
    setupRootConf: false,
    basis: 'inferred',
  },
  {
    first: null,
    last: null,
    reads: 'all',
    computes: { new: BOOTABLE_FORM, v1: BOOTABLE_FORM, v2: BOOTABLE_FORM },
    writes: [
      { form: 'composefs.digest', digest: BOOTABLE_FORM },
      { form: 'composefs', digest: FORM.v2 },
    ],
    imports: 'all-frames',
    manages: ['composefs', 'composefs.digest'],
    setupRootConf: true,
    basis: 'documents',
  },
]

/** The release to come, whose number is not known. */
export const NEXT = 'next'
/** composefs-rs gives /boot and /sysroot the nanoseconds of /usr from here on (pull request 396). */
export const NANOSECONDS_SINCE = 'composefs-rs 0.9.3'
/** Who wrote seals that no release of the table computes. */
export const SHARED_LABEL_RELEASES = '1.13 to 1.15.2'
/** The releases whose sources and runs are behind the rules of install, lint and kernel discovery. */
export const NEWEST_RELEASE = numberedOf('source').at(-1)?.last ?? ''

function numberedOf(...basis: Release['basis'][]): Release[] {
  return RELEASES.filter((release) => release.last !== null && basis.includes(release.basis))
}

/** The first and the last release that the table has by number. */
export function tableReach(): { first: string; last: string } {
  const numbered = numberedOf('source', 'inferred')
  return { first: numbered[0]?.first ?? '', last: numbered.at(-1)?.last ?? '' }
}

/** Who is asked: a release as typed or found, the row that answers, and why that is another one. */
export interface Judge {
  version: string
  release: Release
  /** Null where the row speaks of this very release. */
  warning: string | null
}

/**
 * The row for `1.16.9`, `v1.16.9`, `next`; the newest one known by its source for null. A release that the
 * table does not know is answered by the nearest older one, with a warning. Throws on what is no release.
 */
export function judgeOf(word: string | null): Judge {
  const version = (word ?? NEWEST_RELEASE).replace(/^v(?=\d)/, '')
  const named = RELEASES.find((release) => contains(release, version))
  if (named !== undefined) return { version, release: named, warning: null }
  const numbers = versionNumbers(version)
  if (numbers === null) throw noRelease(word ?? '')
  return { version, ...nearest(version, numbers) }
}

function nearest(version: string, numbers: readonly number[]): Omit<Judge, 'version'> {
  const numbered = numberedOf('source', 'inferred')
  const older = numbered.findLast(({ last }) => compareVersions(versionNumbers(last ?? '') ?? [], numbers) <= 0) // prettier-ignore
  const [oldest] = numbered
  const release = older ?? oldest
  if (release === undefined) throw noRelease(version)
  const shown = older === undefined ? release.first : release.last
  const which = older === undefined ? 'the oldest that is' : 'the nearest older one'
  const newer = older === numbered.at(-1) ? `; \`${NEXT}\` answers by what documents say of the releases after it` : '' // prettier-ignore
  const warning = `bootc ${version} is not in the table: judged as bootc ${shown ?? ''}, ${which}${newer}`
  return { release, warning }
}

function contains({ first, last }: Release, version: string): boolean {
  if (first === null || last === null) return version === NEXT
  const [at, from, to] = [version, first, last].map(versionNumbers)
  if (!at || !from || !to) return false
  return compareVersions(at, from) >= 0 && compareVersions(at, to) <= 0
}

function noRelease(found: string): SealscopeError {
  const { first, last } = tableReach()
  return new SealscopeError({
    kind: 'usage',
    code: 'bootc-release',
    what: 'this is no bootc release',
    expected: `a release such as ${NEWEST_RELEASE} (the table has ${first} to ${last}), ${NEXT}, image or any`,
    found,
  })
}

/** `1.16.4-1.16.9`, or one number, or `next`. */
export function rangeName({ first, last }: Release): string {
  if (first === null || last === null) return NEXT
  return first === last ? first : `${first}-${last}`
}

/** `bootc 1.16.4 to 1.16.9`: all releases of the table, known by source, that fulfil a condition. */
export function releasesWhere(condition: (release: Release) => boolean): string {
  const found = numberedOf('source').filter(condition)
  const [first, last] = [found[0]?.first, found.at(-1)?.last]
  if (!first || !last) return 'no bootc release'
  return first === last ? `bootc ${first}` : `bootc ${first} to ${last}`
}

/** Releases that compute this form from layers for a fresh install. */
export function releasesComputing(form: Form): string {
  return releasesWhere(({ computes }) => computes.new === form)
}

/** The last release, known by its source, that fulfils a condition. */
export function lastWhere(condition: (release: Release) => boolean): string {
  return numberedOf('source').findLast(condition)?.last ?? ''
}

/** Do only releases that read the first frame of a layer compute this form? */
export function isFirstFrameOnly(form: Form): boolean {
  const found = numberedOf('source').filter(({ computes }) => computes.new === form)
  return found.length > 0 && found.every(({ imports }) => imports === 'first-frame')
}

/** Who computes, writes or accepts a form with SHA-512; null: no release of bootc does. */
export function wordsOfForm(form: Form): string | null {
  if (form === BOOTABLE_FORM) {
    return `computed by ${NANOSECONDS_SINCE} and later, and so by the bootc release that reads composefs.digest= as well`
  }
  if (form === FORM.v2) {
    const old = releasesWhere(({ writes }) => writes.some(({ digest }) => digest === form))
    const hosts = releasesWhere(({ computes }) => computes.v2 === form)
    return `written by ${old} from a directory; accepted by ${hosts} on hosts with a V2 repository`
  }
  if (form === FORM.nsecKept) return `written and accepted by ${releasesComputing(form)}`
  if (form === FORM.allXattrs) {
    return `computed by ${releasesComputing(form)} from layers, and so accepted by them`
  }
  return form === FORM.sharedLabel ? `written by bootc ${SHARED_LABEL_RELEASES} from a directory` : null // prettier-ignore
}

/** Columns of `acceptedBy`: does a digest equal what these compute from layers? Names are those of the contract. */
const COLUMNS: readonly { name: string; form: Form }[] = [
  { name: columnName(FORM.allXattrs), form: FORM.allXattrs },
  { name: columnName(FORM.nsecKept), form: FORM.nsecKept },
  { name: 'composefs-rs 0.9.4', form: BOOTABLE_FORM },
]

function columnName(form: Form): string {
  return releasesComputing(form).replace(' to ', '-')
}

/** Does the digest that each range computes from the layers equal the claimed one? */
export function acceptedBy(
  claimed: ClaimedDigest | undefined,
  candidates: readonly CandidateDigest[],
): Record<string, boolean> {
  const rows = COLUMNS.map(({ name, form }) => [name, isDigestOf(claimed, candidates, form)])
  return Object.fromEntries(rows) as Record<string, boolean>
}

/** Is the claimed digest the one of SHA-512 that this form has? */
export function isDigestOf(
  claimed: ClaimedDigest | undefined,
  candidates: readonly CandidateDigest[],
  form: Form,
): boolean {
  return matches(claimed, candidates).includes(candidateId(form, 'sha512'))
}

/** Does a fresh install of this release compute the claimed digest? */
export function computesClaim(
  { release }: Pick<Judge, 'release'>,
  claimed: ClaimedDigest | undefined,
  candidates: readonly CandidateDigest[],
): boolean {
  const form = release.computes.new
  return form !== undefined && isDigestOf(claimed, candidates, form)
}

/** What a release computes for a fresh install. */
export function computedBy(
  { release }: Pick<Judge, 'release'>,
  candidates: readonly CandidateDigest[],
): CandidateDigest | null {
  const form = release.computes.new
  const id = form === undefined ? null : candidateId(form, 'sha512')
  return candidates.find((candidate) => candidate.id === id) ?? null
}

/** The arguments that bootc writes into a UKI of this tree (ukify.rs), in their order; null without a digest. */
export function kargFor(
  candidates: readonly CandidateDigest[],
  { release }: Pick<Judge, 'release'>,
): string | null {
  const kargs = release.writes.map(({ form, digest: { id, version } }) => {
    const wanted = id.replace('*', 'sha512')
    const digest = candidates.find((candidate) => candidate.id === wanted)?.digest ?? null
    const descriptor = form === 'composefs' ? '' : `v${version}-sha512-12:`
    return digest === null ? null : `${form}=${descriptor}${digest}`
  })
  return kargs.includes(null) ? null : kargs.join(' ')
}

/** Is this the set of arguments, whatever their order, that some release writes? */
export function isWritten(claimed: readonly ClaimedDigest[]): boolean {
  const key = (items: readonly { form: string; version: string | null }[]) =>
    items.map(({ form, version }) => `${form} ${form === 'composefs' ? '' : (version ?? '')}`).sort().join() // prettier-ignore
  return RELEASES.some(({ writes }) => key(claimed) === key(writes.map(({ form, digest }) => ({ form, version: `v${digest.version}` })))) // prettier-ignore
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

/** Do the two rules for the nanoseconds of /boot and /sysroot give two digests for this tree? */
export function nanosecondsMatter(candidates: readonly CandidateDigest[]): boolean {
  const [kept, copied] = [FORM.nsecKept, BOOTABLE_FORM].map(
    (form) => candidates.find(({ id }) => id === candidateId(form, 'sha512'))?.digest ?? null,
  )
  return kept !== null && copied !== null && kept !== copied
}

/** `v1.16.9` → its numbers; null for another text. */
export function versionNumbers(version: string): number[] | null {
  const match = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(version)
  return match === null ? null : match.slice(1).map(Number)
}

/** Negative, zero or positive, number by number. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
