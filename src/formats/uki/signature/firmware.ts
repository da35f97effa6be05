import { toHex } from '../../../base/hash/hashing'
import type { UkiScan } from '../scan'
import { readCertificateTable } from '../pe/certificate-table'
import { buildChain, firmwareAnchor, type Chain } from './chain'
import type { KeySet, ListedDigest } from './key-file'
import { verifySignatures, type SignatureDetails } from './signatures'
import { webDigest } from './verify-signature'
import type { Certificate } from './x509'

/** Why firmware starts a file or not. */
export type FirmwareReason =
  | 'no-pe'
  | 'table-not-parsed'
  | 'image-revoked'
  | 'certificate-revoked'
  | 'image-listed'
  | 'certificate-listed'
  | 'unsigned'
  | 'signature-bad'
  | 'no-anchor'
  | 'unknown-algorithm'

export interface FirmwareAnswer {
  /** Null when a signature could not be checked here. */
  accepted: boolean | null
  reason: FirmwareReason
  /** The certificate of db (or dbx) that decides. */
  anchor: Certificate | null
  /** Any of these in db is enough: one for each signature that leads to db. */
  alternatives: Certificate[]
  /** The signature that decides, and its chain. */
  signature: SignatureDetails | null
  chain: Chain | null
}

const answer = (accepted: boolean | null, reason: FirmwareReason, rest: Partial<FirmwareAnswer> = {}): FirmwareAnswer => ({ accepted, reason, anchor: null, alternatives: [], signature: null, chain: null, ...rest }) // prettier-ignore

/**
 * Whether firmware with Secure Boot starts a file, as EDK2 decides it (DxeImageVerificationHandler):
 * nothing of it may be in dbx, and its digest or a certificate that a signature leads to must be in db;
 * certificates that have expired count. The certificate table must be parsed to its very end.
 */
export async function firmwareStarts(
  scan: UkiScan,
  db: KeySet,
  dbx: KeySet,
): Promise<FirmwareAnswer> {
  if (scan.header === null || scan.error !== null) return answer(false, 'no-pe')
  const signatures = await verifySignatures(scan)
  if (scan.certificateTable === null) return ofDigest(scan, db, dbx)
  let best: FirmwareAnswer | null = null
  const alternatives: Certificate[] = []
  for (const signature of signatures) {
    const one = await ofSignature(signature, db, dbx)
    if (one.reason === 'certificate-revoked' || one.reason === 'image-revoked') return one
    if (best === null || rank(one) > rank(best)) best = one
    if (one.accepted === true && one.anchor !== null) alternatives.push(one.anchor)
  }
  if (!parsesToEnd(scan)) return answer(false, 'table-not-parsed')
  return best === null ? answer(false, 'unsigned') : { ...best, alternatives }
}

function rank({ accepted, reason }: FirmwareAnswer): number {
  return accepted === true ? 3 : accepted === null ? 2 : reason === 'no-anchor' ? 1 : 0
}

function ofDigest(scan: UkiScan, db: KeySet, dbx: KeySet): FirmwareAnswer {
  const { sha256 } = scan.authenticode
  if (sha256 === undefined) return answer(null, 'unknown-algorithm')
  const own: ListedDigest = { algorithm: 'sha256', digest: sha256 }
  if (isListed(dbx.images, own)) return answer(false, 'image-revoked')
  return isListed(db.images, own) ? answer(true, 'image-listed') : answer(false, 'unsigned')
}

async function ofSignature(
  signature: SignatureDetails,
  db: KeySet,
  dbx: KeySet,
): Promise<FirmwareAnswer> {
  const { evidence, digestMatches, signatureValid, imageDigest, digestAlgorithm } = signature
  const bad = digestMatches === false || signatureValid === false
  const own = listedDigest(digestAlgorithm, imageDigest)
  // Firmware looks the digest of the file up, which a signature of another file does not have.
  if (own !== null && digestMatches === true) {
    if (isListed(dbx.images, own)) return answer(false, 'image-revoked', { signature })
    if (!bad && isListed(db.images, own)) return answer(true, 'image-listed', { signature })
  }
  if (bad) return answer(false, 'signature-bad', { signature })
  const { certificate, data } = evidence
  if (digestMatches === null || signatureValid === null || certificate === null) {
    return answer(null, 'unknown-algorithm', { signature })
  }
  const refused = await buildChain(certificate, data.certificates, dbx.certificates)
  const revoked = firmwareAnchor(refused, dbx.certificates)
  if (revoked !== null) return answer(false, 'certificate-revoked', { signature, anchor: revoked, chain: refused }) // prettier-ignore
  const chain = await buildChain(certificate, data.certificates, db.certificates)
  const listed = await revokedByDigest(chain, dbx.revoked)
  if (listed !== null) return answer(false, 'certificate-revoked', { signature, anchor: listed, chain }) // prettier-ignore
  const anchor = firmwareAnchor(chain, db.certificates)
  if (anchor !== null) return answer(true, 'certificate-listed', { signature, anchor, chain })
  return answer(chain.known ? false : null, chain.known ? 'no-anchor' : 'unknown-algorithm', { signature, chain }) // prettier-ignore
}

function listedDigest(algorithm: string | null, digest: string | null): ListedDigest | null {
  if (digest === null) return null
  const names = ['sha1', 'sha256', 'sha384', 'sha512'] as const
  const name = names.find((each) => each === algorithm)
  return name === undefined ? null : { algorithm: name, digest }
}

function isListed(list: readonly ListedDigest[], wanted: ListedDigest): boolean {
  return list.some((each) => each.algorithm === wanted.algorithm && each.digest === wanted.digest)
}

/** EFI_CERT_X509_SHA…: digests over the part that the issuer signed, of any certificate in the chain. */
async function revokedByDigest(
  { certificates }: Chain,
  revoked: readonly ListedDigest[],
): Promise<Certificate | null> {
  for (const algorithm of new Set(revoked.map((each) => each.algorithm))) {
    for (const certificate of certificates) {
      const digest = await webDigest(algorithm, certificate.tbs)
      if (digest === null) continue
      if (isListed(revoked, { algorithm, digest: toHex(digest) })) return certificate
    }
  }
  return null
}

/** EDK2 refuses a file whose entries do not end where the table does, or whose table ends behind the file. */
export function parsesToEnd(scan: UkiScan): boolean {
  const table = scan.certificateTable
  if (table === null) return true
  if (table.offset + table.size > scan.size) return false
  const entries = readCertificateTable(table)
  const last = entries.at(-1)
  if (last === undefined || last.problem !== null) return false
  return last.offset + 8 * Math.ceil(last.length / 8) === table.offset + table.size
}
