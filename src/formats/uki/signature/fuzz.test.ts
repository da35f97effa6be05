import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../../base/error'
import { golden, ukiCase } from '../testing/golden'
import { encodeDer } from './der'
import { readKeyFile, readVendorCertificates } from './key-file'
import { readSignedData } from './pkcs7'

/** A generator that always gives the same numbers (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const certificate = readKeyFile(new TextEncoder().encode(golden.certificates['ca.pem'] ?? ''), 'ca.pem').certificates[0]?.der ?? new Uint8Array(0) // prettier-ignore
const GUID_X509 = 'a159c0a5e494a74a87b5ab155c2bf072'
const GUID_PKCS7 = '9dd2af4adf68ee498aa9347d375665a7'
const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) // prettier-ignore
const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)

/** An EFI_SIGNATURE_LIST with one certificate. */
const list = Uint8Array.of(...hex(GUID_X509), ...u32(28 + 16 + certificate.length), ...u32(0), ...u32(16 + certificate.length), ...new Uint8Array(16), ...certificate) // prettier-ignore

/** PKCS#7 of a real signature. */
function pkcs7(): Uint8Array {
  const { bytes } = ukiCase('x64-262-sbsign')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = view.getUint32(view.getUint32(0x3c, true) + 24 + 112 + 32, true)
  return bytes.slice(at + 8, at + view.getUint32(at, true))
}

/** EFI_VARIABLE_AUTHENTICATION_2 around the list. */
function authenticated(signature: Uint8Array, length = 24 + signature.length): Uint8Array {
  return Uint8Array.of(...new Uint8Array(16), ...u32(length), 0, 2, 0xf1, 0x0e, ...hex(GUID_PKCS7), ...signature, ...list) // prettier-ignore
}

function attempt(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(SealscopeError)
  }
}

describe('files with keys', () => {
  it('are read whatever their form', () => {
    expect(readKeyFile(list, 'a.esl')).toMatchObject({ format: 'esl', problems: [] })
    expect(readKeyFile(certificate, 'a.der').certificates).toHaveLength(1)
    const auth = readKeyFile(authenticated(pkcs7()), 'db.auth')
    expect(auth).toMatchObject({ format: 'auth', problems: [] })
    expect(auth.certificates).toHaveLength(1)
  })

  it('say where a descriptor or a list is wrong', () => {
    const wrong = () => readKeyFile(authenticated(pkcs7(), 0xffff), 'db.auth')
    expect(wrong).toThrow(/descriptor of the authenticated variable is wrong/)
    expect(() => readKeyFile(authenticated(pkcs7(), 3), 'db.auth')).toThrow(SealscopeError)
    const cut = readKeyFile(list.subarray(0, list.length - 1), 'a.esl')
    expect(cut.problems[0]).toMatch(/^byte 0: list of/)
    expect(() => readKeyFile(new Uint8Array(0), 'x')).toThrow(/an empty file/)
  })

  it('throw nothing but the one error for 10,000 damaged ones', () => {
    const random = numbers(15)
    const files = [list, certificate, authenticated(pkcs7()), new TextEncoder().encode(golden.certificates['ca.pem'] ?? '')] // prettier-ignore
    for (let round = 0; round < 10_000; round++) {
      const file = files[round % files.length] ?? list
      const changed = file.slice(0, random(8) === 0 ? random(file.length) : file.length)
      for (let count = 1 + random(6); count > 0 && changed.length > 0; count--) {
        changed[random(changed.length)] = random(256)
      }
      attempt(() => readKeyFile(changed, 'x'))
      attempt(() => readSignedData(changed))
      readVendorCertificates(changed)
    }
  })
})

describe('DER of any depth', () => {
  it('costs no stack', () => {
    let nested: Uint8Array = new Uint8Array(0)
    for (let depth = 0; depth < 2000; depth++) nested = encodeDer(0x30, nested)
    attempt(() => readSignedData(nested))
    attempt(() => readKeyFile(nested, 'x'))
  })
})
