import { SealscopeError } from '../../base/error'
import { keyedProfiles } from './pcr-policies'
import type { ScannedSection, UkiScan } from './scan'

/** Zero bytes between two sections of one name; objcopy would write gigabytes. */
const GAP_LIMIT = 1024 * 1024 * 1024

/** What to write one after the other: bytes of the file, or zero bytes. */
export type ExtractPiece = { start: number; length: number } | { zeros: number }

/**
 * What `objcopy -O binary --only-section` writes of a section: VirtualSize bytes of its raw data, all of
 * it where VirtualSize is 0 or larger (binutils peicode.h). Several of a name lie at their addresses, with
 * zero bytes between them; with a profile (number, ID or key) it is the one that counts there.
 */
export function extraction(scan: UkiScan, name: string, profile: string | null): ExtractPiece[] {
  const sections = profile === null ? scan.sections.filter((each) => isNamed(each, name)) : ofProfile(scan, name, profile) // prettier-ignore
  if (sections.length === 0) throw missing(scan, name)
  const pieces: ExtractPiece[] = []
  let end: number | null = null
  for (const section of sections.toSorted((a, b) => a.virtualAddress - b.virtualAddress)) {
    const length = contentLength(section)
    const gap: number = end === null ? 0 : section.virtualAddress - end
    if (gap < 0 || gap > GAP_LIMIT || section.rawOffset + length > scan.size)
      throw misplaced(section)
    if (gap > 0) pieces.push({ zeros: gap })
    if (length > 0) pieces.push({ start: section.rawOffset, length })
    end = section.virtualAddress + length
  }
  return pieces
}

function isNamed({ name, longName }: ScannedSection, wanted: string): boolean {
  return name === wanted || longName === wanted
}

function contentLength({ virtualSize, rawSize }: ScannedSection): number {
  return virtualSize > 0 && virtualSize < rawSize ? virtualSize : rawSize
}

function ofProfile(scan: UkiScan, name: string, wanted: string): ScannedSection[] {
  for (const [key, profile] of keyedProfiles(scan)) {
    if (key !== wanted && profile.id !== wanted && String(profile.index) !== wanted) continue
    const section = profile.effective.get(name)
    return section === undefined ? [] : [section]
  }
  return []
}

function missing({ sections }: UkiScan, found: string): SealscopeError {
  const names = [...new Set(sections.map(({ name, longName }) => longName ?? name))]
  return new SealscopeError({
    kind: 'usage',
    code: 'no-such-section',
    what: 'there is no such section',
    expected: names.slice(0, 40).join(' ') || 'a PE file',
    found,
  })
}

function misplaced({ name, rawOffset, virtualAddress }: ScannedSection): SealscopeError {
  return new SealscopeError({
    code: 'section-misplaced',
    what: 'the section cannot be written out',
    where: { offset: rawOffset },
    expected: 'content in the file, and addresses that do not overlap',
    found: `${name} at address ${virtualAddress}`,
  })
}
