import { toHex } from '../../../base/hash/hashing'
import { DER_BIT_STRING, DER_INTEGER, DER_OCTET_STRING, DER_OID, DER_SEQUENCE, derChildren, derContent, derContext, derOid, derWhole, expectDer, readDer, type DerNode } from './der' // prettier-ignore

/** What an inspector needs of a certificate (RFC 5280 §4.1). */
export interface Certificate {
  /** Names as RFC 2253 writes them: `CN=Example,O=Example`. */
  subject: string
  subjectDer: Uint8Array
  issuer: string
  issuerDer: Uint8Array
  /** Hex of the serial number's bytes. */
  serial: string
  /** As in the certificate, `261121030256Z` or `20261121030256Z`. */
  notBefore: string
  notAfter: string
  /** SubjectPublicKeyInfo. */
  publicKey: Uint8Array
  /** Hex, null without the extension. */
  subjectKeyId: string | null
  authorityKeyId: string | null
  /** cA of basicConstraints (§4.2.1.9); null without the extension. */
  isAuthority: boolean | null
  /** Bits of keyUsage (§4.2.1.3), the first one (digitalSignature) lowest; null without the extension. */
  keyUsage: number | null
  /** Object identifiers of extKeyUsage (§4.2.1.12); null without the extension. */
  extendedKeyUsage: string[] | null
  /** The whole certificate, and the part that its issuer signed. */
  der: Uint8Array
  tbs: Uint8Array
  signatureAlgorithm: string
  signatureParameters: DerNode | null
  signature: Uint8Array
}

/** RFC 2253 §2.3 and RFC 4519; e-mail addresses as OpenSSL names them. */
const ATTRIBUTES: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

export function readCertificate(node: DerNode): Certificate {
  const [body, algorithm, bits] = derChildren(expectDer(node, DER_SEQUENCE, 'a certificate'))
  const tbsNode = expectDer(body, DER_SEQUENCE, 'the certificate')
  const tbs = derChildren(tbsNode)
  const fields = tbs[0]?.tag === derContext(0) ? tbs.slice(1) : tbs
  const [serial, , issuer, validity, subject, publicKey] = fields
  const dates = derChildren(expectDer(validity, DER_SEQUENCE, 'the validity'))
  const issuerNode = expectDer(issuer, DER_SEQUENCE, 'the issuer')
  const subjectNode = expectDer(subject, DER_SEQUENCE, 'the subject')
  const signed = derChildren(expectDer(algorithm, DER_SEQUENCE, 'the signature algorithm'))
  const signature = expectDer(bits, DER_BIT_STRING, "the issuer's signature")
  return {
    subject: readName(subjectNode),
    subjectDer: derWhole(subjectNode),
    issuer: readName(issuerNode),
    issuerDer: derWhole(issuerNode),
    serial: toHex(derContent(expectDer(serial, DER_INTEGER, 'the serial number'))),
    notBefore: latin1(dates[0]),
    notAfter: latin1(dates[1]),
    publicKey: derWhole(expectDer(publicKey, DER_SEQUENCE, 'the public key')),
    ...readExtensions(fields.find(({ tag }) => tag === derContext(3))),
    der: derWhole(node),
    tbs: derWhole(tbsNode),
    signatureAlgorithm: derOid(expectDer(signed[0], DER_OID, 'the signature algorithm')),
    signatureParameters: signed[1] ?? null,
    signature: derContent(signature).subarray(1),
  }
}

type Extensions = Pick<
  Certificate,
  'subjectKeyId' | 'authorityKeyId' | 'isAuthority' | 'keyUsage' | 'extendedKeyUsage'
>

/** RFC 5280 §4.2.1; the value of an extension is DER within an OCTET STRING. */
function readExtensions(node: DerNode | undefined): Extensions {
  const values = new Map<string, DerNode>()
  const list = node === undefined ? undefined : derChildren(node)[0]
  for (const extension of list === undefined ? [] : derChildren(list)) {
    const parts = derChildren(extension)
    const [id] = parts
    const value = parts.at(-1)
    if (id === undefined || value?.tag !== DER_OCTET_STRING) continue
    values.set(derOid(id), value)
  }
  // Only what is known is looked into: an extension of somebody's own need not hold DER.
  const inner = (oid: string) => {
    const value = values.get(oid)
    return value === undefined ? undefined : readDer(value.bytes, value.contentStart, value.end)
  }
  const subjectKey = inner('2.5.29.14')
  const authority = inner('2.5.29.35')
  const constraints = inner('2.5.29.19')
  const usage = inner('2.5.29.15')
  const extended = inner('2.5.29.37')
  const keyId = authority === undefined ? undefined : derChildren(authority).find(({ tag }) => tag === 0x80) // prettier-ignore
  return {
    subjectKeyId: subjectKey === undefined ? null : toHex(derContent(subjectKey)),
    authorityKeyId: keyId === undefined ? null : toHex(derContent(keyId)),
    isAuthority: constraints === undefined ? null : isAuthority(constraints),
    keyUsage: usage === undefined ? null : usageBits(usage),
    extendedKeyUsage: extended === undefined ? null : derChildren(extended).map(derOid),
  }
}

function isAuthority(constraints: DerNode): boolean {
  const [first] = derChildren(constraints)
  return first?.tag === 0x01 && derContent(first)[0] !== 0
}

/** A BIT STRING whose first bit becomes the lowest. */
function usageBits(usage: DerNode): number {
  let bits = 0
  const bytes = derContent(usage).subarray(1, 3)
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++)
      if ((byte & (0x80 >> bit)) !== 0) bits |= 1 << (8 * index + bit)
  }
  return bits
}

/** UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5) as ISO 8601; what is neither stays as it is. */
export function isoTime(text: string): string {
  const match = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return text
  const [, century, year = '', month, day, hour, minute, second] = match
  const full = `${century ?? (Number(year) >= 50 ? '19' : '20')}${year}`
  return `${full}-${month}-${day}T${hour}:${minute}:${second}Z`
}

/** The serial number as `openssl x509 -serial` has it, without leading zeros. */
export function plainSerial(serial: string): string {
  return serial.replace(/^0+(?=.)/, '')
}

/** A distinguished name as RFC 2253 §2 writes it: last RDN first. */
export function readName(name: DerNode): string {
  return derChildren(name)
    .map((rdn) => derChildren(rdn).map(readAttribute).join('+'))
    .toReversed()
    .join(',')
}

function readAttribute(node: DerNode): string {
  const [type, value] = derChildren(node)
  if (type === undefined || value === undefined) return ''
  const oid = derOid(type)
  const text = readString(value)
  const name = ATTRIBUTES[oid] ?? oid
  return `${name}=${text === null ? `#${toHex(derWhole(value))}` : escapeValue(text)}`
}

/** X.680 §41: the string types of names; null for any other. */
function readString(node: DerNode): string | null {
  const bytes = derContent(node)
  if (node.tag === 0x0c) return new TextDecoder().decode(bytes)
  if ([0x12, 0x13, 0x14, 0x16, 0x1a].includes(node.tag)) return latin1(node)
  if (node.tag === 0x1e) return new TextDecoder('utf-16be').decode(bytes)
  return null
}

/** RFC 2253 §2.4. */
function escapeValue(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/(?<!\\) $/, '\\ ')
    .replaceAll('\0', '\\00')
}

function latin1(node: DerNode | undefined): string {
  let text = ''
  if (node !== undefined) for (const byte of derContent(node)) text += String.fromCharCode(byte)
  return text
}
