import { fileSecureBoot } from '../../answers/boot/trust/one-file'
import { beforeAll, describe, expect, it } from 'vitest'
import { ukiFindings } from '../../answers/findings/uki-findings'
import { ukiResult } from './record'
import { verifySignatures } from './signature/signatures'
import { loadBanks, ukiCase } from './testing/golden'
import { scanUki } from './uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

const FILES = ['cmdline-sha256', 'names-8-and-long', 'ucode-initrd.addon', 'x64-262-multi-profile', 'x64-257-pcrsig'] // prettier-ignore

/** Everything that is made of a file; nothing of it may throw. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const scan = scanUki(bytes, banks, { initrd: true })
  const signatures = await verifySignatures(scan)
  const input = { scan, path: 'x.efi', layer: 0, signatures, hashers: banks, addonOf: scan }
  const findings = await ukiFindings(input)
  const secureBoot = await fileSecureBoot(scan, 'x.efi', [], 0)
  const result = await ukiResult({
    scan,
    path: 'x.efi',
    signatures,
    findings,
    hashers: banks,
    trust: [],
    secureBoot,
  })
  expect(result.size).toBe(bytes.length)
}

describe.each(FILES)('%s', (name) => {
  const { bytes } = ukiCase(name)
  // Small files closely, large ones (with many PCR policies to check) with a wider stride.
  const stride = bytes.length > 50_000 ? 23 : 5
  const places = [...Array(1024).keys()].filter((at) => at % stride === 0)
  for (let at = 1024; at < bytes.length; at += Math.ceil(bytes.length / 60)) places.push(at)

  it('may be cut anywhere', async () => {
    for (const at of places) await readAll(bytes.subarray(0, at))
  })

  it('may have any bit flipped', async () => {
    for (const at of places) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      await readAll(changed)
    }
  })

  it('may have any header byte set to 255', async () => {
    for (let at = 0; at < 700; at += stride) {
      const changed = bytes.slice()
      changed[at] = 255
      await readAll(changed)
    }
  })
})

describe('a header cut at every byte', () => {
  it('gives a scan, with an error until the PE header is whole', () => {
    const { bytes } = ukiCase('cmdline-sha256')
    for (let size = 0; size < 1100; size++) {
      const scan = scanUki(bytes.subarray(0, size), banks)
      expect(scan.error === null).toBe(size >= 64 + 24)
    }
  })
})
