import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../../../formats/uki/pcr11'
import { readKeyFile, type KeySet } from '../../../formats/uki/signature/key-file'
import { verifySignatures } from '../../../formats/uki/signature/signatures'
import { golden, loadBanks, ukiCase } from '../../../formats/uki/testing/golden'
import { appendCertificates, signImageDigest } from '../../../formats/uki/testing/signed-file'
import type { UkiScan } from '../../../formats/uki/scan'
import { scanUki } from '../../../formats/uki/uki-sink'
import { bootFile, type CollectedBootFile } from './boot-files'
import type { ImageKeyFile } from './image-keys'
import { microsoftKeys } from './microsoft'
import { sbatRevocation } from './sbat-levels'
import { secureBootCheck, type SecureBootQuestion } from './secure-boot'

const LOADER = 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'
const UKI = 'boot/EFI/Linux/6.12.efi'
const SHIM = 'usr/lib/bootupd/updates/EFI/example/shimx64.efi'
const SECOND = 'usr/lib/bootupd/updates/EFI/example/grubx64.efi'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

const scan = (bytes: Uint8Array) => scanUki(bytes, banks)
const pem = (name: string) => readKeyFile(new TextEncoder().encode(golden.certificates[name] ?? ''), name) // prettier-ignore

/** The file with a signature by a key of its own, and that certificate. */
async function signed(name: string): Promise<{ scan: UkiScan; keys: KeySet }> {
  const { bytes } = ukiCase(name)
  const digest = fromHex(scan(bytes).authenticode.sha256 ?? '')
  const whole = scan(appendCertificates(bytes, [signImageDigest({ kind: 'rsa', digest: 'sha256' }, digest)])) // prettier-ignore
  const [signature] = await verifySignatures(whole)
  const { certificate } = signature?.evidence ?? { certificate: null }
  return { scan: whole, keys: { certificates: certificate === null ? [] : [certificate], images: [], revoked: [] } } // prettier-ignore
}

const at = (path: string, file: UkiScan): CollectedBootFile => bootFile(file, path, 0)

function ask(files: CollectedBootFile[], more: Partial<SecureBootQuestion> = {}) {
  const kernel = { path: UKI, unified: true }
  return secureBootCheck({ files, kernel, bootloader: null, imageKeys: [], trusted: null, now: null, ...more }) // prettier-ignore
}

const imageKeys = (keys: KeySet): ImageKeyFile[] => [
  { path: 'db.auth', layer: 0, variable: 'db', error: null, file: { ...keys, format: 'auth', authentication: null, problems: [] } }, // prettier-ignore
]

describe('systemd-boot and a UKI', () => {
  it('unsigned: Secure Boot must be off', async () => {
    const files = [at(LOADER, scan(ukiCase('systemd-bootx64-257').bytes)), at(UKI, scan(ukiCase('x64-257-pcrsig').bytes))] // prettier-ignore
    expect(await ask(files)).toMatchObject({ answer: 'no', summary: 'Nothing here is signed: Secure Boot must be off.' }) // prettier-ignore
  })

  it('with keys of their own: starts when db holds them', async () => {
    const loader = await signed('systemd-bootx64-257')
    const uki = scan(ukiCase('x64-262-sbsign').bytes)
    const files = [at(LOADER, loader.scan), at(UKI, uki)]
    const open = await ask(files)
    expect(open.answer).toBe('unknown')
    expect(open.summary).toBe('Starts with Secure Boot when db holds CN=Issuer and CN=Example Secure Boot CA.') // prettier-ignore
    const both = { ...loader.keys, certificates: [...loader.keys.certificates, ...pem('ca.pem').certificates] } // prettier-ignore
    expect((await ask(files, { trusted: both })).answer).toBe('yes')
    const enrolled = await ask(files, { imageKeys: imageKeys(both) })
    expect(enrolled.answer).toBe('yes')
    expect(enrolled.summary).toContain('the keys in this image enrol themselves at the first start')
    expect(enrolled.reasons.map(({ id }) => id)).toContain('keys-enrol-themselves')
  })

  it('names the link that does not hold', async () => {
    const loader = await signed('systemd-bootx64-257')
    const tampered = at(UKI, scan(ukiCase('x64-252-tampered').bytes))
    const changed = await ask([at(LOADER, loader.scan), tampered])
    expect(changed).toMatchObject({ answer: 'no', summary: 'systemd-boot → UKI: link 2 has a signature that is not of this file or does not verify.' }) // prettier-ignore
    const uki = at(UKI, scan(ukiCase('x64-262-sbsign').bytes))
    const other = await ask([at(LOADER, loader.scan), uki], { imageKeys: imageKeys(loader.keys) })
    expect(other).toMatchObject({ answer: 'no', summary: 'systemd-boot → UKI: link 2 is signed by CN=Example Secure Boot CA, which the db in this image does not hold.' }) // prettier-ignore
  })

  it('takes the signed copy of systemd-boot, and asks for one that is not there', async () => {
    const loader = await signed('systemd-bootx64-257')
    const uki = at(UKI, scan(ukiCase('x64-262-sbsign').bytes))
    const plain = at(LOADER, scan(ukiCase('systemd-bootx64-257').bytes))
    const keys = { ...loader.keys, certificates: [...loader.keys.certificates, ...pem('ca.pem').certificates] } // prettier-ignore
    const copies = [plain, at(`${LOADER}.signed`, loader.scan), uki]
    expect((await ask(copies, { trusted: keys })).answer).toBe('yes')
    expect((await ask([plain, uki], { trusted: keys })).answer).toBe('no')
    const none = await ask([uki], { trusted: keys })
    expect(none.answer).toBe('unknown')
    expect(none.reasons[0]?.id).toBe('loader-not-in-image')
    expect((await ask([uki], { trusted: keys, alone: true })).answer).toBe('yes')
  })

  it('counts expired certificates and says so', async () => {
    const uki = at(UKI, scan(ukiCase('x64-262-sbsign').bytes))
    const question = { trusted: pem('ca.pem'), alone: true, now: Date.parse('2090-01-01') / 1000 }
    const check = await ask([uki], question)
    expect(check.answer).toBe('yes')
    expect(check.reasons.map(({ id }) => id)).toContain('certificate-expired')
  })

  it('obeys dbx: digests of images, certificates, and digests of certificates', async () => {
    const uki = scan(ukiCase('x64-262-sbsign').bytes)
    const ca = pem('ca.pem')
    const digest = { algorithm: 'sha256' as const, digest: uki.authenticode.sha256 ?? '' }
    const refusing = async (dbx: KeySet) => {
      const file = (variable: 'db' | 'dbx', keys: KeySet) => imageKeys(keys).map((each) => ({ ...each, variable })) // prettier-ignore
      return (await ask([at(UKI, uki)], { imageKeys: [...file('db', ca), ...file('dbx', dbx)], alone: true })).answer // prettier-ignore
    }
    const none = { certificates: [], images: [], revoked: [] }
    expect(await refusing(none)).toBe('yes')
    expect(await refusing({ ...none, images: [digest] })).toBe('no')
    expect(await refusing({ ...none, certificates: ca.certificates })).toBe('no')
    expect(await refusing({ ...none, certificates: pem('other.pem').certificates })).toBe('yes')
  })
})

describe('shim', () => {
  /** Sections of shim: `.sbat`, and the certificate that it trusts besides db. */
  function shim(file: UkiScan, vendor: Uint8Array): CollectedBootFile {
    const [section] = file.sections
    if (section === undefined) throw new Error('no section')
    const head = new Uint8Array(16 + vendor.length)
    new DataView(head.buffer).setUint32(0, vendor.length, true)
    new DataView(head.buffer).setUint32(8, 16, true)
    new DataView(head.buffer).setUint32(12, 16, true)
    head.set(vendor, 16)
    const sections = [...file.sections, { ...section, name: '/37', longName: '.vendor_cert', head }]
    return at(SHIM, { ...file, marker: null, sections })
  }

  it('starts what its vendor certificate signed', async () => {
    const first = await signed('systemd-bootx64-257')
    const ca = pem('ca.pem').certificates[0]?.der ?? new Uint8Array(0)
    const second = at(SECOND, first.scan)
    const uki = at(UKI, scan(ukiCase('x64-262-sbsign').bytes))
    const vendor = shim(first.scan, ca)
    expect(vendor.record.kind).toBe('shim')
    const good = await ask([vendor, second, uki], { trusted: first.keys })
    expect(good).toMatchObject({ answer: 'yes' })
    const foreign = at(UKI, scan(ukiCase('x64-257-pcrsig-stale').bytes))
    const bad = await ask([vendor, second, foreign], { trusted: first.keys })
    expect(bad).toMatchObject({ answer: 'no', summary: "shim → systemd-boot → UKI: link 3 is not signed by shim's vendor certificate." }) // prettier-ignore
  })
})

describe('dated data', () => {
  it('holds the two certificates of Microsoft', () => {
    expect(microsoftKeys().certificates.map(({ subject }) => subject.split(',')[0])).toEqual([
      'CN=Microsoft Corporation UEFI CA 2011',
      'CN=Microsoft UEFI CA 2023',
    ])
  })

  it('knows which SBAT level refuses a file', () => {
    const row = (component: string, generation: string) => [
      component,
      generation,
      'x',
      'x',
      '1',
      'x',
    ]
    expect(sbatRevocation([row('grub', '3')])).toMatchObject({ needed: 4, date: '2024040900' })
    expect(sbatRevocation([row('grub', '5'), row('shim', '4')])).toBeNull()
    expect(sbatRevocation([row('grub.debian', '1')])).toBeNull()
  })
})
