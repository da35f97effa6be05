import type { ClaimedDigest } from '../../contract/facts'

/** Which arguments a release reads when it installs: `composefs=` alone, or `composefs.digest=` before it. */
export type Grammar = 'composefs' | 'both'

/** The digest that a release takes, with words in front of the reason; or why it stops. */
export type Reading = { claim: ClaimedDigest; why: string } | { claim: null; why: string }

const SHA512_DIGITS = 128

/**
 * Which of the claimed digests a release compares with its own, as composefs-boot cmdline.rs reads
 * (`get_cmdline_composefs` before, `ComposefsCmdline::from_cmdline` since composefs-rs 0.7).
 */
export function readingOf(claimed: readonly ClaimedDigest[], grammar: Grammar): Reading {
  const [deciding] = claimed
  if (grammar === 'both') {
    const long = claimed.filter(({ form }) => form === 'composefs.digest')
    for (const claim of long) {
      if (claim.version === null) return stops(`parsing composefs.digest= value: ${claim.digest}`)
      if (isOfSha256(claim)) continue
      return sha512Of(claim, claimed)
    }
  }
  const short = claimed.find(({ form }) => form === 'composefs')
  if (short !== undefined) return sha512Of(short, claimed)
  if (grammar === 'composefs') {
    return stops('composefs= value not found', ' (it does not know composefs.digest= yet)')
  }
  const sha256 = deciding?.form === 'composefs.digest' ? ', bootc takes SHA-512 digests only' : ''
  return { claim: null, why: `No composefs image in UKI cmdline${sha256}` }
}

/** Such an argument is passed over; with a digest of 128 digits its descriptor must have named SHA-256. */
function isOfSha256({ algorithm, digest }: ClaimedDigest): boolean {
  return algorithm === 'sha256' || (algorithm === null && /^[0-9a-f]{128}$/i.test(digest))
}

function sha512Of(claim: ClaimedDigest, claimed: readonly ClaimedDigest[]): Reading {
  const { form, algorithm, digest } = claim
  if (algorithm === 'sha512') {
    const several = claimed.length > 1
    return { claim, why: several ? `of ${claimed.length} digests it takes ${form}=: ` : '' }
  }
  if (digest.length === SHA512_DIGITS) {
    return stops(`parsing ${form}= hash`, ': the digest is not hexadecimal')
  }
  const takes = algorithm === 'sha256' ? ' (bootc takes SHA-512 digests only)' : ''
  return stops(`parsing ${form}= hash: got ${digest.length} hex chars, expected ${SHA512_DIGITS} for fsverity-sha512-12`, takes) // prettier-ignore
}

function stops(words: string, note = ''): Reading {
  return { claim: null, why: `Parsing composefs=: ${words}${note}` }
}
