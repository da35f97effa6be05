import { SealscopeError } from '../../base/error'
import type { UkiResult } from '../../contract/answers'
import type { Check } from '../../contract/checks'
import type { Finding, UkiRecord } from '../../contract/facts'
import type { InitrdRecord, KernelImageRecord, PeHeaderRecord, PcrSignatureRecord, ProfileRecord, SignatureRecord, TrustRecord } from '../../contract/uki' // prettier-ignore
import { bootEntries } from './boot-menu'
import { readDevicetrees, readFirmware, readHardwareIds, readSplash } from './devices'
import type { ScanHashers } from './digest-set'
import { pcr11Values } from './pcr11'
import { keyedProfiles, pcrSignatureRecords } from './pcr-policies'
import { firstSection, firstText, identifyKernel, machineName, stubVersion } from './pe/pe'
import { readProfiles } from './profiles'
import { readSbat } from './sbat'
import type { PeHeader, ScannedSection, UkiScan } from './scan'
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
  signatures: SignatureRecord[],
  kernelSignatures: SignatureRecord[] = [],
): UkiRecord {
  const stub = stubVersion(scan)
  const kernel = kernelRecord(scan, kernelSignatures)
  const sbat = firstSection(scan, '.sbat')?.text ?? null
  return {
    path,
    layer,
    size: scan.size,
    sha256: scan.sha256,
    machine: machineName(scan),
    stub: stub === null ? null : `${stub.product} ${stub.version}`,
    class: identifyKernel(scan),
    header: scan.header === null ? null : headerRecord(scan.header),
    kernelVersion: kernel?.version ?? null,
    kernel,
    initrd: initrdRecord(scan, '.initrd'),
    ucode: initrdRecord(scan, '.ucode'),
    splash: readSplash(firstSection(scan, '.splash')),
    devicetrees: readDevicetrees(scan),
    firmware: readFirmware(scan),
    entries: bootEntries(scan, path.slice(path.lastIndexOf('/') + 1)),
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

function profileRecords(scan: UkiScan): ProfileRecord[] {
  return keyedProfiles(scan).flatMap(([pcr11Key, { id, title, effective, implied }]) =>
    implied ? [] : [{ id, title, cmdline: sectionText(effective.get('.cmdline')), pcr11Key }],
  )
}

function headerRecord(header: PeHeader): PeHeaderRecord {
  const { offset, imageVersion, symbolTable, certificates } = header
  return {
    machine: header.machine,
    magic: header.magic,
    subsystem: header.subsystem,
    imageVersion: imageVersion.join('.'),
    lfanew: offset,
    numberOfSections: header.numberOfSections,
    sizeOfOptionalHeader: header.sizeOfOptionalHeader,
    imageBase: header.imageBase,
    entryPoint: header.entryPoint,
    sectionAlignment: header.sectionAlignment,
    fileAlignment: header.fileAlignment,
    sizeOfImage: header.sizeOfImage,
    sizeOfHeaders: header.sizeOfHeaders,
    checkSum: header.checkSum,
    characteristics: header.characteristics,
    dllCharacteristics: header.dllCharacteristics,
    numberOfDirectories: header.numberOfDirectories,
    timeDateStamp: header.timeDateStamp,
    pointerToSymbolTable: symbolTable,
    numberOfSymbols: header.numberOfSymbols,
    certificateTable: certificates,
  }
}

function kernelRecord(scan: UkiScan, signatures: SignatureRecord[]): KernelImageRecord | null {
  const kernel = firstSection(scan, '.linux')?.kernel ?? null
  return kernel === null ? null : { ...kernel, signatures }
}

function initrdRecord(scan: UkiScan, name: string): InitrdRecord | null {
  const listing = firstSection(scan, name)?.initrd ?? null
  if (listing === null) return null
  const { parts, modules, problem, names, namesCut } = listing
  const acting = names.filter((each) => ACTS_ON_COMPOSEFS.test(each))
  const composefs = namesCut && acting.length === 0 ? null : acting
  const entries = parts.reduce((sum, part) => sum + part.entries, 0)
  return { parts, modules, composefs, problem, entries }
}

/**
 * bootc crates/initramfs/dracut/module-setup.sh and bootc-root-setup.service; composefs-rs composefs-setup-root,
 * its dracut module and its hook of mkinitcpio.
 */
const ACTS_ON_COMPOSEFS =
  /(^|\/)(bootc-root-setup\.service|bootc\/initramfs-setup|composefs-setup-root(\.service)?)$|^(usr\/lib\/initcpio\/)?hooks\/(bootc|composefs)[^/]*$/

export interface UkiResultInput {
  scan: UkiScan
  path: string
  signatures: SignatureRecord[]
  kernelSignatures?: SignatureRecord[]
  findings: Finding[]
  /** The banks of PCR 11; must be those of the scan. */
  hashers: ScanHashers
  layer?: number | null
  trust: TrustRecord[]
  secureBoot: Check
}

/**
 * The document of `uki FILE`. A profile whose measured content is not known has no banks; a file without
 * `.linux` has no values.
 */
export async function ukiResult(input: UkiResultInput): Promise<UkiResult> {
  const { scan, path, signatures, kernelSignatures, findings, hashers } = input
  const profiles = firstSection(scan, '.linux') === null ? [] : keyedProfiles(scan)
  const values = profiles.map(([key, profile]) => [key, pcr11Values(scan, profile, hashers) ?? {}] as const) // prettier-ignore
  const withTrees = profiles.flatMap(([key, profile]) => {
    const trees = profile.candidates.filter(({ name }) => name === '.dtbauto')
    const all = trees.map((tree) => pcr11Values(scan, profile, hashers, tree) ?? {})
    return all.length === 0 ? [] : [[key, all] as const]
  })
  return {
    ...ukiRecord(scan, path, input.layer ?? null, [], signatures, kernelSignatures),
    schema: 'sealscope.uki/1',
    findings,
    pcr11: Object.fromEntries(values),
    pcr11WithDevicetree: Object.fromEntries(withTrees),
    pcrsig: await pcrSignatures(scan, hashers),
    hardwareIds: readHardwareIds(scan),
    trust: input.trust,
    secureBoot: input.secureBoot,
    authenticode: { ...scan.authenticode },
  }
}

/** Those that can be read; the findings say it of the others. */
async function pcrSignatures(scan: UkiScan, hashers: ScanHashers): Promise<PcrSignatureRecord[]> {
  const profiles = firstSection(scan, '.linux') === null ? [] : readProfiles(scan)
  const records: PcrSignatureRecord[] = []
  for (const profile of profiles) {
    try {
      records.push(...(await pcrSignatureRecords(scan, profile, profiles, hashers)))
    } catch (error) {
      if (!(error instanceof SealscopeError)) throw error
    }
  }
  return records
}
