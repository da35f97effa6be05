import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { golden, ukiCase } from '../../src/formats/uki/testing/golden'
import { sealscope } from './run'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-uki-'))

function fileOf(name: string): string {
  const path = join(folder, `${name}.efi`)
  writeFileSync(path, ukiCase(name).bytes)
  return path
}

describe('uki', () => {
  it('prints PCR 11 as systemd-measure calculate does', async () => {
    const { code, stdout, stderr } = await sealscope('uki', fileOf('x64-262-sbsign'), '--pcrs')
    expect(code).toBe(0)
    const values = ukiCase('x64-262-sbsign').profiles[0]?.pcr11 ?? {}
    const phases = Object.keys(values.sha256 ?? {}).filter((phase) => phase !== '')
    const lines = phases.flatMap((phase) => ['sha1', 'sha256', 'sha384', 'sha512'].map((bank) => `11:${bank}=${values[bank]?.[phase] ?? ''}\n`)) // prettier-ignore
    expect(stdout).toBe(lines.join(''))
    expect(stderr).toBe(phases.map((phase) => `# PCR[11] Phase <${phase}>\n`).join(''))
    const json = await sealscope('uki', fileOf('x64-262-sbsign'), '--pcrs', '--json=systemd')
    expect(JSON.parse(json.stdout)).toMatchObject({ sha256: phases.map((phase) => ({ phase, pcr: 11, hash: values.sha256?.[phase] })) }) // prettier-ignore
  })

  it('writes a section as objcopy does', async () => {
    const target = join(folder, 'cmdline')
    await sealscope('uki', fileOf('x64-262-multi-profile'), '--extract', '.cmdline', '--profile', 'factory-reset', '-o', target) // prettier-ignore
    expect(readFileSync(target, 'utf8')).toBe('systemd.unit=factory-reset.target')
    await sealscope('uki', fileOf('x64-262-multi-profile'), '--extract', '.cmdline', '-o', target)
    // Two of the name lie 24576 bytes apart in memory.
    expect(readFileSync(target)).toHaveLength(24_609)
    const none = await sealscope('uki', fileOf('x64-262-multi-profile'), '--extract', '.nothing')
    expect([none.code, none.stdout]).toEqual([2, ''])
  })

  it('judges signatures by the keys that it is given', async () => {
    const anchor = join(folder, 'ca.pem')
    writeFileSync(anchor, golden.certificates['ca.pem'] ?? '')
    const run = await sealscope('uki', fileOf('x64-262-sbsign'), '--trust', anchor, '--json')
    const { trust, secureBoot } = JSON.parse(run.stdout) as { trust: unknown[]; secureBoot: unknown } // prettier-ignore
    expect(trust).toMatchObject([{ file: anchor, firmware: true, sbverify: true, osslsigncode: true }]) // prettier-ignore
    expect(secureBoot).toMatchObject({ answer: 'yes' })
    const text = await sealscope('uki', fileOf('x64-262-sbsign'))
    expect(text.stdout).toContain(
      'Starts with Secure Boot when db holds CN=Example Secure Boot CA.',
    )
  })

  it('finds the UKI of an image', async () => {
    const run = await sealscope('uki', 'sample:sealed', '--json')
    const { path, pcr11, layer } = JSON.parse(run.stdout) as { path: string; pcr11: object; layer: number } // prettier-ignore
    expect(path).toMatch(/^boot\/EFI\/Linux\/.*\.efi$/)
    expect(Object.keys(pcr11)).toEqual(['0'])
    expect(layer).toBeGreaterThanOrEqual(0)
    expect((await sealscope('uki', 'sample:classic')).code).toBe(2)
  })
})
