import { toHex } from '../../../base/hash/hashing'
import { DER_INTEGER, DER_OCTET_STRING, DER_OID, DER_SEQUENCE, DER_SET, derChildren, derContent, derContext, derOid, derWhole, expectDer, readDer, type DerNode } from './der' // prettier-ignore
import type { DigestName } from '../scan'
import { readCertificate, readName, type Certificate } from './x509'

/** RFC 2315 and "Windows Authenticode Portable Executable Signature Format". */
const OID_SIGNED_DATA = '1.2.840.113549.1.7.2'
export const OID_SPC_INDIRECT_DATA = '1.3.6.1.4.1.311.2.1.4'
const OID_CONTENT_TYPE = '1.2.840.113549.1.9.3'
const OID_MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const OID_SIGNING_TIME = '1.2.840.113549.1.9.5'

/** RFC 3279 §2.1, RFC 5754 §2. */
const DIGEST_OIDS: Record<string, DigestName> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

export function digestOf(oid: string): DigestName | null {
  return DIGEST_OIDS[oid] ?? null
}

export interface SignedData {
  contentType: string
  /** The octets the message digest covers: the content without its tag and length. */
  content: Uint8Array
  /** What SpcIndirectData says of the image; null when the content is something else. */
  image: { algorithm: string; digest: Uint8Array } | null
  certificates: Certificate[]
  signers: SignerInfo[]
}

export interface SignerInfo {
  issuer: string | null
  issuerDer: Uint8Array | null
  /** Serial number or key identifier in hex. */
  id: string
  digestAlgorithm: string
  signatureAlgorithm: string
  /** Parameters of the signature algorithm, for RSASSA-PSS. */
  signatureParameters: DerNode | null
  /** The attributes as they are signed (SET OF), or null when the content itself is signed. */
  attributes: Uint8Array | null
  messageDigest: Uint8Array | null
  attributeContentType: string | null
  signingTime: string | null
  signature: Uint8Array
}

/**
 * Reads SignedData, in a ContentInfo or bare (as EDK2's WrapPkcs7Data allows and `.auth` files have it);
 * bytes behind it (padding) are left alone.
 */
export function readSignedData(bytes: Uint8Array): SignedData {
  const outer = derChildren(expectDer(readDer(bytes), DER_SEQUENCE, 'ContentInfo'))
  const fields = outer[0]?.tag === DER_INTEGER ? outer : unwrap(outer)
  const content = derChildren(expectDer(fields[2], DER_SEQUENCE, 'the content'))
  const contentType = derOid(expectDer(content[0], DER_OID, 'the type of the content'))
  const value = content[1] === undefined ? undefined : derChildren(content[1])[0]
  const certificates = fields.find(({ tag }) => tag === derContext(0))
  const signers = fields.slice(3).find(({ tag }) => tag === DER_SET)
  return {
    contentType,
    content: value === undefined ? new Uint8Array(0) : derContent(value),
    image: value === undefined || contentType !== OID_SPC_INDIRECT_DATA ? null : readImage(value),
    certificates: readCertificates(certificates),
    signers: signers === undefined ? [] : derChildren(signers).map(readSigner),
  }
}

function unwrap(info: readonly DerNode[]): DerNode[] {
  const type = derOid(expectDer(info[0], DER_OID, 'the content type'))
  const wrapper = expectDer(info[1], derContext(0), `SignedData (found ${type})`)
  if (type !== OID_SIGNED_DATA) expectDer(undefined, DER_SEQUENCE, 'SignedData')
  return derChildren(expectDer(derChildren(wrapper)[0], DER_SEQUENCE, 'SignedData'))
}

function readImage(value: DerNode): SignedData['image'] {
  const info = derChildren(expectDer(derChildren(value)[1], DER_SEQUENCE, 'DigestInfo'))
  const algorithm = derChildren(expectDer(info[0], DER_SEQUENCE, 'the digest algorithm'))[0]
  const digest = expectDer(info[1], DER_OCTET_STRING, 'the digest')
  return {
    algorithm: derOid(expectDer(algorithm, DER_OID, 'the digest algorithm')),
    digest: derContent(digest),
  }
}

function readCertificates(node: DerNode | undefined): Certificate[] {
  if (node === undefined) return []
  return derChildren(node)
    .filter(({ tag }) => tag === DER_SEQUENCE)
    .map(readCertificate)
}

/** RFC 2315 §9.2, RFC 5652 §5.3 for the key identifier. */
function readSigner(node: DerNode): SignerInfo {
  const [, id, digest, ...rest] = derChildren(expectDer(node, DER_SEQUENCE, 'SignerInfo'))
  const attributes = rest[0]?.tag === derContext(0) ? rest.shift() : undefined
  const algorithm = derChildren(expectDer(rest[0], DER_SEQUENCE, 'the signature algorithm'))
  const signature = expectDer(rest[1], DER_OCTET_STRING, 'the signature')
  const digestOid = derChildren(expectDer(digest, DER_SEQUENCE, 'the digest algorithm'))[0]
  const values = attributes === undefined ? new Map<string, DerNode>() : readAttributes(attributes)
  const messageDigest = values.get(OID_MESSAGE_DIGEST)
  const type = values.get(OID_CONTENT_TYPE)
  const time = values.get(OID_SIGNING_TIME)
  return {
    ...readSignerId(id),
    digestAlgorithm: derOid(expectDer(digestOid, DER_OID, 'the digest algorithm')),
    signatureAlgorithm: derOid(expectDer(algorithm[0], DER_OID, 'the signature algorithm')),
    signatureParameters: algorithm[1] ?? null,
    attributes: attributes === undefined ? null : asSet(attributes),
    messageDigest: messageDigest === undefined ? null : derContent(messageDigest),
    attributeContentType: type === undefined ? null : derOid(type),
    signingTime: time === undefined ? null : new TextDecoder('latin1').decode(derContent(time)),
    signature: derContent(signature),
  }
}

function readSignerId(node: DerNode | undefined): Pick<SignerInfo, 'issuer' | 'issuerDer' | 'id'> {
  if (node?.tag === 0x80) return { issuer: null, issuerDer: null, id: toHex(derContent(node)) }
  const [issuer, serial] = derChildren(expectDer(node, DER_SEQUENCE, 'the signer'))
  const name = expectDer(issuer, DER_SEQUENCE, "the signer's issuer")
  const number = expectDer(serial, DER_INTEGER, "the signer's serial number")
  return { issuer: readName(name), issuerDer: derWhole(name), id: toHex(derContent(number)) }
}

/** The first value of each attribute. */
function readAttributes(node: DerNode): Map<string, DerNode> {
  const values = new Map<string, DerNode>()
  for (const attribute of derChildren(node)) {
    const [type, set] = derChildren(attribute)
    const value = set === undefined ? undefined : derChildren(set)[0]
    if (type !== undefined && value !== undefined) values.set(derOid(type), value)
  }
  return values
}

/** RFC 2315 §9.3: [0] IMPLICIT is signed as SET OF. */
function asSet(node: DerNode): Uint8Array {
  const bytes = derWhole(node).slice()
  bytes[0] = DER_SET
  return bytes
}
