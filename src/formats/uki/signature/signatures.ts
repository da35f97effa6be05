import { SealscopeError } from '../../../base/error'
import type { UkiSignatureRecord } from '../../../contract/facts'
import { toHex } from '../../../base/hash/kernels'
import { readCertificateTable, TYPE_EFI_GUID, TYPE_PKCS7, type CertificateEntry } from '../pe/certificate-table' // prettier-ignore
import { digestOf, OID_SPC_INDIRECT_DATA, readSignedData, type SignedData, type SignerInfo } from './pkcs7' // prettier-ignore
import type { UkiScan } from '../scan'
import { describeKey, verifySignature, webDigest } from './verify-signature'
import type { Certificate } from './x509'

/** The record of the contract and what else the page shows of a signature. */
export interface SignatureDetails extends UkiSignatureRecord {
  /** WIN_CERTIFICATE type; firmware looks at 2 (PKCS#7) only. */
  entryType: number
  /** The image's digest as the signature has it, hex. */
  imageDigest: string | null
  /** `RSA-2048`, `EC P-256`. */
  key: string | null
  /** Of the signer's certificate, as written there. Firmware does not look at them. */
  notBefore: string | null
  notAfter: string | null
  signingTime: string | null
  /** Subjects of all certificates in the signature. */
  certificates: string[]
  /** Why it cannot be read or is not good, in words; null when nothing is wrong. */
  problem: string | null
}

const UNREAD: Omit<SignatureDetails, 'entryType'> = {
  signer: null,
  issuer: null,
  digestAlgorithm: null,
  digestMatches: null,
  signatureValid: null,
  imageDigest: null,
  key: null,
  notBefore: null,
  notAfter: null,
  signingTime: null,
  certificates: [],
  problem: null,
}

/**
 * The Authenticode signatures of a scanned file: one for each signer of each PKCS#7 entry of its
 * certificate table. `digestMatches` compares the image's digest (null when the scan did not compute
 * that algorithm); `signatureValid` holds when the messageDigest attribute covers the content, the
 * content type is right and the signature over the attributes verifies with the embedded
 * certificate (null without WebCrypto). No trust anchors, no dates: those are the firmware's.
 */
export async function verifySignatures(scan: UkiScan): Promise<SignatureDetails[]> {
  if (scan.certificateTable === null) return []
  const results: SignatureDetails[] = []
  for (const entry of readCertificateTable(scan.certificateTable)) {
    results.push(...(await verifyEntry(entry, scan)))
  }
  return results
}

async function verifyEntry(entry: CertificateEntry, scan: UkiScan): Promise<SignatureDetails[]> {
  const { type } = entry
  if (entry.problem !== null) return []
  if (type !== TYPE_PKCS7 && type !== TYPE_EFI_GUID) return []
  try {
    const data = readSignedData(pkcs7Bytes(entry))
    return await Promise.all(data.signers.map((signer) => verifySigner(data, signer, scan, type)))
  } catch (error) {
    if (!(error instanceof SealscopeError)) throw error
    return [{ ...UNREAD, entryType: type, problem: error.message }]
  }
}

/** With the GUID form (UEFI 2.11 §32.2.4) a GUID of 16 bytes comes first. */
function pkcs7Bytes({ type, data }: CertificateEntry): Uint8Array {
  return type === TYPE_EFI_GUID && data[0] !== 0x30 ? data.subarray(16) : data
}

async function verifySigner(
  data: SignedData,
  signer: SignerInfo,
  scan: UkiScan,
  entryType: number,
): Promise<SignatureDetails> {
  const certificate = data.certificates.find((candidate) => belongsTo(candidate, signer))
  const algorithm = data.image === null ? null : digestOf(data.image.algorithm)
  const imageDigest = data.image === null ? null : toHex(data.image.digest)
  const ours = algorithm === null ? undefined : scan.authenticode[algorithm]
  const digestMatches = ours === undefined || imageDigest === null ? null : ours === imageDigest
  const checked = await checkSignature(data, signer, certificate)
  return {
    signer: certificate?.subject ?? null,
    issuer: certificate?.issuer ?? signer.issuer,
    digestAlgorithm: algorithm ?? digestOf(signer.digestAlgorithm),
    digestMatches,
    signatureValid: checked.valid,
    entryType,
    imageDigest,
    key: certificate === undefined ? null : describeKey(certificate.publicKey),
    notBefore: certificate?.notBefore ?? null,
    notAfter: certificate?.notAfter ?? null,
    signingTime: signer.signingTime,
    certificates: data.certificates.map(({ subject }) => subject),
    problem: checked.problem ?? (digestMatches === false ? 'the file was changed after signing' : null), // prettier-ignore
  }
}

function belongsTo(certificate: Certificate, signer: SignerInfo): boolean {
  if (signer.issuerDer === null) return certificate.subjectKeyId === signer.id
  return (
    certificate.serial === signer.id && toHex(certificate.issuerDer) === toHex(signer.issuerDer)
  )
}

async function checkSignature(
  data: SignedData,
  signer: SignerInfo,
  certificate: Certificate | undefined,
): Promise<{ valid: boolean | null; problem: string | null }> {
  const no = (problem: string) => ({ valid: false, problem })
  if (certificate === undefined)
    return { valid: null, problem: "the signer's certificate is missing" }
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
