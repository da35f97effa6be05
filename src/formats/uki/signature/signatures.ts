import { SealscopeError } from '../../../base/error'
import type { CertificateRecord, SignatureRecord } from '../../../contract/uki'
import { toHex } from '../../../base/hash/hashing'
import { readCertificateTable, TYPE_EFI_GUID, TYPE_PKCS7, type CertificateEntry } from '../pe/certificate-table' // prettier-ignore
import { digestOf, OID_SPC_INDIRECT_DATA, readSignedData, type SignedData, type SignerInfo } from './pkcs7' // prettier-ignore
import type { UkiScan } from '../scan'
import { describeKey, verifySignature, webDigest } from './verify-signature'
import { isoTime, plainSerial, type Certificate } from './x509'

/** The record of the contract and what else is known of a signature. */
export interface SignatureDetails extends SignatureRecord {
  /** WIN_CERTIFICATE type: 2 (PKCS#7) or 0x0ef1 (PKCS#7 named by GUID). */
  entryType: number
  /** The image's digest as the signature has it, hex. */
  imageDigest: string | null
  /** `RSA-2048`, `EC P-256`. */
  key: string | null
  /** What it was read from, for those who ask whom it leads to. */
  evidence: { data: SignedData; signer: SignerInfo; certificate: Certificate | null }
}

/** One entry of the certificate table as firmware looks at it. */
export interface SignatureEntry {
  entry: CertificateEntry
  data: SignedData | null
  /** Why it holds no signature; null when it does. */
  problem: string | null
}

/** EFI_CERT_TYPE_PKCS7_GUID, 4aafd29d-68df-49ee-8aa9-347d375665a7 (UEFI 2.11 §32.2.4). */
const PKCS7_GUID = '9dd2af4adf68ee498aa9347d375665a7'

/**
 * The entries of a certificate table and the PKCS#7 in them, as EDK2 reads them
 * (DxeImageVerificationLib): type 2, and type 0x0ef1 when its GUID says PKCS#7; others are passed over.
 */
export function readSignatureEntries(scan: UkiScan): SignatureEntry[] {
  if (scan.certificateTable === null) return []
  return readCertificateTable(scan.certificateTable).map((entry) => {
    if (entry.problem !== null) return { entry, data: null, problem: entry.problem }
    const bytes = pkcs7Bytes(entry)
    if (typeof bytes === 'string') return { entry, data: null, problem: bytes }
    try {
      return { entry, data: readSignedData(bytes), problem: null }
    } catch (error) {
      if (!(error instanceof SealscopeError)) throw error
      return { entry, data: null, problem: error.message }
    }
  })
}

function pkcs7Bytes({ type, data }: CertificateEntry): Uint8Array | string {
  if (type === TYPE_PKCS7) return data
  const named = `it has type 0x${type.toString(16).padStart(4, '0')}`
  if (type !== TYPE_EFI_GUID) return `${named}, which firmware passes over`
  if (toHex(data.subarray(0, 16)) === PKCS7_GUID) return data.subarray(16)
  return `${named} and a GUID that is not the one of PKCS#7, so firmware passes over it`
}

/**
 * The Authenticode signatures of a scanned file: one for each signer of each PKCS#7 entry of its
 * certificate table. `digestMatches` compares the image's digest (null when the scan did not compute
 * that algorithm); `signatureValid` holds when the messageDigest attribute covers the content, the
 * content type is right and the signature over the attributes verifies with the embedded
 * certificate (null without WebCrypto). No trust anchors, no dates: those are the firmware's.
 */
export async function verifySignatures(scan: UkiScan): Promise<SignatureDetails[]> {
  const results: SignatureDetails[] = []
  for (const { entry, data } of readSignatureEntries(scan)) {
    for (const signer of data?.signers ?? []) {
      if (data !== null) results.push(await verifySigner(data, signer, scan, entry.type))
    }
  }
  return results
}

async function verifySigner(
  data: SignedData,
  signer: SignerInfo,
  scan: UkiScan,
  entryType: number,
): Promise<SignatureDetails> {
  const certificate = data.certificates.find((candidate) => belongsTo(candidate, signer)) ?? null
  const algorithm = data.image === null ? null : digestOf(data.image.algorithm)
  const imageDigest = data.image === null ? null : toHex(data.image.digest)
  const ours = algorithm === null ? undefined : scan.authenticode[algorithm]
  const digestMatches = ours === undefined || imageDigest === null ? null : ours === imageDigest
  const checked = await checkSignature(data, signer, certificate)
  const certificates = await Promise.all(data.certificates.map(certificateRecord))
  const own = certificate === null ? null : certificates[data.certificates.indexOf(certificate)]
  return {
    signer: certificate?.subject ?? null,
    issuer: certificate?.issuer ?? signer.issuer,
    digestAlgorithm: algorithm ?? digestOf(signer.digestAlgorithm),
    digestMatches,
    signatureValid: checked.valid,
    serial: certificate === null ? null : plainSerial(certificate.serial),
    signingTime: signer.signingTime,
    certificates,
    problem: checked.problem ?? (digestMatches === false ? 'the file was changed after signing' : null), // prettier-ignore
    entryType,
    imageDigest,
    key: own?.key ?? null,
    evidence: { data, signer, certificate },
  }
}

/** What a person asks of a certificate. */
export async function certificateRecord(certificate: Certificate): Promise<CertificateRecord> {
  const { subject, issuer, serial, notBefore, notAfter, publicKey, der } = certificate
  const digest = await webDigest('sha256', der)
  return {
    subject,
    issuer,
    serial: plainSerial(serial),
    notBefore: isoTime(notBefore),
    notAfter: isoTime(notAfter),
    sha256: digest === null ? null : toHex(digest),
    key: keyName(publicKey),
  }
}

function keyName(publicKey: Uint8Array): string | null {
  try {
    return describeKey(publicKey)
  } catch (error) {
    if (error instanceof SealscopeError) return null
    throw error
  }
}

/** The fields of the contract. */
export function signatureRecord(details: SignatureDetails): SignatureRecord {
  const { signer, issuer, digestAlgorithm, digestMatches, signatureValid, serial } = details
  const { signingTime, certificates, problem } = details
  return { signer, issuer, digestAlgorithm, digestMatches, signatureValid, serial, signingTime, certificates, problem } // prettier-ignore
}

export function belongsTo(certificate: Certificate, signer: SignerInfo): boolean {
  if (signer.issuerDer === null) return certificate.subjectKeyId === signer.id
  return (
    certificate.serial === signer.id && toHex(certificate.issuerDer) === toHex(signer.issuerDer)
  )
}

async function checkSignature(
  data: SignedData,
  signer: SignerInfo,
  certificate: Certificate | null,
): Promise<{ valid: boolean | null; problem: string | null }> {
  const no = (problem: string) => ({ valid: false, problem })
  if (certificate === null) return { valid: null, problem: "the signer's certificate is missing" }
  if (data.contentType !== OID_SPC_INDIRECT_DATA)
    return no(`the content has type ${data.contentType}`)
  const digest = digestOf(signer.digestAlgorithm)
  if (signer.attributes !== null) {
    if (signer.attributeContentType !== data.contentType)
      return no('the content type attribute is wrong')
    const expected = digest === null ? null : await webDigest(digest, data.content)
    if (expected === null) return { valid: null, problem: null }
    const found = signer.messageDigest === null ? '' : toHex(signer.messageDigest)
    if (found !== toHex(expected)) return no('the messageDigest attribute is wrong')
  }
  const valid = await verifySignature({
    publicKey: certificate.publicKey,
    algorithm: signer.signatureAlgorithm,
    parameters: signer.signatureParameters,
    digest,
    signed: signer.attributes ?? data.content,
    signature: signer.signature,
  })
  return { valid, problem: valid === false ? "the signature does not verify with the signer's key" : null } // prettier-ignore
}
