import { X509Certificate, createHash, sign } from 'node:crypto'
import { concat } from './tar-writer'

const OPTIONAL_HEADER = 24
const CERTIFICATE_DIRECTORY = 144
const SPC_INDIRECT_DATA = '2b060104018237020104'
const SPC_PE_IMAGE_DATA = '2b06010401823702010f'
const SIGNED_DATA = '2a864886f70d010702'
const CONTENT_TYPE = '2a864886f70d010903'
const MESSAGE_DIGEST = '2a864886f70d010904'
const SHA256 = '608648016503040201'
const RSA = '2a864886f70d010101'

/** DER: identifier octet, length octets, contents (X.690 §8.1). */
function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const body = concat(parts)
  const length = body.length
  if (length < 0x80) return concat([Uint8Array.of(tag, length), body])
  const octets = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return concat([Uint8Array.of(tag, ...octets), body])
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const set = (...parts: Uint8Array[]) => der(0x31, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const NULL = Uint8Array.of(5, 0)
const algorithm = (hex: string) => sequence(oid(hex), NULL)
const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** SpcIndirectDataContent of a PE (Windows Authenticode Portable Executable Signature Format, 2008). */
function indirectData(digest: Uint8Array): Uint8Array[] {
  const obsolete = Buffer.from('<<<Obsolete>>>', 'utf16le').swap16()
  const link = der(0xa0, der(0xa2, der(0x80, obsolete)))
  const image = sequence(der(0x03, Uint8Array.of(0)), link)
  return [sequence(oid(SPC_PE_IMAGE_DATA), image), sequence(algorithm(SHA256), der(0x04, digest))]
}

/** Issuer and serial number as they stand in a certificate (RFC 5280 §4.1). */
function issuerAndSerial(certificate: Uint8Array): Uint8Array {
  const element = (at: number) => {
    const long = (certificate[at + 1] ?? 0) - 0x80
    const head = long > 0 ? 2 + long : 2
    let length = long > 0 ? 0 : (certificate[at + 1] ?? 0)
    for (let index = 0; index < long; index++)
      length = length * 256 + (certificate[at + 2 + index] ?? 0)
    return { start: at, body: at + head, end: at + head + length }
  }
  const version = element(element(element(0).body).body)
  const serial = element(version.end)
  const issuer = element(element(serial.end).end)
  return sequence(
    certificate.subarray(issuer.start, issuer.end),
    certificate.subarray(serial.start, serial.end),
  )
}

/** PKCS#7 SignedData with one RSA signature and no time, so that it is the same each time (RFC 2315 §9). */
function signedData(digest: Uint8Array, key: string, certificate: Uint8Array): Uint8Array {
  const content = indirectData(digest)
  const attributes = [
    sequence(oid(CONTENT_TYPE), set(oid(SPC_INDIRECT_DATA))),
    sequence(oid(MESSAGE_DIGEST), set(der(0x04, sha256(...content)))),
  ]
  const signature = new Uint8Array(sign('sha256', set(...attributes), key))
  const signer = sequence(
    Uint8Array.of(2, 1, 1),
    issuerAndSerial(certificate),
    algorithm(SHA256),
    der(0xa0, ...attributes),
    algorithm(RSA),
    der(0x04, signature),
  )
  const data = sequence(
    Uint8Array.of(2, 1, 1),
    set(algorithm(SHA256)),
    sequence(oid(SPC_INDIRECT_DATA), der(0xa0, sequence(...content))),
    der(0xa0, certificate),
    set(signer),
  )
  return sequence(oid(SIGNED_DATA), der(0xa0, data))
}

/**
 * The PE with an Authenticode signature at its end. `key` and `certificate` are PEM. The file must have no
 * certificate table yet and a length that is a multiple of 8.
 */
export function signPe(pe: Uint8Array, key: string, certificate: string): Uint8Array {
  const view = new DataView(pe.buffer, pe.byteOffset, pe.length)
  const optional = view.getUint32(0x3c, true) + OPTIONAL_HEADER
  const directory = optional + CERTIFICATE_DIRECTORY
  const digest = sha256(
    pe.subarray(0, optional + 64),
    pe.subarray(optional + 68, directory),
    pe.subarray(directory + 8),
  )
  const raw = new Uint8Array(new X509Certificate(certificate).raw)
  const signature = signedData(digest, key, raw)
  const table = new Uint8Array(Math.ceil((8 + signature.length) / 8) * 8)
  const head = new DataView(table.buffer)
  head.setUint32(0, table.length, true)
  head.setUint16(4, 0x0200, true)
  head.setUint16(6, 0x0002, true)
  table.set(signature, 8)
  const signed = concat([pe, table])
  const out = new DataView(signed.buffer)
  out.setUint32(directory, pe.length, true)
  out.setUint32(directory + 4, table.length, true)
  return signed
}
