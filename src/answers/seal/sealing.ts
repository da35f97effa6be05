import type { CandidateDigest, SealAnnotation, SealProof } from '../../contract/facts'
import { type Hasher, toHex, type VerityAlgorithm } from '../../base/hash/hashing'
import type { OpenedImage } from '../../formats/oci/image'
import type { Referrer } from '../../formats/oci/referrers'
import { candidateForm, candidateId, FORM } from '../../rules/composefs/forms'
import { algorithmOf, parseSealingKey, sealingDigest, type SealingKey } from './sealing-keys'

/** What became of one annotation; `self` is a manifest's own digest inside it. */
export type SealingStatus =
  'match' | 'other-form' | 'mismatch' | 'malformed' | 'self' | 'unchecked' | 'signature'

export interface CheckedAnnotation extends SealAnnotation {
  object: SealingKey['object']
  status: SealingStatus
  /** Why it is malformed or was not checked; empty otherwise. */
  why: string
}

export interface SealingEvidence {
  proof: Pick<SealProof, 'candidates' | 'importError'> | null
  documents: OpenedImage['documents']
  verity(algorithm: VerityAlgorithm): Hasher
}

interface FoundAnnotation {
  where: string
  key: string
  value: string
  parsed: SealingKey
}

type Outcome = Pick<CheckedAnnotation, 'status' | 'why' | 'matches'>

/** Hashes that sealing annotations ask for; a draft's key names it, else the digest's length tells. */
export function sealingAlgorithms(
  image: OpenedImage,
  referrers: readonly Referrer[],
): Set<VerityAlgorithm> {
  const found = new Set<VerityAlgorithm>()
  for (const { parsed, value } of annotationsOf(image, referrers)) {
    const digest = sealingDigest(parsed, value)
    if (digest !== null) found.add(algorithmOf(digest))
  }
  return found
}

/**
 * Finds the digests and signatures that an image and its artifacts carry, and compares each digest with
 * what was computed (composefs-oci sealing_spec.rs). Order: index, manifest, config, labels, layers,
 * artifacts.
 */
export function checkSealing(
  image: OpenedImage,
  referrers: readonly Referrer[],
  evidence: SealingEvidence,
): CheckedAnnotation[] {
  const found = annotationsOf(image, referrers)
  const documents = found.length === 0 ? [] : documentDigests(evidence)
  return found.map(({ where, key, value, parsed }) => {
    const digest = sealingDigest(parsed, value)
    const inside = where !== 'index' && !where.startsWith('sha')
    const outcome =
      inside && parsed.object === 'manifest'
        ? told('self', 'the annotation is part of the manifest that it should be the digest of')
        : compare(parsed, value, digest, evidence, documents)
    return { where, key, value, digest, object: parsed.object, ...outcome }
  })
}

function annotationsOf(image: OpenedImage, referrers: readonly Referrer[]): FoundAnnotation[] {
  const places: [string, Record<string, string>][] = [
    ['index', image.manifest.annotations],
    ['manifest', image.annotations],
    ['config', image.config.annotations],
    ['labels', image.labels],
    ...image.layers.map(({ annotations }, index): [string, Record<string, string>] => [
      `layers[${index}]`,
      annotations,
    ]),
    ...referrers.flatMap(({ digest, content }): [string, Record<string, string>][] =>
      content === null
        ? []
        : [
            [digest, content.annotations],
            ...content.layers.map(({ annotations }, index): [string, Record<string, string>] => [
              `${digest}/layers[${index}]`,
              annotations,
            ]),
          ],
    ),
  ]
  return places.flatMap(([where, texts]) =>
    Object.entries(texts).flatMap(([key, value]) => {
      const parsed = parseSealingKey(key, value)
      return parsed === null ? [] : [{ where, key, value, parsed }]
    }),
  )
}

function compare(
  key: SealingKey,
  value: string,
  digest: string | null,
  evidence: SealingEvidence,
  documents: CandidateDigest[],
): Outcome {
  if (key.isSignature) {
    return isDer(value) ? told('signature', '') : told('malformed', 'it is no base64 of DER')
  }
  if (digest === null) return told('malformed', expectedDigest(key))
  if (key.blockBits !== 12) {
    return told('unchecked', `blocks of 2^${key.blockBits} bytes are used by no release`)
  }
  const algorithm = algorithmOf(digest)
  if (key.object === 'layer') {
    return told('unchecked', 'the draft does not say how the image of a single layer is written')
  }
  const isDocument = key.object === 'config' || key.object === 'manifest'
  if (isDocument) {
    const own = documents.filter(({ id }) => id === `${key.object}/${algorithm}`)
    if (own.length === 0) return told('unchecked', 'the source does not keep this JSON')
    return verdict(digest, own, () => true)
  }
  const trees = (evidence.proof?.candidates ?? []).filter(({ id }) => isOf(id, algorithm))
  const others = key.object === 'unknown' ? documents : []
  const known = [...trees, ...others].filter((candidate) => candidate.digest !== null)
  const found = verdict(digest, known, (id) => isMeant(key, id, algorithm))
  if (found.status !== 'mismatch') return found
  if (key.erofs !== null && key.erofs > 2) {
    return told('unchecked', `version ${key.erofs} of the EROFS image is not known`)
  }
  if (trees.every((candidate) => candidate.digest === null)) {
    const why = evidence.proof?.importError ?? trees[0]?.error ?? 'no digests were computed'
    return told('unchecked', why)
  }
  return found
}

function verdict(
  digest: string,
  candidates: readonly CandidateDigest[],
  isMeantForm: (id: string) => boolean,
): Outcome {
  const equal = candidates.filter((candidate) => candidate.digest === digest)
  const meant = equal.find(({ id }) => isMeantForm(id))
  if (meant !== undefined) return { ...told('match', ''), matches: meant.id }
  const [other] = equal
  return other === undefined
    ? told('mismatch', '')
    : { ...told('other-form', ''), matches: other.id }
}

/** The form that a key means; releases up to composefs-rs 0.9.2 keep nanoseconds in the bootable one. */
function isMeant(key: SealingKey, id: string, algorithm: VerityAlgorithm): boolean {
  if (key.object === 'unknown') return true
  const kind = key.object === 'merged' ? 'plain' : 'bootable'
  const form = candidateForm(id)
  if (form === null || form.bootable !== (kind === 'bootable') || form.version !== key.erofs)
    return false
  const { xattrs, keepNsec, sharedLabel } = form
  // The earlier keys were written before attributes were filtered.
  if (key.algorithm === null) return xattrs !== 'all' && !keepNsec
  if (id !== candidateId(form, algorithm) || xattrs !== 'allowlist-only') return false
  return form === FORM.nsecKept || (!keepNsec && !sharedLabel)
}

function isOf(id: string, algorithm: VerityAlgorithm): boolean {
  const form = candidateForm(id)
  return form !== null && id === candidateId(form, algorithm)
}

/** fs-verity of the JSON documents as they are stored. */
function documentDigests({ documents, verity }: SealingEvidence): CandidateDigest[] {
  if (documents === null) return []
  return (['config', 'manifest'] as const).flatMap((name) =>
    (['sha512', 'sha256'] as const).map((algorithm) => {
      const hasher = verity(algorithm)
      hasher.update(documents[name])
      return { id: `${name}/${algorithm}`, digest: toHex(hasher.digest()), error: null }
    }),
  )
}

function expectedDigest({ algorithm }: SealingKey): string {
  if (algorithm === null) return 'expected 64 or 128 lower-case hex digits'
  return `expected ${algorithm === 'sha512' ? 128 : 64} lower-case hex digits`
}

/** Base64 whose bytes begin as a DER sequence, the outermost of PKCS#7. */
function isDer(value: string): boolean {
  return /^M[A-P][A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0
}

function told(status: SealingStatus, why: string): Outcome {
  return { status, why, matches: null }
}
