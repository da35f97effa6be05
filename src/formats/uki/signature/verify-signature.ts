import { SealscopeError } from '../../../base/error'
import { DER_BIT_STRING, DER_INTEGER, DER_OID, DER_SEQUENCE, derChildren, derContent, derContext, derOid, encodeDer, expectDer, readDer, type DerNode } from './der' // prettier-ignore
import { digestOf } from './pkcs7'
import type { DigestName } from '../scan'

/** RFC 3279 §2.2–2.3, RFC 4055, RFC 5758 §3.2: key type and, when the algorithm names one, digest. */
const SIGNATURE_ALGORITHMS: Record<
  string,
  { kind: 'rsa' | 'pss' | 'ecdsa'; digest: DigestName | null }
> = {
  '1.2.840.113549.1.1.1': { kind: 'rsa', digest: null },
  '1.2.840.113549.1.1.5': { kind: 'rsa', digest: 'sha1' },
  '1.2.840.113549.1.1.11': { kind: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', digest: 'sha512' },
  '1.2.840.113549.1.1.10': { kind: 'pss', digest: null },
  '1.2.840.10045.2.1': { kind: 'ecdsa', digest: null },
  '1.2.840.10045.4.1': { kind: 'ecdsa', digest: 'sha1' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', digest: 'sha512' },
}

/** RFC 5480 §2.1.1.1: the curves of WebCrypto and the bytes of a coordinate. */
const CURVES: Record<string, { name: string; size: number }> = {
  '1.2.840.10045.3.1.7': { name: 'P-256', size: 32 },
  '1.3.132.0.34': { name: 'P-384', size: 48 },
  '1.3.132.0.35': { name: 'P-521', size: 66 },
}

const OID_RSA = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01)
const DER_NULL = Uint8Array.of(0x05, 0x00)

const WEB_NAMES: Record<DigestName, string> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

export interface SignatureToVerify {
  /** SubjectPublicKeyInfo. */
  publicKey: Uint8Array
  algorithm: string
  parameters: DerNode | null
  /** Used when the algorithm itself names none. */
  digest: DigestName | null
  signed: Uint8Array
  signature: Uint8Array
}

/**
 * Whether the signature over these bytes is good; null when that cannot be said (an algorithm or
 * curve WebCrypto does not know, or no WebCrypto: it exists in secure contexts only).
 */
export async function verifySignature(input: SignatureToVerify): Promise<boolean | null> {
  const subtle = webCrypto()
  const algorithm = SIGNATURE_ALGORITHMS[input.algorithm]
  if (subtle === null || algorithm === undefined) return null
  const digest = algorithm.digest ?? input.digest
  try {
    if (algorithm.kind === 'ecdsa') return await verifyEcdsa(subtle, input, digest)
    if (algorithm.kind === 'pss') return await verifyPss(subtle, input)
    if (digest === null) return null
    const key = await importRsa(subtle, input.publicKey, 'RSASSA-PKCS1-v1_5', digest)
    return await subtle.verify('RSASSA-PKCS1-v1_5', key, copy(input.signature), copy(input.signed))
  } catch (error) {
    // WebCrypto refuses keys and parameters it cannot use; damaged DER is ours and says nothing either.
    if (error instanceof Error) return null
    throw error
  }
}

/** A digest of few bytes; null without WebCrypto. */
export async function webDigest(name: DigestName, bytes: Uint8Array): Promise<Uint8Array | null> {
  const subtle = webCrypto()
  if (subtle === null) return null
  return new Uint8Array(await subtle.digest(WEB_NAMES[name], copy(bytes)))
}

function webCrypto(): SubtleCrypto | null {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } }
  return crypto?.subtle ?? null
}

/** WebCrypto wants its own buffers. */
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

async function importRsa(
  subtle: SubtleCrypto,
  publicKey: Uint8Array,
  name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS',
  digest: DigestName,
): Promise<CryptoKey> {
  const hash = WEB_NAMES[digest]
  return subtle.importKey('spki', copy(asRsaKey(publicKey)), { name, hash }, false, ['verify'])
}

/** The same key under rsaEncryption: WebCrypto does not import id-RSASSA-PSS keys everywhere. */
function asRsaKey(publicKey: Uint8Array): Uint8Array {
  const [, bits] = derChildren(readDer(publicKey))
  const key = expectDer(bits, DER_BIT_STRING, 'the key')
  const algorithm = encodeDer(DER_SEQUENCE, join([OID_RSA, DER_NULL]))
  return encodeDer(DER_SEQUENCE, join([algorithm, encodeDer(DER_BIT_STRING, derContent(key))]))
}

/** RFC 4055 §3.1; the defaults are SHA-1 and 20 bytes. */
async function verifyPss(subtle: SubtleCrypto, input: SignatureToVerify): Promise<boolean | null> {
  const fields = input.parameters?.tag === DER_SEQUENCE ? derChildren(input.parameters) : []
  const field = (number: number) => fields.find(({ tag }) => tag === derContext(number))
  const digest = pssDigest(field(0), 0)
  const mask = pssDigest(field(1), 1)
  const salt = field(2)
  const saltNode = salt === undefined ? undefined : expectDer(derChildren(salt)[0], DER_INTEGER, 'the salt length') // prettier-ignore
  const saltLength = saltNode === undefined ? 20 : derContent(saltNode).reduce((sum, byte) => sum * 256 + byte, 0) // prettier-ignore
  if (digest === null || mask !== digest) return null
  const key = await importRsa(subtle, input.publicKey, 'RSA-PSS', digest)
  const parameters = { name: 'RSA-PSS', saltLength }
  return subtle.verify(parameters, key, copy(input.signature), copy(input.signed))
}

/** The digest in an AlgorithmIdentifier, `depth` levels down (1 for the one of MGF1). */
function pssDigest(field: DerNode | undefined, depth: 0 | 1): DigestName | null {
  if (field === undefined) return 'sha1'
  let parts = derChildren(expectDer(derChildren(field)[0], DER_SEQUENCE, 'an algorithm'))
  if (depth === 1) parts = derChildren(expectDer(parts[1], DER_SEQUENCE, 'the digest of MGF1'))
  return digestOf(derOid(expectDer(parts[0], DER_OID, 'an algorithm')))
}

async function verifyEcdsa(
  subtle: SubtleCrypto,
  input: SignatureToVerify,
  digest: DigestName | null,
): Promise<boolean | null> {
  const [algorithm] = derChildren(readDer(input.publicKey))
  const [, curveNode] = derChildren(expectDer(algorithm, DER_SEQUENCE, 'the key type'))
  const curve = CURVES[derOid(expectDer(curveNode, DER_OID, 'the curve'))]
  if (curve === undefined || digest === null) return null
  const type = { name: 'ECDSA', namedCurve: curve.name }
  const key = await subtle.importKey('spki', copy(input.publicKey), type, false, ['verify'])
  const parameters = { name: 'ECDSA', hash: WEB_NAMES[digest] }
  const signature = plainSignature(input.signature, curve.size)
  if (signature === null) return false
  return subtle.verify(parameters, key, signature, copy(input.signed))
}

/**
 * SEQUENCE { r, s } as the two numbers of fixed size that WebCrypto takes (IEEE P1363); null when it
 * is none, which no key can have made.
 */
function plainSignature(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> | null {
  const plain = new Uint8Array(2 * size)
  try {
    const numbers = derChildren(expectDer(readDer(bytes), DER_SEQUENCE, 'the signature'))
    for (const index of [0, 1]) {
      const content = derContent(expectDer(numbers[index], DER_INTEGER, 'a number'))
      const digits = content.subarray(content.findIndex((byte) => byte !== 0))
      if (digits.length > size) return null
      plain.set(digits, (index + 1) * size - digits.length)
    }
  } catch (error) {
    if (error instanceof SealscopeError) return null
    throw error
  }
  return plain
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** What kind of key this is, in words: `RSA-2048`, `EC P-256`; null when not known. */
export function describeKey(publicKey: Uint8Array): string | null {
  const [algorithm, bits] = derChildren(readDer(publicKey))
  const [type, parameters] = derChildren(expectDer(algorithm, DER_SEQUENCE, 'the key type'))
  const oid = derOid(expectDer(type, DER_OID, 'the key type'))
  if (oid === '1.2.840.10045.2.1') {
    const curve = parameters?.tag === DER_OID ? CURVES[derOid(parameters)] : undefined
    return curve === undefined ? 'EC' : `EC ${curve.name}`
  }
  if (!oid.startsWith('1.2.840.113549.1.1.') || bits === undefined) return null
  const key = derChildren(expectDer(readDer(bits.bytes, bits.contentStart + 1, bits.end), DER_SEQUENCE, 'the key')) // prettier-ignore
  const modulus = derContent(expectDer(key[0], DER_INTEGER, 'the modulus'))
  const first = modulus.findIndex((byte) => byte !== 0)
  if (first < 0) return null
  const top = 32 - Math.clz32(modulus[first] ?? 0)
  return `RSA-${8 * (modulus.length - first - 1) + top}`
}
