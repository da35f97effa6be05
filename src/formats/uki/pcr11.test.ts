import { beforeAll, describe, expect, it } from 'vitest'
import { pcr11Values } from './pcr11'
import { policiesOf, readPcrSignatures } from './pcrsig'
import { stubVersion } from './pe/pe'
import { readProfiles } from './profiles'
import { sectionText } from './section-text'
import { golden, loadBanks, ukiCase } from './testing/golden'
import { scanUki } from './uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

const withProfiles = golden.cases.filter(({ profiles }) => profiles.length > 0)

describe('profiles', () => {
  it.each(withProfiles)('$name', ({ bytes, profiles }) => {
    const found = readProfiles(scanUki(bytes, banks))
    expect(found.map(({ implied, id, title, own }) => [implied, id, title, own.map(({ name }) => name)])) // prettier-ignore
      .toEqual(profiles.map((profile) => [profile.implied, profile.id, profile.title, profile.ownSections])) // prettier-ignore
    profiles.forEach((profile, index) => {
      const effective = found[index]?.effective
      for (const [name, sha256] of Object.entries(profile.effective)) {
        const section =
          effective?.get(name) ?? found[index]?.candidates.find((one) => one.name === name)
        expect(section?.digests?.sha256, name).toBe(sha256)
      }
      const text = sectionText(effective?.get('.cmdline'))
      // A text that is not UTF-8 is not shown; NULs at the end are not part of it.
      const expected = profile.cmdline?.includes('\ufffd') === true ? null : profile.cmdline
      expect(text).toBe(expected?.replace(/\0+$/, '') ?? null)
    })
  })
})

describe('PCR 11 as systemd-measure predicts it', () => {
  it.each(withProfiles)('$name', ({ bytes, profiles, stubVersion: major }) => {
    const scan = scanUki(bytes, banks)
    expect(stubVersion(scan)?.major ?? 252).toBe(major)
    const found = readProfiles(scan)
    profiles.forEach(({ pcr11, dtbauto }, index) => {
      const profile = found[index]
      if (profile === undefined) throw new Error('profile missing')
      if (pcr11 !== null) expect(pcr11Values(scan, profile, banks)).toEqual(pcr11)
      const trees = profile.candidates.filter(({ name }) => name === '.dtbauto')
      dtbauto.forEach((values, number) => {
        expect(pcr11Values(scan, profile, banks, trees[number])).toEqual(values)
      })
    })
  })

  it('is not known when a measured section is not in the file', () => {
    const scan = scanUki(ukiCase('section-truncated').bytes, banks)
    const [profile] = readProfiles(scan)
    expect(profile && pcr11Values(scan, profile, banks)).toBeNull()
  })
})

describe('.pcrsig', () => {
  const signed = withProfiles.flatMap(({ name, bytes, profiles }) =>
    profiles.flatMap(({ pcrsig }, index) =>
      pcrsig === null ? [] : [{ name, bytes, index, pcrsig }],
    ),
  )
  it.each(signed)('$name, profile $index', async ({ bytes, index, pcrsig }) => {
    const scan = scanUki(bytes, banks)
    const profile = readProfiles(scan)[index]
    const section = profile?.effective.get('.pcrsig')
    if (profile === undefined || section === undefined) throw new Error('no .pcrsig')
    const policies = policiesOf(pcr11Values(scan, profile, banks) ?? {}, banks)
    const found = await readPcrSignatures(section, profile.effective.get('.pcrpkey'), policies)
    expect(found).toEqual(
      pcrsig.map((entry) => ({
        bank: entry.bank,
        pkfp: entry.pkfp,
        policy: entry.pol,
        ref: entry.ref,
        phase: entry.matches_phase,
        keyMatches: entry.pkfp_is_pcrpkey,
        signatureValid: entry.signature_ok,
        signatureHash: entry.signature_hash,
      })),
    )
  })

  it('refuses what is no such JSON', async () => {
    const scan = scanUki(ukiCase('x64-257-pcrsig').bytes, banks)
    const section = scan.sections.find(({ name }) => name === '.pcrsig')
    if (section === undefined) throw new Error('no .pcrsig')
    for (const text of ['', '[]', '{"sha256":{}}', '{"sha256":[1]}', '{']) {
      const broken = { ...section, text: new TextEncoder().encode(text) }
      await expect(readPcrSignatures(broken, undefined, new Map())).rejects.toThrow(
        /\.pcrsig cannot be read/,
      )
    }
    const odd = { ...section, text: new TextEncoder().encode('{"sha256":[{"pol":1}]}') }
    const [entry] = await readPcrSignatures(odd, undefined, new Map())
    expect(entry).toMatchObject({ policy: null, phase: null, signatureValid: null })
  })
})
