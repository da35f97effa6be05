import { toHex } from '../../../base/hash/hashing'
import { verifySignature } from './verify-signature'
import type { Certificate } from './x509'

/** Longest chain looked at (OpenSSL's default is 100; nobody signs with more than four). */
const DEPTH_LIMIT = 16
/** Signatures checked for one chain: names may be equal on purpose. */
const CHECK_LIMIT = 200
/** keyCertSign (RFC 5280 §4.2.1.3). */
const KEY_CERT_SIGN = 1 << 5
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const ANY_USAGE = '2.5.29.37.0'

/** From the signer's certificate upwards, as OpenSSL builds it: issuers out of the anchors first. */
export interface Chain {
  certificates: Certificate[]
  /** How many from the beginning are not out of the anchors. */
  untrusted: number
  /** The last one signed itself. */
  selfSigned: boolean
  /** Null when a signature in it could not be checked (an algorithm that is not known here). */
  known: boolean
}

/** Whether two certificates are the same. */
export function isSame(a: Certificate, b: Certificate): boolean {
  return a.der.length === b.der.length && a.der.every((byte, at) => byte === b.der[at])
}

/**
 * The chain of a certificate (X509_verify_cert of OpenSSL, which EDK2, shim, sbverify and osslsigncode
 * use): each issuer is looked for among the anchors, and before the first of those among the certificates
 * of the signature. An issuer counts when its key verifies the signature.
 */
export async function buildChain(
  leaf: Certificate,
  bundle: readonly Certificate[],
  anchors: readonly Certificate[],
): Promise<Chain> {
  const chain: Chain = { certificates: [leaf], untrusted: 1, selfSigned: false, known: true }
  const budget = { checks: CHECK_LIMIT }
  let last = leaf
  while (chain.certificates.length < DEPTH_LIMIT) {
    if (
      toHex(last.subjectDer) === toHex(last.issuerDer) &&
      (await issued(last, last, budget)) === true
    ) {
      chain.selfSigned = true
      break
    }
    const fromAnchors = await findIssuer(last, anchors, chain, budget)
    const inBundle = chain.untrusted === chain.certificates.length ? bundle : []
    const issuer = fromAnchors ?? (await findIssuer(last, inBundle, chain, budget))
    if (issuer === null) break
    if (fromAnchors === null) chain.untrusted++
    chain.certificates.push(issuer)
    last = issuer
  }
  return chain
}

async function findIssuer(
  certificate: Certificate,
  pool: readonly Certificate[],
  chain: Chain,
  budget: { checks: number },
): Promise<Certificate | null> {
  const name = toHex(certificate.issuerDer)
  for (const candidate of pool) {
    if (toHex(candidate.subjectDer) !== name || !keyIdsFit(certificate, candidate)) continue
    if (chain.certificates.some((known) => isSame(known, candidate))) continue
    const good = await issued(certificate, candidate, budget)
    if (good === true) return candidate
    if (good === null) chain.known = false
  }
  return null
}

function keyIdsFit({ authorityKeyId }: Certificate, { subjectKeyId }: Certificate): boolean {
  return authorityKeyId === null || subjectKeyId === null || authorityKeyId === subjectKeyId
}

async function issued(
  certificate: Certificate,
  issuer: Certificate,
  budget: { checks: number },
): Promise<boolean | null> {
  if (budget.checks-- <= 0) return null
  return verifySignature({
    publicKey: issuer.publicKey,
    algorithm: certificate.signatureAlgorithm,
    parameters: certificate.signatureParameters,
    digest: null,
    signed: certificate.tbs,
    signature: certificate.signature,
  })
}

/** Certificates above the signer's must be allowed to issue others (X509_check_ca). */
function mayIssue({ keyUsage, isAuthority }: Certificate, selfSigned: boolean): boolean {
  if (keyUsage !== null && (keyUsage & KEY_CERT_SIGN) === 0) return false
  return isAuthority ?? (selfSigned || keyUsage !== null)
}

function allMayIssue({ certificates, selfSigned }: Chain): boolean {
  return certificates
    .slice(1)
    .every((each, at) => mayIssue(each, selfSigned && at === certificates.length - 2))
}

/**
 * Firmware's way (EDK2 Pkcs7Verify: partial chains, any purpose, no dates): the anchor that a chain leads
 * to, in whatever place; null when it leads to none.
 */
export function firmwareAnchor(chain: Chain, anchors: readonly Certificate[]): Certificate | null {
  if (!allMayIssue(chain)) return null
  const [leaf] = chain.certificates
  const first = chain.certificates[chain.untrusted]
  if (first !== undefined) return first
  const same = (certificate: Certificate | undefined) =>
    certificate === undefined
      ? null
      : (anchors.find((anchor) => isSame(anchor, certificate)) ?? null)
  return same(leaf) ?? (chain.selfSigned ? same(chain.certificates.at(-1)) : null)
}

/**
 * sbverify 0.9.4: the chain ends in a self-signed anchor, or its issuer is missing and the last one is an
 * anchor. A longer chain out of the signature whose issuer is missing passes with any anchor (measured).
 * Purposes are those of S/MIME or code signing, dates do not count.
 */
export function sbverifyAccepts(chain: Chain, anchors: readonly Certificate[]): boolean {
  const { certificates, selfSigned, untrusted } = chain
  const last = certificates.at(-1)
  if (last === undefined || !allMayIssue(chain)) return false
  if (!purposesFit(certificates, (usage) => usage.includes(CODE_SIGNING) || isMail(usage)))
    return false
  const isAnchor = anchors.some((anchor) => isSame(anchor, last))
  if (selfSigned) return isAnchor
  return isAnchor || (certificates.length > 1 && untrusted === certificates.length)
}

/** osslsigncode 2.9: a whole chain to a self-signed anchor, for code signing, at the time `now` (seconds). */
export function osslsigncodeAccepts(
  chain: Chain,
  anchors: readonly Certificate[],
  isValidNow: (certificate: Certificate) => boolean,
): boolean {
  const { certificates, selfSigned } = chain
  const last = certificates.at(-1)
  if (last === undefined || !selfSigned || !allMayIssue(chain)) return false
  if (!anchors.some((anchor) => isSame(anchor, last))) return false
  return (
    certificates.every(isValidNow) &&
    purposesFit(certificates, (usage) => usage.includes(CODE_SIGNING))
  )
}

const EMAIL = '1.3.6.1.5.5.7.3.4'
const isMail = (usage: readonly string[]) => usage.includes(EMAIL)

function purposesFit(
  certificates: readonly Certificate[],
  fits: (usage: readonly string[]) => boolean,
): boolean {
  return certificates.every(({ extendedKeyUsage }) => {
    return (
      extendedKeyUsage === null || extendedKeyUsage.includes(ANY_USAGE) || fits(extendedKeyUsage)
    )
  })
}
