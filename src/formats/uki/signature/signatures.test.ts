import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../pcr11'
import type { UkiScan } from '../scan'
import { readSignatureEntries, verifySignatures } from './signatures'
import { scanTools } from '../digest-set'
import { golden, loadBanks, ukiCase } from '../testing/golden'
import {
  appendCertificates,
  signImageDigest,
  unsignedUki,
  type Scheme,
} from '../testing/signed-file'
import { scanUki } from '../uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

function scan(bytes: Uint8Array): UkiScan {
  return scanUki(bytes, banks)
}

describe('Authenticode digest', () => {
  const files = golden.cases.filter((item) => item.authenticode !== null)
  // No signing tool reads the garbage table of sections-65535; there is nothing to agree with.
  const readable = files.filter(({ name }) => name !== 'sections-65535.efi')
  it.each(readable)('$name', ({ bytes, authenticode }) => {
    expect(scan(bytes).authenticode.sha256).toBe(authenticode?.own)
  })
})

describe('signatures of real signing tools', () => {
  it.each(golden.cases)('$name', async ({ bytes, certificateEntries }) => {
    const found = await verifySignatures(scan(bytes))
    // Firmware passes over what is named by a GUID that is not the one of PKCS#7.
    const read = certificateEntries.filter(({ type }) => type !== '0x0ef1')
    const expected = read.flatMap(({ pkcs7, image_digest_matches_file }) =>
      (pkcs7?.signers ?? []).map((signer) => ({
        signer: signer.signer_subject,
        issuer: signer.issuer,
        digestAlgorithm: pkcs7?.image_digest_algorithm,
        digestMatches: image_digest_matches_file,
        signatureValid: signer.message_digest_ok && signer.signature_over_attributes_ok,
        imageDigest: pkcs7?.image_digest,
        key: signer.key,
        signingTime: signer.signing_time,
        serial: signer.serial,
        certificates: pkcs7?.certificates.map(({ subject, issuer, serial, ...rest }) => ({
          subject,
          issuer,
          serial,
          notBefore: rest.not_before,
          notAfter: rest.not_after,
          sha256: rest.sha256,
        })),
      })),
    )
    expect(found).toMatchObject(expected)
    expect(found).toHaveLength(expected.length)
  })

  it('does not know a digest that was not computed', async () => {
    const { bytes } = ukiCase('x64-262-splash-ucode')
    const [signature] = await verifySignatures(scanUki(bytes, scanTools(banks.kernels)))
    expect(signature).toMatchObject({ digestAlgorithm: 'sha384', digestMatches: null, signatureValid: true }) // prettier-ignore
  })
})

const SCHEMES: Scheme[] = [
  { kind: 'rsa', digest: 'sha1' },
  { kind: 'rsa', digest: 'sha512' },
  { kind: 'pss', digest: 'sha256' },
  { kind: 'pss', digest: 'sha384' },
  { kind: 'ecdsa', curve: 'P-256', digest: 'sha256' },
  { kind: 'ecdsa', curve: 'P-384', digest: 'sha384' },
  { kind: 'ecdsa', curve: 'P-521', digest: 'sha512' },
]

describe.each(SCHEMES)('$kind with $digest', (scheme) => {
  function signed(): { file: Uint8Array; blob: Uint8Array } {
    const unsigned = unsignedUki()
    const digest = fromHex(scan(unsigned).authenticode[scheme.digest] ?? '')
    const blob = signImageDigest(scheme, digest)
    return { file: appendCertificates(unsigned, [blob]), blob }
  }

  it('verifies', async () => {
    const [signature] = await verifySignatures(scan(signed().file))
    expect(signature).toMatchObject({
      signer: 'CN=Signer,O=Example\\, Inc.',
      issuer: 'CN=Issuer,O=Example\\, Inc.',
      digestAlgorithm: scheme.digest,
      digestMatches: true,
      signatureValid: true,
      problem: null,
    })
  })

  it('tells a changed file from a changed signature', async () => {
    const { file, blob } = signed()
    const changed = file.slice()
    changed[1024] = (changed[1024] ?? 0) ^ 1
    const [first] = await verifySignatures(scan(changed))
    expect(first).toMatchObject({ digestMatches: false, signatureValid: true })

    const forged = blob.slice()
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    const [second] = await verifySignatures(scan(appendCertificates(unsignedUki(), [forged])))
    expect(second).toMatchObject({ digestMatches: true, signatureValid: false })
  })
})

describe('damaged signatures', () => {
  it('are none when they cannot be read, with the reason', async () => {
    const file = scan(appendCertificates(unsignedUki(), [Uint8Array.of(0x30, 3, 6, 1, 5)]))
    expect(await verifySignatures(file)).toEqual([])
    expect(readSignatureEntries(file)[0]?.problem).toMatch(/DER encoding cannot be read/)
  })

  it('reads every signature of several', async () => {
    const unsigned = unsignedUki()
    const digest = fromHex(scan(unsigned).authenticode.sha256 ?? '')
    const blobs = [1, 2, 3].map(() => signImageDigest({ kind: 'rsa', digest: 'sha256' }, digest))
    const found = await verifySignatures(scan(appendCertificates(unsigned, blobs)))
    expect(found.map(({ signatureValid }) => signatureValid)).toEqual([true, true, true])
  })

  it('only ever answers, whatever byte of a signature is changed or cut', async () => {
    const { bytes } = ukiCase('cert-checksum-changed')
    const whole = scan(bytes)
    const table = whole.certificateTable
    if (table === null || table.bytes === null) throw new Error('no table')
    for (let at = 0; at < table.bytes.length; at += 3) {
      const flipped = table.bytes.slice()
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      const cut = table.bytes.slice(0, at)
      for (const changed of [flipped, cut]) {
        const found = await verifySignatures({ ...whole, certificateTable: { ...table, bytes: changed } }) // prettier-ignore
        expect(Array.isArray(found)).toBe(true)
      }
    }
  })
})
