import { DER_BIT_STRING, derChildren, derContent, expectDer, readDer } from './signature/der'
import { toHex, type CreateHasher } from '../../base/hash/hashing'
import { SealscopeError } from '../../base/error'
import { fromHex, type PcrValues } from './pcr11'
import { DIGEST_NAMES, type ScanHashers } from './digest-set'
import type { DigestName, ScannedSection } from './scan'
import { sectionText } from './section-text'
import { verifySignature, webDigest } from './signature/verify-signature'

/** TPM_ALG_ID of the banks (TPM 2.0 part 2 §6.3). */
const BANK_IDS: Record<DigestName, number> = { sha1: 0x0004, sha256: 0x000b, sha384: 0x000c, sha512: 0x000d } // prettier-ignore
const TPM2_CC_POLICY_PCR = [0x00, 0x00, 0x01, 0x7f]
const ENTRY_LIMIT = 256
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'

/** One signed PCR policy of `.pcrsig`. */
export interface PcrSignature {
  bank: string
  /** SHA-256 of the key as the section names it, hex. */
  pkfp: string | null
  policy: string | null
  ref: string | null
  /** The phase path whose PCR 11 value was signed; null when it is none of this profile. */
  phase: string | null
  /** Is the key that of `.pcrpkey`? Null when that is not there or not readable. */
  keyMatches: boolean | null
  signatureValid: boolean | null
  /** The hash with which it verifies: systemd 257 takes the bank's, 262 always SHA-256. */
  signatureHash: DigestName | null
}

/** `bank:policy` (both as the section writes them) → phase path. */
export type PolicyPhases = ReadonlyMap<string, string>

/**
 * The entries of `.pcrsig` (UAPI.5 ".pcrsig", systemd-measure(1)) held against the policies of the PCR
 * 11 values predicted for a profile. Throws SealscopeError when the text is no such JSON.
 */
export async function readPcrSignatures(
  pcrsig: ScannedSection,
  pcrpkey: ScannedSection | undefined,
  policies: PolicyPhases,
): Promise<PcrSignature[]> {
  const key = pcrpkey === undefined ? null : readPem(sectionText(pcrpkey) ?? '')
  const fingerprint = key === null ? null : await keyFingerprint(key)
  const results: PcrSignature[] = []
  for (const { bank, entry } of parseEntries(pcrsig)) {
    const policy = textOf(entry.pol)
    const pkfp = textOf(entry.pkfp)
    const ref = textOf(entry.ref)
    const keyMatches = fingerprint === null || pkfp === null ? null : fingerprint === pkfp
    const phase = policy === null ? null : (policies.get(`${bank}:${policy}`) ?? null)
    const checked = await verifyEntry(key, bank, policy, ref, textOf(entry.sig))
    results.push({ bank, pkfp, policy, ref, phase, keyMatches, ...checked })
  }
  return results
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

type Entry = Partial<Record<'pol' | 'pkfp' | 'sig' | 'ref', unknown>>

function parseEntries(section: ScannedSection): { bank: string; entry: Entry }[] {
  const text = sectionText(section)?.trim() ?? ''
  const document = parseJson(text)
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw broken('a JSON object', text.slice(0, 40))
  }
  const found: { bank: string; entry: Entry }[] = []
  for (const [bank, list] of Object.entries(document)) {
    if (!Array.isArray(list)) throw broken(`a list for ${bank}`, typeof list)
    for (const entry of list as unknown[]) {
      if (typeof entry !== 'object' || entry === null) throw broken('objects', typeof entry)
      if (found.length >= ENTRY_LIMIT) throw broken(`at most ${ENTRY_LIMIT} entries`, 'more')
      found.push({ bank, entry })
    }
  }
  return found
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw broken('JSON', cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function broken(expected: string, found: string, cause?: unknown): SealscopeError {
  const what = 'The section .pcrsig cannot be read'
  return new SealscopeError({ code: 'pcrsig', what, expected, found, cause })
}

/** The policies of these values, for both ways of hashing: systemd 257 takes the bank's hash, 262 SHA-256. */
export function policiesOf(values: PcrValues, hashers: ScanHashers): Map<string, string> {
  const policies = new Map<string, string>()
  for (const bank of DIGEST_NAMES) {
    for (const [phase, value] of Object.entries(values[bank] ?? {})) {
      for (const hash of new Set<DigestName>([bank, 'sha256'])) {
        const create = hashers[hash]
        if (create !== undefined) policies.set(`${bank}:${policyPcr(create, bank, value)}`, phase)
      }
    }
  }
  return policies
}

/** TPM2_PolicyPCR for PCR 11 (TPM 2.0 part 3 §23.7): H(0… ‖ command ‖ selection ‖ H(value)). */
function policyPcr(create: CreateHasher, bank: DigestName, value: string): string {
  const hash = (bytes: Uint8Array) => {
    const hasher = create()
    hasher.update(bytes)
    return hasher.digest()
  }
  const inner = hash(fromHex(value))
  const id = BANK_IDS[bank]
  const selection = [0, 0, 0, 1, id >> 8, id & 0xff, 3, 0x00, 0x08, 0x00]
  const start = new Uint8Array(inner.length)
  return toHex(hash(Uint8Array.from([...start, ...TPM2_CC_POLICY_PCR, ...selection, ...inner])))
}

/** The DER in the first PUBLIC KEY block (RFC 7468 §13), or null. */
function readPem(text: string): Uint8Array | null {
  const match = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(text)
  return match?.[1] === undefined ? null : fromBase64(match[1])
}

function fromBase64(text: string): Uint8Array | null {
  const compact = text.replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) return null
  return Uint8Array.from(atob(compact), (letter) => letter.charCodeAt(0))
}

/** SHA-256 of the key proper: for RSA the PKCS#1 RSAPublicKey, as systemd has it. */
async function keyFingerprint(publicKey: Uint8Array): Promise<string | null> {
  try {
    const [, bits] = derChildren(readDer(publicKey))
    const content = derContent(expectDer(bits, DER_BIT_STRING, 'the key'))
    const digest = await webDigest('sha256', content.subarray(1))
    return digest === null ? null : toHex(digest)
  } catch (error) {
    if (error instanceof SealscopeError) return null
    throw error
  }
}

/** RSASSA-PKCS1-v1_5 over the policy, with `ref` over the policy and the hash of the reference. */
async function verifyEntry(
  publicKey: Uint8Array | null,
  bank: string,
  policy: string | null,
  ref: string | null,
  signature: string | null,
): Promise<Pick<PcrSignature, 'signatureValid' | 'signatureHash'>> {
  const unknown = { signatureValid: null, signatureHash: null }
  const plain = signature === null ? null : fromBase64(signature)
  const reference = ref === null ? new Uint8Array(0) : await webDigest('sha256', utf8(ref))
  if (publicKey === null || policy === null || plain === null || reference === null) return unknown
  const signed = Uint8Array.from([...fromHex(policy), ...reference])
  const own = DIGEST_NAMES.filter((name) => name === bank)
  let said = false
  for (const digest of new Set<DigestName>(['sha256', ...own])) {
    const key = { publicKey, algorithm: RSA_ENCRYPTION, parameters: null }
    const valid = await verifySignature({ ...key, digest, signed, signature: plain })
    if (valid === true) return { signatureValid: true, signatureHash: digest }
    said ||= valid === false
  }
  return said ? { signatureValid: false, signatureHash: null } : unknown
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
