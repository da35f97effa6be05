import type { ScannedSection, UkiScan } from '../scan'
import { sectionText } from '../section-text'

/** PE/COFF §3.3.1 machine types as `uname -m` names them. */
const MACHINES: Record<number, string> = {
  0x014c: 'i686',
  0x0200: 'ia64',
  0x01c0: 'arm',
  0x01c2: 'arm',
  0x01c4: 'arm',
  0x5032: 'riscv32',
  0x5064: 'riscv64',
  0x6232: 'loongarch32',
  0x6264: 'loongarch64',
  0x8664: 'x86_64',
  0xaa64: 'aarch64',
}

const EFI_APPLICATION = 10

/** `x86_64`, `aarch64`, …; null for no PE file or a machine that is not known. */
export function machineName(scan: UkiScan): string | null {
  return scan.header === null ? null : (MACHINES[scan.header.machine] ?? null)
}

/** The first section of a name, set or not. */
export function firstSection(scan: UkiScan, name: string): ScannedSection | null {
  return scan.sections.find((section) => section.name === name) ?? null
}

/** The text of the first section of a name whose VirtualSize is not 0 (unset), without final NULs. */
export function firstText(scan: UkiScan, name: string): string | null {
  const found = scan.sections.find((section) => section.name === name && section.virtualSize > 0)
  return sectionText(found)
}

export interface StubVersion {
  product: string
  version: string
  /** 257 for 257.13; null when the version does not begin with a number. */
  major: number | null
}

/**
 * Which stub this is: from the marker in the file (src/boot/version.c), else from the image version
 * that systemd writes since 253 (`MajorImageVersion`), else from the `systemd-stub` row of `.sbat`.
 * A UKI without any of them and image version 0.0 is from before 253, but that is a guess: null.
 */
export function stubVersion(scan: UkiScan): StubVersion | null {
  if (scan.marker !== null) {
    const { product, version } = scan.marker
    return { product, version, major: majorOf(version) }
  }
  if (firstSection(scan, '.linux') === null || scan.header === null) return null
  const [major, minor] = scan.header.imageVersion
  if (major >= 253) return { product: 'systemd-stub', version: `${major}.${minor}`, major }
  const row = /^systemd(?:-stub)?,\d+,[^,\n]*,systemd,(\d+)[^,\n]*,/m.exec(
    firstText(scan, '.sbat') ?? '',
  )
  if (row?.[1] === undefined) return null
  return { product: 'systemd-stub', version: row[1], major: Number(row[1]) }
}

function majorOf(version: string): number | null {
  const match = /^\d+/.exec(version)
  return match === null ? null : Number(match[0])
}

type PeKind = 'uki' | 'addon' | 'pe' | 'unknown'

/** Sections one of which makes an add-on for bootctl (src/shared/pe-binary.c, pe_is_addon). */
const ADDON_SECTIONS = ['.cmdline', '.dtb', '.initrd', '.ucode']

/** What `bootctl kernel-identify` of systemd 262 says. */
export function identifyKernel(scan: UkiScan): PeKind {
  if (systemdObjection(scan) !== null) return 'unknown'
  if (scan.header?.subsystem !== EFI_APPLICATION) return 'pe'
  const has = (name: string) => firstSection(scan, name) !== null
  if (has('.linux')) return has('.osrel') ? 'uki' : 'pe'
  return ADDON_SECTIONS.some(has) ? 'addon' : 'pe'
}

/** Why systemd 262 does not take the file for a PE file (pe_load_headers, pe_load_sections), or null. */
export function systemdObjection(scan: UkiScan): string | null {
  const { header, sections } = scan
  if (header === null) return scan.error ?? 'it has no PE header'
  if (!header.strict) {
    return 'its headers are not as they should be (MZ, e_lfanew, optional header and its length)'
  }
  if (sections.length < header.numberOfSections) return 'its section table is cut'
  const outside = sections.find((section) => section.outside)
  return outside === undefined ? null : `${printable(outside.name)} lies outside of the file`
}

/** A section name as it can stand in a sentence. */
export function printable(name: string): string {
  return /^[\x21-\x7e]+$/.test(name) ? name : JSON.stringify(name)
}
