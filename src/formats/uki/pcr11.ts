import { toHex, type CreateHasher } from '../../base/hash/hashing'
import { DIGEST_NAMES, DIGEST_SIZES, type ScanHashers } from './digest-set'
import { stubVersion } from './pe/pe'
import type { UkiProfile } from './profiles'
import type { DigestName, ScannedSection, UkiScan } from './scan'

/** Bank → phase path → hex; `''` is the value right behind the stub. */
export type PcrValues = Partial<Record<DigestName, Record<string, string>>>

/** The order in which sections are measured (systemd src/fundamental/uki.h), whatever their place. */
const MEASURED = [
  { name: '.linux', since: 252 },
  { name: '.osrel', since: 252 },
  { name: '.cmdline', since: 252 },
  { name: '.initrd', since: 252 },
  { name: '.ucode', since: 256 },
  { name: '.splash', since: 252 },
  { name: '.dtb', since: 252 },
  { name: '.uname', since: 254 },
  { name: '.sbat', since: 254 },
  { name: '.pcrpkey', since: 252 },
  { name: '.profile', since: 257 },
  { name: '.dtbauto', since: 257 },
  { name: '.hwids', since: 257 },
  { name: '.efifw', since: 258 },
] as const

/** Stubs before 253 write no version into the header, and those of some ports carry no marker. */
const UNNAMED_STUB = 252

/** The words userspace adds later (systemd-pcrphase(8)); each path begins behind the stub. */
export const PHASE_PATHS: readonly string[] = [
  '',
  'enter-initrd',
  'enter-initrd:leave-initrd',
  'enter-initrd:leave-initrd:sysinit',
  'enter-initrd:leave-initrd:sysinit:ready',
]

/** The sections of a profile the stub measures, in order. `chosen`: the one the hardware takes. */
export function measuredSections(
  scan: UkiScan,
  profile: UkiProfile,
  chosen: ScannedSection | null = null,
): ScannedSection[] {
  const major = stubVersion(scan)?.major ?? UNNAMED_STUB
  return MEASURED.filter(({ since }) => since <= major).flatMap(({ name }) => {
    const section = chosen?.name === name ? chosen : profile.effective.get(name)
    return section === undefined ? [] : [section]
  })
}

/**
 * What PCR 11 holds when this profile boots (systemd-measure(1)), per bank of `hashers`: each
 * section's name with its NUL and its content extend it, then each word of the phase path. Null when
 * the content of a measured section is not known.
 */
export function pcr11Values(
  scan: UkiScan,
  profile: UkiProfile,
  hashers: ScanHashers,
  chosen: ScannedSection | null = null,
): PcrValues | null {
  const sections = measuredSections(scan, profile, chosen)
  const values: PcrValues = {}
  for (const bank of DIGEST_NAMES) {
    const create = hashers[bank]
    if (create === undefined) continue
    const phases = pcr11Phases(sections, bank, create)
    if (phases === null) return null
    values[bank] = phases
  }
  return values
}

/** Phase path → hex of one bank, when these sections are measured in this order. */
export function pcr11Phases(
  sections: readonly ScannedSection[],
  bank: DigestName,
  create: CreateHasher,
): Record<string, string> | null {
  const hash = (...parts: Uint8Array[]) => {
    const hasher = create()
    for (const part of parts) hasher.update(part)
    return hasher.digest()
  }
  let value: Uint8Array = new Uint8Array(DIGEST_SIZES[bank])
  for (const section of sections) {
    const digest = section.digests?.[bank]
    if (digest === undefined) return null
    value = hash(value, hash(ascii(`${section.name}\0`)))
    value = hash(value, fromHex(digest))
  }
  const behindStub = value
  return Object.fromEntries(
    PHASE_PATHS.map((path) => {
      const words = path === '' ? [] : path.split(':')
      const end = words.reduce((pcr, word) => hash(pcr, hash(ascii(word))), behindStub)
      return [path, toHex(end)]
    }),
  )
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function fromHex(text: string): Uint8Array {
  const pairs = text.match(/[0-9a-f]{2}/gi) ?? []
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
}
