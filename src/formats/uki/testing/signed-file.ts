import { constants, createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { writePe } from '../../../../samples/pe-writer'
import { DER_BIT_STRING, DER_INTEGER, DER_OCTET_STRING, DER_OID, DER_SEQUENCE, DER_SET, derContext, encodeDer } from '../signature/der' // prettier-ignore
import type { DigestName } from '../scan'

/** What to sign with. `digest` is used for the image, the attributes and the signature. */
export type Scheme =
  | { kind: 'rsa'; digest: DigestName }
  | { kind: 'pss'; digest: DigestName }
  | { kind: 'ecdsa'; curve: 'P-256' | 'P-384' | 'P-521'; digest: DigestName }

const DIGEST_OIDS: Record<DigestName, string> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const ECDSA_OIDS: Record<DigestName, string> = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
}
const SPC_INDIRECT_DATA = '1.3.6.1.4.1.311.2.1.4'

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

const seq = (...parts: Uint8Array[]) => encodeDer(DER_SEQUENCE, join(parts))
const octets = (bytes: Uint8Array) => encodeDer(DER_OCTET_STRING, bytes)
const integer = (value: number) => encodeDer(DER_INTEGER, Uint8Array.of(value))

function oid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [40 * first + second, ...rest].flatMap((value) => {
    const digits = [value & 0x7f]
    for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return encodeDer(DER_OID, Uint8Array.from(bytes))
}

function name(common: string): Uint8Array {
  const attribute = (id: string, value: string) =>
    encodeDer(DER_SET, seq(oid(id), encodeDer(0x0c, new TextEncoder().encode(value))))
  return seq(attribute('2.5.4.10', 'Example, Inc.'), attribute('2.5.4.3', common))
}

/** A certificate that nobody signed: only its names and its key are looked at. */
function certificate(publicKey: KeyObject): Uint8Array {
  const time = (text: string) => encodeDer(0x17, new TextEncoder().encode(text))
  const key = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
  const algorithm = seq(oid('1.2.840.113549.1.1.11'))
  const tbs = seq(
    encodeDer(derContext(0), integer(2)),
    integer(7),
    algorithm,
    name('Issuer'),
    seq(time('260101000000Z'), time('360101000000Z')),
    name('Signer'),
    key,
  )
  return seq(tbs, algorithm, encodeDer(DER_BIT_STRING, new Uint8Array(33)))
}

function keyPair(scheme: Scheme) {
  if (scheme.kind === 'ecdsa') return generateKeyPairSync('ec', { namedCurve: scheme.curve })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function pssParameters(digest: DigestName): Uint8Array {
  const hash = seq(oid(DIGEST_OIDS[digest]))
  const mask = seq(oid('1.2.840.113549.1.1.8'), hash)
  const size = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }[digest]
  return seq(
    encodeDer(derContext(0), hash),
    encodeDer(derContext(1), mask),
    encodeDer(derContext(2), integer(size)),
  )
}

function signatureAlgorithm(scheme: Scheme): Uint8Array {
  if (scheme.kind === 'rsa') return seq(oid('1.2.840.113549.1.1.1'))
  if (scheme.kind === 'ecdsa') return seq(oid(ECDSA_OIDS[scheme.digest]))
  return seq(oid('1.2.840.113549.1.1.10'), pssParameters(scheme.digest))
}

/** PKCS#7 SignedData over an image digest, as signing tools write it. */
export function signImageDigest(scheme: Scheme, imageDigest: Uint8Array): Uint8Array {
  const { publicKey, privateKey } = keyPair(scheme)
  const digestAlgorithm = seq(oid(DIGEST_OIDS[scheme.digest]))
  const link = seq(oid('1.3.6.1.4.1.311.2.1.15'), seq(encodeDer(DER_BIT_STRING, Uint8Array.of(0))))
  const content = join([link, seq(digestAlgorithm, octets(imageDigest))])
  const attribute = (id: string, value: Uint8Array) => seq(oid(id), encodeDer(DER_SET, value))
  const attributes = join([
    attribute('1.2.840.113549.1.9.3', oid(SPC_INDIRECT_DATA)),
    attribute('1.2.840.113549.1.9.4', octets(createHash(scheme.digest).update(content).digest())),
  ])
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } // prettier-ignore
  const key = scheme.kind === 'pss' ? { key: privateKey, ...pss } : privateKey
  const signature = sign(scheme.digest, encodeDer(DER_SET, attributes), key)
  const signer = seq(
    integer(1),
    seq(name('Issuer'), integer(7)),
    digestAlgorithm,
    encodeDer(derContext(0), attributes),
    signatureAlgorithm(scheme),
    octets(signature),
  )
  const signedData = seq(
    integer(1),
    encodeDer(DER_SET, digestAlgorithm),
    seq(oid(SPC_INDIRECT_DATA), encodeDer(derContext(0), encodeDer(DER_SEQUENCE, content))),
    encodeDer(derContext(0), certificate(publicKey)),
    encodeDer(DER_SET, signer),
  )
  return seq(oid('1.2.840.113549.1.7.2'), encodeDer(derContext(0), signedData))
}

/** A small UKI. */
export function unsignedUki(): Uint8Array {
  const sections = [
    { name: '.osrel', content: 'ID=example\nPRETTY_NAME="Example"\n' },
    { name: '.cmdline', content: 'quiet' },
    { name: '.linux', content: new Uint8Array(1536) },
  ]
  return writePe(sections, [258, 2])
}

/** The file with these PKCS#7 blobs in its certificate table. */
export function appendCertificates(file: Uint8Array, blobs: readonly Uint8Array[]): Uint8Array {
  const entries = blobs.map((blob) => {
    const entry = new Uint8Array(Math.ceil((blob.length + 8) / 8) * 8)
    const view = new DataView(entry.buffer)
    view.setUint32(0, blob.length + 8, true)
    view.setUint16(4, 0x0200, true)
    view.setUint16(6, 0x0002, true)
    entry.set(blob, 8)
    return entry
  })
  const table = join(entries)
  const signed = join([file, table])
  const view = new DataView(signed.buffer)
  const directories = view.getUint32(0x3c, true) + 24 + 112
  view.setUint32(directories + 32, file.length, true)
  view.setUint32(directories + 36, table.length, true)
  return signed
}
