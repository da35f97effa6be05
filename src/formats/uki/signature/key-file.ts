import { SealscopeError } from '../../../base/error'
import { toHex } from '../../../base/hash/hashing'
import { DER_SEQUENCE, expectDer, readDer } from './der'
import { readSignedData, type SignedData } from './pkcs7'
import type { DigestName } from '../scan'
import { readCertificate, type Certificate } from './x509'

/** A digest of an image or of the signed part of a certificate, as key databases hold them. */
export interface ListedDigest {
  algorithm: DigestName
  /** Hex. */
  digest: string
}

/** What db, dbx, KEK, PK or a file with keys says. */
export interface KeySet {
  certificates: Certificate[]
  /** Authenticode digests of images. */
  images: ListedDigest[]
  /** Digests over the signed part of certificates (dbx only). */
  revoked: ListedDigest[]
}

export interface KeyFile extends KeySet {
  format: 'pem' | 'der' | 'esl' | 'auth'
  /** The signature around an `.auth` file; null for the others. */
  authentication: { time: string; data: SignedData } | null
  /** What in it could not be read, with its offset. */
  problems: string[]
}

export const NO_KEYS: KeySet = { certificates: [], images: [], revoked: [] }

/** EFI_SIGNATURE_DATA types (UEFI 2.11 §32.4.1), bytes as stored. */
const TYPES: Record<string, { kind: 'x509' } | { kind: 'image' | 'tbs'; algorithm: DigestName }> = {
  a159c0a5e494a74a87b5ab155c2bf072: { kind: 'x509' },
  '12a56c8210cfc94ab187be01496631bd': { kind: 'image', algorithm: 'sha1' },
  '2616c4c14c509240aca941f936934328': { kind: 'image', algorithm: 'sha256' },
  '07533effd09fc94885f18ad56c701e01': { kind: 'image', algorithm: 'sha384' },
  ae0f3e09c4a6504f9f1bd41e2b89c19a: { kind: 'image', algorithm: 'sha512' },
  '92a4d23bc0967940b420fcf98ef103ed': { kind: 'tbs', algorithm: 'sha256' },
  '6e877670c280e64eaad228b349a6865b': { kind: 'tbs', algorithm: 'sha384' },
  '63bf6d440225da4cbcfa2465d2b0fe9d': { kind: 'tbs', algorithm: 'sha512' },
}
const PKCS7_GUID = '9dd2af4adf68ee498aa9347d375665a7'
const DIGEST_LENGTHS: Record<DigestName, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }
/** EFI_TIME, then WIN_CERTIFICATE_UEFI_GUID with its GUID. */
const TIME_SIZE = 16
const DESCRIPTOR_SIZE = 24
const LIST_HEADER_SIZE = 28
const OWNER_SIZE = 16
const ENTRY_LIMIT = 100_000
const PROBLEM_LIMIT = 20

/**
 * Certificates and digests in a file that a person names or an image carries: PEM, DER, signature list
 * (`.esl`) or authenticated variable (`.auth`, UEFI 2.11 §8.2.2). Throws SealscopeError for anything else.
 */
export function readKeyFile(bytes: Uint8Array, path: string): KeyFile {
  if (isAuthenticated(bytes)) return readAuthenticated(bytes, path)
  if (TYPES[toHex(bytes.subarray(0, 16))] !== undefined) {
    return { format: 'esl', authentication: null, ...readLists(bytes, 0) }
  }
  const pem = readPem(bytes)
  if (pem.length > 0) return { format: 'pem', authentication: null, ...certificatesOf(pem) }
  if (bytes[0] !== DER_SEQUENCE) throw noKeys(path, bytes)
  return { format: 'der', authentication: null, ...certificatesOf([bytes]) }
}

function noKeys(path: string, bytes: Uint8Array): SealscopeError {
  return new SealscopeError({
    code: 'key-file',
    what: 'the file holds no keys that can be read',
    where: { path },
    expected:
      'certificates as PEM or DER, a signature list (.esl) or an authenticated variable (.auth)',
    found: bytes.length === 0 ? 'an empty file' : `bytes ${toHex(bytes.subarray(0, 8))}`,
  })
}

function certificatesOf(blobs: readonly Uint8Array[]): KeySet & { problems: string[] } {
  return { ...NO_KEYS, certificates: blobs.map(readWhole), problems: [] }
}

function readWhole(bytes: Uint8Array): Certificate {
  return readCertificate(expectDer(readDer(bytes), DER_SEQUENCE, 'a certificate'))
}

/** RFC 7468 §5. */
function readPem(bytes: Uint8Array): Uint8Array[] {
  const text = new TextDecoder('latin1').decode(bytes)
  const block =
    /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]{1,100000})-----END/g
  return [...text.matchAll(block)].map((match) => {
    const compact = (match[1] ?? '').replace(/\s+/g, '')
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact))
      return new Uint8Array(0)
    return Uint8Array.from(atob(compact), (letter) => letter.charCodeAt(0))
  })
}

function isAuthenticated(bytes: Uint8Array): boolean {
  if (bytes.length < TIME_SIZE + DESCRIPTOR_SIZE) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getUint16(TIME_SIZE + 4, true) === 0x0200 && view.getUint16(TIME_SIZE + 6, true) === 0x0ef1 // prettier-ignore
}

/** EFI_VARIABLE_AUTHENTICATION_2: time, descriptor with bare SignedData, then signature lists. */
function readAuthenticated(bytes: Uint8Array, path: string): KeyFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(TIME_SIZE, true)
  const guid = toHex(bytes.subarray(TIME_SIZE + 8, TIME_SIZE + DESCRIPTOR_SIZE))
  const broken = (expected: string, found: string) =>
    new SealscopeError({
      code: 'auth-descriptor',
      what: 'the descriptor of the authenticated variable is wrong',
      where: { path, offset: TIME_SIZE },
      expected,
      found,
    })
  if (guid !== PKCS7_GUID) throw broken('the GUID of PKCS#7', guid)
  if (length < DESCRIPTOR_SIZE || TIME_SIZE + length > bytes.length) {
    throw broken(`a length of ${DESCRIPTOR_SIZE} to ${bytes.length - TIME_SIZE}`, String(length))
  }
  const signed = bytes.subarray(TIME_SIZE + DESCRIPTOR_SIZE, TIME_SIZE + length)
  const data = readSignedData(signed)
  const lists = readLists(bytes, TIME_SIZE + length)
  return { format: 'auth', authentication: { time: timeText(view), data }, ...lists }
}

/** EFI_TIME (UEFI 2.11 §8.3): year, month, day, hour, minute, second. */
function timeText(view: DataView): string {
  const two = (at: number) => String(view.getUint8(at)).padStart(2, '0')
  return `${view.getUint16(0, true)}-${two(2)}-${two(3)}T${two(4)}:${two(5)}:${two(6)}Z`
}

/** Consecutive EFI_SIGNATURE_LISTs from an offset to the end; what cannot be read is named and passed over. */
export function readLists(bytes: Uint8Array, from: number): KeySet & { problems: string[] } {
  const keys = { certificates: [] as Certificate[], images: [] as ListedDigest[], revoked: [] as ListedDigest[], problems: [] as string[] } // prettier-ignore
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const problem = (text: string) => {
    if (keys.problems.length < PROBLEM_LIMIT) keys.problems.push(text)
  }
  let entries = 0
  for (let at = from; at < bytes.length;) {
    if (at + LIST_HEADER_SIZE > bytes.length) {
      problem(
        `byte ${at}: ${bytes.length - at} bytes are left, a list has at least ${LIST_HEADER_SIZE}`,
      )
      break
    }
    const size = view.getUint32(at + 16, true)
    const header = view.getUint32(at + 20, true)
    const entrySize = view.getUint32(at + 24, true)
    const end = at + size
    const start = at + LIST_HEADER_SIZE + header
    if (size < LIST_HEADER_SIZE || end > bytes.length || start > end || entrySize <= OWNER_SIZE) {
      problem(`byte ${at}: list of ${size} bytes with a header of ${header} and entries of ${entrySize}, ${bytes.length - at} bytes are left`) // prettier-ignore
      break
    }
    if ((end - start) % entrySize !== 0) problem(`byte ${at}: ${end - start} bytes are no multiple of ${entrySize}`) // prettier-ignore
    const type = TYPES[toHex(bytes.subarray(at, at + 16))]
    for (let entry = start; entry + entrySize <= end && entries < ENTRY_LIMIT; entry += entrySize) {
      entries++
      const data = bytes.subarray(entry + OWNER_SIZE, entry + entrySize)
      const told = type === undefined ? 'it has a type that is not known' : take(keys, type, data)
      if (told !== null) problem(`byte ${entry}: ${told}`)
    }
    at = end
  }
  return keys
}

/** Adds an entry; says why not. */
function take(keys: KeySet, type: (typeof TYPES)[string], data: Uint8Array): string | null {
  if (type.kind === 'x509') {
    try {
      keys.certificates.push(readWhole(data))
      return null
    } catch (error) {
      if (error instanceof SealscopeError) return error.message
      throw error
    }
  }
  const length = DIGEST_LENGTHS[type.algorithm]
  if (data.length < length) return `expected a digest of ${length} bytes, found ${data.length}`
  const digest = { algorithm: type.algorithm, digest: toHex(data.subarray(0, length)) }
  if (type.kind === 'image') keys.images.push(digest)
  else keys.revoked.push(digest)
  return null
}

/** All keys of several sets. */
export function joinKeys(sets: readonly KeySet[]): KeySet {
  return {
    certificates: sets.flatMap(({ certificates }) => certificates),
    images: sets.flatMap(({ images }) => images),
    revoked: sets.flatMap(({ revoked }) => revoked),
  }
}

/**
 * shim's `.vendor_cert`: sizes and offsets of what it allows (one DER certificate or signature lists) and
 * refuses (signature lists), little endian (shim cert.S).
 */
export function readVendorCertificates(section: Uint8Array): {
  allowed: KeySet
  refused: KeySet
  problems: string[]
} {
  // prettier-ignore
  const none = { allowed: NO_KEYS, refused: NO_KEYS }
  if (section.length < 16) return { ...none, problems: ['it is shorter than its header'] }
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength)
  const [allowedSize = 0, refusedSize = 0, allowedAt = 0, refusedAt = 0] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) // prettier-ignore
  const part = (at: number, size: number) => (at + size <= section.length ? section.subarray(at, at + size) : null) // prettier-ignore
  const [allowed, refused] = [part(allowedAt, allowedSize), part(refusedAt, refusedSize)]
  if (allowed === null || refused === null) {
    return { ...none, problems: ['its parts lie outside of it'] }
  }
  try {
    const one = allowed[0] === DER_SEQUENCE ? certificatesOf([allowed]) : readLists(allowed, 0)
    const other = readLists(refused, 0)
    return { allowed: one, refused: other, problems: [...one.problems, ...other.problems] }
  } catch (error) {
    if (!(error instanceof SealscopeError)) throw error
    return { ...none, problems: [error.message] }
  }
}
