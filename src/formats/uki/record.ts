import type { UkiResult } from '../../contract/answers'
import type { UkiRecord, UkiSignatureRecord } from '../../contract/facts'
import type { ScanHashers } from './digest-set'
import { pcr11Values } from './pcr11'
import { firstSection, firstText, machineName, stubVersion } from './pe/pe'
import { profileKey, readProfiles } from './profiles'
import { readSbat } from './sbat'
import type { ScannedSection, UkiScan } from './scan'
import { sectionText } from './section-text'

/** An add-on as the UKI's record lists it. */
export interface AddonRecord {
  path: string
  cmdline: string | null
}

export function addonRecord(scan: UkiScan, path: string): AddonRecord {
  return { path, cmdline: firstText(scan, '.cmdline') }
}

/**
 * The element of `ukis[]` for a scanned file. Texts are those of the first section of a name (the
 * base profile's), without NULs at their end; null when missing, unset or not UTF-8.
 */
export function ukiRecord(
  scan: UkiScan,
  path: string,
  layer: number | null,
  addons: AddonRecord[],
  signatures: UkiSignatureRecord[],
): UkiRecord {
  const stub = stubVersion(scan)
  const sbat = firstSection(scan, '.sbat')?.text ?? null
  return {
    path,
    layer,
    size: scan.size,
    sha256: scan.sha256,
    machine: machineName(scan),
    stub: stub === null ? null : `${stub.product} ${stub.version}`,
    sections: scan.sections.map(sectionRecord),
    cmdline: firstText(scan, '.cmdline'),
    uname: firstText(scan, '.uname'),
    osrel: firstText(scan, '.osrel'),
    sbat: sbat === null ? null : readSbat(sbat).rows,
    profiles: profileRecords(scan),
    addons,
    signatures,
    error: scan.error,
  }
}

function sectionRecord(section: ScannedSection): UkiRecord['sections'][number] {
  const { name, virtualSize, virtualAddress, rawSize, rawOffset, digests } = section
  return { name, virtualSize, virtualAddress, rawSize, rawOffset, sha256: digests?.sha256 ?? null }
}

function profileRecords(scan: UkiScan): UkiRecord['profiles'] {
  const profiles = readProfiles(scan).filter(({ implied }) => !implied)
  return profiles.map(({ id, title, effective }) => ({
    id,
    title,
    cmdline: sectionText(effective.get('.cmdline')),
  }))
}

/**
 * The document of `uki FILE`. `hashers` names the banks of PCR 11 and must be those of the scan. A
 * profile whose measured content is not known has no banks; a file without `.linux` no profiles.
 */
export function ukiResult(
  scan: UkiScan,
  path: string,
  signatures: UkiSignatureRecord[],
  hashers: ScanHashers,
): UkiResult {
  const profiles = firstSection(scan, '.linux') === null ? [] : readProfiles(scan)
  const values = profiles.map(
    (profile) =>
      [profileKey(profile, profiles), pcr11Values(scan, profile, hashers) ?? {}] as const,
  )
  return {
    ...ukiRecord(scan, path, null, [], signatures),
    schema: 'sealscope.uki/1',
    pcr11: Object.fromEntries(values),
    authenticode: { ...scan.authenticode },
  }
}
