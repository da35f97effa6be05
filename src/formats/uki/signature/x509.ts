import { toHex } from '../../../base/hash/kernels'
import { DER_INTEGER, DER_OCTET_STRING, DER_SEQUENCE, derChildren, derContent, derContext, derOid, derWhole, expectDer, readDer, type DerNode } from './der' // prettier-ignore

/** What an inspector needs of a certificate (RFC 5280 §4.1). */
export interface Certificate {
  /** Names as RFC 2253 writes them: `CN=Example,O=Example`. */
  subject: string
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
  const tbs = derChildren(expectDer(derChildren(node)[0], DER_SEQUENCE, 'the certificate'))
  const fields = tbs[0]?.tag === derContext(0) ? tbs.slice(1) : tbs
  const [serial, , issuer, validity, subject, publicKey] = fields
  const dates = derChildren(expectDer(validity, DER_SEQUENCE, 'the validity'))
  const issuerNode = expectDer(issuer, DER_SEQUENCE, 'the issuer')
  const extensions = fields.find(({ tag }) => tag === derContext(3))
  return {
    subject: readName(expectDer(subject, DER_SEQUENCE, 'the subject')),
    issuer: readName(issuerNode),
    issuerDer: derWhole(issuerNode),
    serial: toHex(derContent(expectDer(serial, DER_INTEGER, 'the serial number'))),
    notBefore: latin1(dates[0]),
    notAfter: latin1(dates[1]),
    publicKey: derWhole(expectDer(publicKey, DER_SEQUENCE, 'the public key')),
    subjectKeyId: extensions === undefined ? null : subjectKeyId(extensions),
  }
}

/** RFC 5280 §4.2.1.2. */
function subjectKeyId(extensions: DerNode): string | null {
  const list = derChildren(extensions)[0]
  if (list === undefined) return null
  for (const extension of derChildren(list)) {
    const parts = derChildren(extension)
    const [id] = parts
    const value = parts.at(-1)
    if (id === undefined || value?.tag !== DER_OCTET_STRING || derOid(id) !== '2.5.29.14') continue
    return toHex(derContent(readDer(value.bytes, value.contentStart, value.end)))
  }
  return null
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
