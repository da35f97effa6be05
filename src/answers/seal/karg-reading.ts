import type { ClaimedDigest } from '../../contract/facts'
import type { Grammar } from './releases'

/** The digests that a release compares with its own, with words in front of the reason; or why it stops. */
export type Reading =
  { claims: readonly ClaimedDigest[]; why: string } | { claims: null; why: string }

const SHA512_DIGITS = 128

/**
 * Which of the claimed digests a release compares with its own, as composefs-boot cmdline.rs reads
 * (`get_cmdline_composefs` before, `ComposefsCmdline::from_cmdline` since composefs-rs 0.7), and bootc boot.rs
 * `parse_uki_composefs_candidates` where all are read.
 */
export function readingOf(claimed: readonly ClaimedDigest[], grammar: Grammar): Reading {
  if (grammar === 'all') return readAll(claimed)
  const [deciding] = claimed
  if (grammar === 'first') {
    const long = claimed.filter(({ form }) => form === 'composefs.digest')
    for (const claim of long) {
      if (claim.version === null) return stops(`parsing composefs.digest= value: ${claim.digest}`)
      if (isOfSha256(claim)) continue
      return sha512Of(claim, claimed)
    }
  }
  const short = claimed.find(({ form }) => form === 'composefs')
  if (short !== undefined) return sha512Of(short, claimed)
  if (grammar === 'short') {
    return stops('composefs= value not found', ' (it does not know composefs.digest= yet)')
  }
  const sha256 = deciding?.form === 'composefs.digest' ? ', bootc takes SHA-512 digests only' : ''
  return { claims: null, why: `No composefs image in UKI cmdline${sha256}` }
}

/** Every argument counts, and all must say the same about missing fs-verity. */
function readAll(claimed: readonly ClaimedDigest[]): Reading {
  const parsing = 'Parsing composefs kernel arguments: '
  if (claimed.filter(({ form }) => form === 'composefs').length > 1) {
    return { claims: null, why: `${parsing}duplicate composefs= composefs kernel argument` }
  }
  const claims: ClaimedDigest[] = []
  for (const claim of claimed) {
    const isLong = claim.form === 'composefs.digest'
    if (isLong && claim.version === null) {
      return { claims: null, why: `${parsing}parsing composefs.digest= value: ${claim.digest}` }
    }
    if (isLong && isOfSha256(claim)) continue
    const reading = sha512Of(claim, claimed)
    if (reading.claims === null) return reading
    claims.push(claim)
  }
  const [first] = claims
  if (first === undefined) return { claims: null, why: 'No composefs digest in UKI cmdline' }
  if (claims.some(({ optional }) => optional !== first.optional)) {
    return { claims: null, why: 'UKI composefs candidates have mixed fs-verity policies' }
  }
  return { claims, why: '' }
}

/** Such an argument is passed over; with a digest of 128 digits its descriptor must have named SHA-256. */
function isOfSha256({ algorithm, digest }: ClaimedDigest): boolean {
  return algorithm === 'sha256' || (algorithm === null && /^[0-9a-f]{128}$/i.test(digest))
}

function sha512Of(claim: ClaimedDigest, claimed: readonly ClaimedDigest[]): Reading {
  const { form, algorithm, digest } = claim
  if (algorithm === 'sha512') {
    const several = claimed.length > 1
    return {
      claims: [claim],
      why: several ? `of ${claimed.length} digests it takes ${form}=: ` : '',
    }
  }
  if (digest.length === SHA512_DIGITS) {
    return stops(`parsing ${form}= hash`, ': the digest is not hexadecimal')
  }
  const takes = algorithm === 'sha256' ? ' (bootc takes SHA-512 digests only)' : ''
  return stops(`parsing ${form}= hash: got ${digest.length} hex chars, expected ${SHA512_DIGITS} for fsverity-sha512-12`, takes) // prettier-ignore
}

function stops(words: string, note = ''): Reading {
  return { claims: null, why: `Parsing composefs=: ${words}${note}` }
}
