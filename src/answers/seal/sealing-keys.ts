import type { VerityAlgorithm } from '../../base/hash/hashing'

/** What a digest of the sealing draft covers; `unknown` for keys that the draft does not name. */
export type SealedObject =
  'layer' | 'merged' | 'merged.bootable' | 'config' | 'manifest' | 'unknown'

export interface SealingKey {
  object: SealedObject
  /** Version of the EROFS image; null for JSON documents and where the key does not say it. */
  erofs: number | null
  /** Null where the key does not say it: the digest's length tells. */
  algorithm: VerityAlgorithm | null
  /** Binary logarithm of the block size. */
  blockBits: number
  isSignature: boolean
}

const DRAFT =
  /^composefs\.(?:(layer|merged|merged\.bootable)\.erofs\.v(\d{1,3})|(config|manifest))\.fsverity-(sha256|sha512)-(\d{1,2})(\.sig)?$/
/** Keys of experiments before the draft: plain V2 images of the whole tree and of a layer. */
const EARLIER: Readonly<Record<string, SealedObject>> = {
  'containers.composefs.fsverity': 'merged',
  'containers.composefs.layer.fsverity': 'layer',
}
const HINT = /composefs|fs-?verity/i
const DIGEST = /^(?:[0-9a-f]{64}|[0-9a-f]{128})$/
const DIGEST_LIKE = /^(?:sha(?:256|512):)?([0-9a-f]{128}|[0-9a-f]{64})$/i

/**
 * Reads the key of an annotation or label (composefs-oci sealing_spec.rs §"Annotation key scheme"); null
 * when it speaks of no composefs digest. Other keys with "composefs" or "fsverity" in them count when
 * their value looks like a digest.
 */
export function parseSealingKey(key: string, value: string): SealingKey | null {
  const match = DRAFT.exec(key)
  if (match !== null) {
    const [, image, version, document, algorithm, bits, signature] = match
    return {
      object: (image ?? document) as SealedObject,
      erofs: version === undefined ? null : Number(version),
      algorithm: algorithm as VerityAlgorithm,
      blockBits: Number(bits),
      isSignature: signature !== undefined,
    }
  }
  const rest = { algorithm: null, blockBits: 12, isSignature: false }
  const earlier = Object.hasOwn(EARLIER, key) ? EARLIER[key] : undefined
  if (earlier !== undefined) return { object: earlier, erofs: 2, ...rest }
  return HINT.test(key) && DIGEST_LIKE.test(value)
    ? { object: 'unknown', erofs: null, ...rest }
    : null
}

/** The digest in a value, lower-case hex; null when the key does not allow it. */
export function sealingDigest(key: SealingKey, value: string): string | null {
  if (key.isSignature) return null
  if (key.object === 'unknown') return DIGEST_LIKE.exec(value)?.[1]?.toLowerCase() ?? null
  if (!DIGEST.test(value)) return null
  return key.algorithm === null || key.algorithm === algorithmOf(value) ? value : null
}

/** The hash of a digest in hex. */
export function algorithmOf(digest: string): VerityAlgorithm {
  return digest.length === 128 ? 'sha512' : 'sha256'
}
