import type { Finding, ImageFacts } from '../../contract/facts'
import { computesClaim, isWritten, judgeOf, NEWEST_RELEASE } from '../seal/releases'
import { finding } from './finding'

const RESEAL = 'compute the digest of the finished tree again, build the UKI with it and sign it'

/** What verdict, karg and proof mean for somebody who wants a sealed image. */
export function sealFindings(facts: ImageFacts): Finding[] {
  return [...verdictFindings(facts), ...kargFindings(facts), ...proofFindings(facts)]
}

function verdictFindings({ seal, kernel }: ImageFacts): Finding[] {
  const path = kernel?.path ?? null
  if (seal.verdict === 'UKI_UNSEALED') {
    const message =
      'the composefs digest is optional (composefs=?): the system also boots with a tree that fails verification'
    const fix = 'write composefs= without the question mark, on file systems with fs-verity'
    return [finding('seal-optional', 'warning', message, { path, fix, source: 'composefs-rs composefs-boot/src/cmdline.rs' })] // prettier-ignore
  }
  if (seal.verdict === 'UKI_NO_COMPOSEFS') {
    const message = 'the UKI has no composefs digest on its command line: nothing ties it to the tree' // prettier-ignore
    const fix = 'build the UKI with `bootc container ukify`, or put composefs=DIGEST into .cmdline'
    return [finding('uki-without-composefs', 'warning', message, { path, fix, source: 'bootc crates/lib/src/ukify.rs' })] // prettier-ignore
  }
  return []
}

function kargFindings({ seal, kernel }: ImageFacts): Finding[] {
  const [deciding] = seal.claimed
  if (deciding === undefined) return []
  const path = kernel?.path ?? null
  const source = 'composefs-rs composefs-boot/src/cmdline.rs'
  const found: Finding[] = []
  if (deciding.algorithm === null) {
    const message = `the composefs digest has ${deciding.digest.length} characters or is not hex: it fits no hash`
    found.push(finding('malformed-karg', 'error', message, { path, source, fix: 'write 128 hex digits (SHA-512)' })) // prettier-ignore
  }
  if (deciding.algorithm === 'sha256') {
    const message = 'the composefs digest is SHA-256, bootc takes SHA-512 only'
    found.push(finding('sha256-karg', 'error', message, { path, source, fix: 'compute it with SHA-512 (fsverity-sha512-12)' })) // prettier-ignore
  }
  if (seal.claimed.every(({ form }) => form === 'composefs.digest')) {
    const message = `the only composefs argument is composefs.digest=, by which bootc up to ${NEWEST_RELEASE} does not recognise the booted system`
    found.push(finding('cfsctl-karg', 'warning', message, { path, source, fix: 'write composefs=DIGEST' })) // prettier-ignore
  } else if (seal.claimed.length > 1 && !isWritten(seal.claimed)) {
    const message = `the command line names ${seal.claimed.length} composefs digests; ${deciding.form}= decides`
    found.push(finding('several-composefs-kargs', 'warning', message, { path, source, fix: 'keep one of them' })) // prettier-ignore
  }
  return found
}

function proofFindings({ seal, kernel }: ImageFacts): Finding[] {
  const { proof, claimed, verdict } = seal
  const [deciding] = claimed
  const sealed = verdict === 'UKI_SEALED' && deciding?.algorithm === 'sha512'
  if (proof === null || !sealed || proof.importError !== null) return []
  const path = kernel?.path ?? null
  const source = 'bootc crates/lib/src/bootc_composefs/boot.rs'
  const [cause] = proof.causes
  const why = cause === undefined ? '' : `: ${cause.message}`
  const fix = cause?.fix ?? RESEAL
  if (proof.holds === false) {
    const message = `the seal does not hold: no release of bootc computes the digest in the UKI from this tree${why}`
    return [finding('seal-broken', 'error', message, { path, fix, source })]
  }
  if (computesClaim(judgeOf(null), deciding, proof.candidates)) return []
  const message = `the seal holds as ${proof.matches.join(', ')}, but bootc ${NEWEST_RELEASE} computes another digest and refuses the image${why}`
  return [finding('seal-refused', 'error', message, { path, fix, source })]
}
