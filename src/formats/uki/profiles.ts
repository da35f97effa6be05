import type { ScannedSection, UkiScan } from './scan'
import { readAssignments, sectionText } from './section-text'

/** One profile of a UKI (UAPI.5 "Multi-Profile UKIs"). */
export interface UkiProfile {
  index: number
  /** There is no `.profile` section at all. */
  implied: boolean
  id: string | null
  title: string | null
  /** Its own sections, `.profile` first. */
  own: ScannedSection[]
  /** By name: the first inside the profile, else the first of the base. */
  effective: ReadonlyMap<string, ScannedSection>
  /** Sections that may be there several times; the hardware chooses (`.dtbauto`, `.efifw`). */
  candidates: ScannedSection[]
}

/** systemd reads no more (UNIFIED_PROFILES_MAX). */
const PROFILE_LIMIT = 256
const CHOSEN_BY_HARDWARE: ReadonlySet<string> = new Set(['.dtbauto', '.efifw'])

/** Profiles in order; one implied profile without `.profile`. Sections of VirtualSize 0 are not set. */
export function readProfiles(scan: UkiScan): UkiProfile[] {
  const groups: ScannedSection[][] = [[]]
  for (const section of scan.sections) {
    if (section.virtualSize === 0) continue
    if (section.name === '.profile') groups.push([])
    groups.at(-1)?.push(section)
  }
  const [base = [], ...own] = groups
  if (own.length === 0) return [makeProfile(0, base, [], true)]
  return own
    .slice(0, PROFILE_LIMIT)
    .map((sections, index) => makeProfile(index, base, sections, false))
}

function makeProfile(
  index: number,
  base: readonly ScannedSection[],
  own: ScannedSection[],
  implied: boolean,
): UkiProfile {
  const effective = new Map<string, ScannedSection>()
  for (const section of [...own, ...base]) {
    if (CHOSEN_BY_HARDWARE.has(section.name) || effective.has(section.name)) continue
    effective.set(section.name, section)
  }
  const chosen = (sections: readonly ScannedSection[]) =>
    sections.filter(({ name }) => CHOSEN_BY_HARDWARE.has(name))
  const ownChosen = chosen(own)
  const values = readAssignments(sectionText(own[0]) ?? '')
  return {
    index,
    implied,
    id: values.get('ID') ?? null,
    title: values.get('TITLE') ?? null,
    own,
    effective,
    candidates: ownChosen.length > 0 ? ownChosen : chosen(base),
  }
}

/**
 * A key that no two profiles share: the ID, or the number when the ID is missing, not unique, or could
 * itself be a number.
 */
export function profileKey(profile: UkiProfile, all: readonly UkiProfile[]): string {
  const { id, index } = profile
  const unique = id !== null && id !== '' && all.filter((other) => other.id === id).length === 1
  return unique && !/^\d+$/.test(id) ? id : String(index)
}
