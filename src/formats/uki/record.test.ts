import { beforeAll, describe, expect, it } from 'vitest'
import { writePe } from '../../../samples/pe-writer'
import { ukiFindings } from '../../answers/findings/uki-findings'
import { addonRecord, ukiRecord, ukiResult } from './record'
import { verifySignatures } from './signature/signatures'
import { golden, loadBanks, ukiCase } from './testing/golden'
import { scanUki } from './uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

const scanCase = (name: string) => scanUki(ukiCase(name).bytes, banks)

describe('ukiRecord', () => {
  it.each(golden.cases)(
    'of $name survives JSON and names what is not known null',
    ({ bytes, uname }) => {
      const record = ukiRecord(scanUki(bytes, banks), 'boot/EFI/Linux/x.efi', 2, [], [])
      expect(JSON.parse(JSON.stringify(record))).toEqual(record)
      expect(record.uname).toBe(uname)
    },
  )

  it('has the fields of the contract', () => {
    const addon = addonRecord(scanCase('cmdline.addon'), 'boot/EFI/Linux/x.efi.extra.d/a.addon.efi')
    const record = ukiRecord(
      scanCase('x64-262-multi-profile'),
      'boot/EFI/Linux/x.efi',
      3,
      [addon],
      [],
    )
    expect(record).toMatchObject({ layer: 3, machine: 'x86_64', stub: 'systemd-stub 262.1-1', error: null }) // prettier-ignore
    expect(record.cmdline).toMatch(/^composefs=8ca8/)
    expect(record.profiles.map(({ id, title }) => [id, title])).toEqual([
      ['main', 'Main'],
      ['factory-reset', 'Factory Reset'],
      ['debug', 'Debug shell'],
    ])
    expect(record.profiles[1]?.cmdline).toBe('systemd.unit=factory-reset.target')
    expect(record.addons[0]?.cmdline).toBe('systemd.log_level=debug')
    expect(record.sbat?.map(([component]) => component)).toEqual(['sbat', 'systemd-stub', 'systemd-stub.debian', 'uki']) // prettier-ignore
  })

  it('does not show what is unset or no text', () => {
    const cmdline = (name: string) => ukiRecord(scanCase(name), 'x', null, [], []).cmdline
    expect(cmdline('section-zero-vsize')).toBeNull()
    expect(cmdline('cmdline-not-utf8')).toBeNull()
    expect(cmdline('vsize-gt-file')).toBeNull()
    expect(cmdline('duplicate-sections')).toMatch(/^first /)
  })
})

/** Judged where the image is known. */
const NOT_ASKED = {
  id: 'secure-boot' as const,
  answer: 'unknown' as const,
  summary: '',
  reasons: [],
}

const result = (scan: ReturnType<typeof scanCase>) =>
  ukiResult({
    scan,
    path: 'x.efi',
    signatures: [],
    findings: [],
    hashers: banks,
    trust: [],
    secureBoot: NOT_ASKED,
  })

describe('the boot menu as bootctl list 262 shows it', () => {
  // Its .cmdline ends behind the file, where bootctl takes what is there and we nothing.
  const cut = 'vsize-gt-file.efi'
  const listed = golden.cases.filter(
    ({ name, entries }) => entries !== null && entries.length > 0 && name !== cut,
  )
  it.each(listed)('$name', ({ name, bytes, entries }) => {
    expect(ukiRecord(scanUki(bytes, banks), name, null, [], []).entries).toEqual(entries)
  })

  it('has nothing without .osrel or of what is no UKI', () => {
    const entries = (name: string) => ukiRecord(scanCase(name), name, null, [], []).entries
    expect(entries('x64-252-no-osrel')).toEqual([])
    expect(entries('cmdline.addon')).toEqual([])
    expect(entries('soo-mismatch')).toEqual([])
  })
})

describe('initramfs and microcode', () => {
  const packed = golden.cases.filter(({ initrd, ucode }) => initrd !== null || ucode !== null)
  it.each(packed)('$name', ({ bytes, initrd, ucode }) => {
    const scan = scanUki(bytes, banks, { initrd: true })
    const record = ukiRecord(scan, 'x.efi', null, [], [])
    if (initrd !== null) expect(record.initrd?.parts).toMatchObject(initrd.parts)
    if (ucode !== null) expect(record.ucode?.parts).toMatchObject(ucode.parts)
    const listing = scan.sections.find(({ name }) => name === '.initrd')?.initrd
    if (initrd !== null) expect(listing?.names).toEqual(initrd.names)
  })
})

describe('what a UKI carries for hardware', () => {
  it('names device trees, hardware ids and the splash', async () => {
    const trees = await result(scanCase('aa64-262-devicetree'))
    expect(trees.devicetrees.map(({ section }) => section)).toContain('.dtbauto')
    expect(trees.devicetrees.every(({ compatible }) => compatible.length > 0)).toBe(true)
    expect(trees.hardwareIds.length).toBeGreaterThan(0)
    expect(Object.values(trees.pcr11WithDevicetree).flat().length).toBeGreaterThan(0)
    expect((await result(scanCase('x64-262-splash-ucode'))).splash).not.toBeNull()
  })
})

describe('ukiResult', () => {
  it('holds PCR 11 by profile, bank and phase', async () => {
    const multi = ukiCase('x64-257-multi-profile')
    const many = await result(scanUki(multi.bytes, banks))
    expect(Object.keys(many.pcr11)).toEqual(['main', 'factory-reset', 'debug', 'rescue'])
    expect(many.pcr11.debug).toEqual(multi.profiles[2]?.pcr11)
    const single = ukiCase('x64-262-sbsign')
    const one = await result(scanUki(single.bytes, banks))
    expect(one.pcr11).toEqual({ 0: single.profiles[0]?.pcr11 })
    expect(one.authenticode.sha256).toBe(single.authenticode?.own)
  })

  it('has no PCR values without a kernel', async () => {
    expect((await result(scanCase('cmdline.addon'))).pcr11).toEqual({})
    expect(await result(scanCase('empty'))).toMatchObject({ pcr11: {}, sections: [] })
  })
})

async function findingIds(name: string): Promise<string[]> {
  const scan = scanCase(name)
  const signatures = await verifySignatures(scan)
  const found = await ukiFindings({ scan, path: 'x.efi', layer: 1, signatures, hashers: banks })
  return found.map(({ id }) => id)
}

describe('ukiFindings', () => {
  it.each([
    ['x64-262-sbsign', []],
    ['x64-257-pcrsig', ['uki-unsigned']],
    ['x64-257-pcrsig-stale', ['uki-pcrsig-stale']],
    ['x64-252-tampered', ['uki-signature-stale']],
    ['x64-252-uname-mismatch', ['uki-uname-mismatch', 'uki-unsigned']],
    ['x64-252-no-osrel', ['uki-no-osrel', 'uki-no-initrd', 'uki-unsigned']],
    ['vsize-gt-raw', ['uki-virtual-size', 'uki-unsigned']],
    ['section-overlap', ['uki-text-continues', 'uki-unsigned']],
    ['sbat-short-rows', ['uki-sbat', 'uki-unsigned']],
    ['cert-dwlength-zero', ['uki-certificate-table', 'uki-unsigned']],
    ['cert-type-efi-guid', ['uki-certificate-table', 'uki-unsigned']],
    ['cmdline-inner-nul', ['uki-text-nul', 'uki-no-initrd', 'uki-unsigned']],
    ['soo-mismatch', ['uki-odd-pe', 'uki-unsigned']],
    ['not-a-pe', ['uki-not-pe']],
  ])('%s: %j', async (name, expected) => {
    expect(await findingIds(name)).toEqual(expected)
  })

  it('sums up many of a kind', async () => {
    const ids = await findingIds('sections-65535')
    expect(ids.filter((id) => id === 'uki-section-outside')).toHaveLength(1)
  })

  it('tells an add-on with a digest of its own', async () => {
    const scan = scanUki(writePe([{ name: '.cmdline', content: 'quiet composefs=abc' }], [258, 0]), banks) // prettier-ignore
    const input = { scan, path: 'a', layer: 0, signatures: [], hashers: banks, addonOf: null }
    const found = await ukiFindings(input)
    expect(found.map(({ id }) => id)).toContain('addon-composefs')
  })

  it('tells an add-on without effect', async () => {
    const uki = scanCase('x64-262-sbsign')
    const messages = async (bytes: Uint8Array) => {
      const input = {
        scan: scanUki(bytes, banks),
        path: 'a',
        layer: 0,
        signatures: [],
        hashers: banks,
      }
      const found = await ukiFindings({ ...input, addonOf: uki })
      return found.filter(({ id }) => id === 'addon-no-effect').map(({ message }) => message)
    }
    const sections = (uname: string) => [
      { name: '.cmdline', content: 'debug' },
      { name: '.uname', content: uname },
    ]
    expect(await messages(ukiCase('cmdline.addon').bytes)).toEqual([])
    expect(await messages(writePe(sections('6.12.57-sealed.x86_64'), [258, 0]))).toEqual([])
    expect(await messages(writePe(sections('5.0'), [258, 0]))).toEqual([expect.stringContaining('kernel 5.0')]) // prettier-ignore
    expect(await messages(writePe([{ name: '.text', content: 'x' }], [258, 0]))).toHaveLength(1)
    expect(await messages(ukiCase('dtbauto.addon').bytes)).toEqual([
      expect.stringContaining('aarch64'),
    ])
  })
})
