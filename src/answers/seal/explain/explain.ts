import type { ClaimedDigest, SealCause } from '../../../contract/facts'
import type { MergeLayer } from '../../../image/tree/merge'
import type { DigestInput } from '../candidates'
import { dumpCauses } from './dump-causes'
import { formCauses } from './form-causes'
import { multiFrameCause } from './import-causes'
import { directoryTimes, layerIndications } from './indications'
import { searchSeal, type SearchStep } from './search'

export interface ExplainQuestion {
  claimed: ClaimedDigest
  /** Candidates that equal the claimed digest. */
  matches: readonly string[]
  /** The newest release computes the claimed digest from the layers. */
  accepted: boolean
  input: DigestInput
  layers: readonly MergeLayer[]
  /** Seconds since 1970 of the config and its history. */
  times: readonly number[]
  /** `boot/<UKI>.dump` of the image. */
  dump: { bytes: Uint8Array; name: string } | null
  /** Asked after each hypothesis; false ends the search. */
  mayContinue: (step: SearchStep) => boolean
}

/**
 * Why a seal does not hold, or is refused although it holds: the strongest evidence first. Empty when
 * there is nothing to explain.
 */
export function explainSeal(question: ExplainQuestion): SealCause[] {
  const { claimed, matches, accepted, input } = question
  const always = [
    ...(claimed.algorithm === 'sha256' ? [sha256Cause()] : []),
    ...(input.multiFrame ? [multiFrameCause(input.multiFrameLayers ?? [])] : []),
  ]
  if (claimed.algorithm === null) return [malformed(claimed), ...always]
  if (matches.length > 0) {
    return accepted ? [] : [...always, ...formCauses(matches, input.multiFrame)]
  }
  return [...always, ...whyNot(question, claimed.digest.toLowerCase())]
}

/** Why no form matches: a dump that is what was sealed, a search that found it, else what is likely. */
function whyNot(question: ExplainQuestion, digest: string): SealCause[] {
  const dump = fromDump(question, digest)
  if (dump.some(({ proved, id }) => proved && !id.startsWith('dump-'))) return dump
  const { found, tried, cut } = search(question, digest)
  if (found !== null) return [...found, ...dump]
  const seen = layerIndications(question.layers)
  const known = [...dump, ...seen].some(({ id }) => id === 'dir-mtime')
  return [
    ...dump,
    ...seen,
    ...(known ? [] : directoryTimes(question.layers, triedInWords(tried, cut))),
  ]
}

function fromDump({ claimed, input, layers, dump }: ExplainQuestion, digest: string): SealCause[] {
  if (dump === null || claimed.algorithm === null) return []
  const { bytes, name } = dump
  const { algorithm } = claimed
  return dumpCauses({ claimed: digest, algorithm, input, layers, dump: bytes, name })
}

interface Searched {
  found: SealCause[] | null
  /** Digests that were computed in vain, and whether more were left. */
  tried: number
  cut: boolean
}

function search(question: ExplainQuestion, digest: string): Searched {
  const { claimed, input, layers, times } = question
  if (claimed.algorithm === null) return { found: null, tried: 0, cut: false }
  const steps = searchSeal({ claimed: digest, algorithm: claimed.algorithm, input, layers, times })
  let tried = 0
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) return { found: next.value, tried, cut: false }
    tried = next.value.tried
    if (!question.mayContinue(next.value)) return { found: null, tried, cut: true }
  }
}

function triedInWords(tried: number, cut: boolean): string {
  if (tried === 0) return 'nothing was tried that would give the claimed digest'
  const all = cut ? `the first ${tried} that were tried` : `${tried} that were tried`
  return `no usual change gives the claimed digest (${all})`
}

function malformed({ digest }: ClaimedDigest): SealCause {
  return cause(
    'malformed-karg',
    `the digest on the command line has ${digest.length} characters, which fits no hash, or is not hexadecimal`,
    'put 128 hex digits (SHA-512) behind composefs=',
    true,
  )
}

function sha256Cause(): SealCause {
  return cause(
    'sha256-karg',
    'the digest is SHA-256; bootc takes SHA-512 only',
    'compute the digest with SHA-512 (fsverity-sha512-12)',
    true,
  )
}

function cause(id: string, message: string, fix: string, proved: boolean): SealCause {
  return { id, evidence: 'layers', proved, message, paths: [], count: 0, layer: null, fix }
}
