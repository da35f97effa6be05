import type { PcrExplanation, PcrSignatureRecord } from '../../contract/uki'
import { DIGEST_NAMES, type ScanHashers } from './digest-set'
import { measuredSections, pcr11Phases, pcr11Values, type PcrValues } from './pcr11'
import { policiesOf, readPcrSignatures, type PcrSignature } from './pcrsig'
import { profileKey, readProfiles, type UkiProfile } from './profiles'
import type { DigestName, ScannedSection, UkiScan } from './scan'

/** So many sections may be left out at once; more is no mistake of a tool. */
const LEFT_OUT_LIMIT = 3
/** "Measuring" of UAPI.5, which systemd does not follow. */
const UAPI_ORDER = ['.linux', '.osrel', '.cmdline', '.initrd', '.ucode', '.splash', '.dtb', '.dtbauto', '.efifw', '.hwids', '.uname', '.sbat', '.pcrpkey', '.profile'] // prettier-ignore

/**
 * Every entry of every profile's `.pcrsig` against what PCR 11 will hold. One that fits no phase is
 * explained by search: the sections are measured in other ways until one gives the signed policy, which
 * proves it. Throws SealscopeError when a section is no such JSON.
 */
export async function pcrSignatureRecords(
  scan: UkiScan,
  profile: UkiProfile,
  profiles: readonly UkiProfile[],
  hashers: ScanHashers,
): Promise<PcrSignatureRecord[]> {
  const pcrsig = profile.effective.get('.pcrsig')
  if (pcrsig === undefined || pcrsig.text === null) return []
  const policies = new Map(predictions(scan, profile, hashers).flatMap((values) => [...policiesOf(values, hashers)])) // prettier-ignore
  const entries = await readPcrSignatures(pcrsig, profile.effective.get('.pcrpkey'), policies)
  const wanted = new Set(entries.filter(({ phase }) => phase === null).map(nameOf))
  const found = wanted.size === 0 ? new Map<string, PcrExplanation>() : search(scan, profile, hashers, wanted) // prettier-ignore
  const key = profileKey(profile, profiles)
  return entries.map((entry) => record(entry, key, found.get(nameOf(entry)) ?? null))
}

function record(
  entry: PcrSignature,
  profile: string,
  explanation: PcrExplanation | null,
): PcrSignatureRecord {
  const { bank, policy, pkfp, phase, keyMatches, signatureValid, signatureHash } = entry
  return {
    profile,
    bank,
    pol: policy,
    pkfp,
    phase,
    key: keyMatches === true ? '.pcrpkey' : null,
    valid: signatureValid,
    hash: signatureHash,
    explanation,
  }
}

function nameOf({ bank, policy }: PcrSignature): string {
  return `${bank}:${policy ?? ''}`
}

/** Without a device tree of the hardware's choice, and with each. */
function predictions(scan: UkiScan, profile: UkiProfile, hashers: ScanHashers): PcrValues[] {
  const chosen = [null, ...profile.candidates]
  return chosen.flatMap((section) => pcr11Values(scan, profile, hashers, section) ?? [])
}

interface Hypothesis {
  id: PcrExplanation['id']
  sections: ScannedSection[]
  leftOut: string[]
}

/** The first way of measuring that gives each of the wanted policies. */
function search(
  scan: UkiScan,
  profile: UkiProfile,
  hashers: ScanHashers,
  wanted: ReadonlySet<string>,
): Map<string, PcrExplanation> {
  const found = new Map<string, PcrExplanation>()
  const banks = DIGEST_NAMES.filter((bank) =>
    [...wanted].some((name) => name.startsWith(`${bank}:`)),
  )
  for (const { id, sections, leftOut } of hypotheses(scan, profile)) {
    for (const [policy, phase] of policiesOf(valuesOf(sections, banks, hashers), hashers)) {
      if (!wanted.has(policy) || found.has(policy)) continue
      found.set(policy, { id, sections: leftOut, phase })
    }
    if (found.size === wanted.size) break
  }
  return found
}

function valuesOf(
  sections: readonly ScannedSection[],
  banks: readonly DigestName[],
  hashers: ScanHashers,
): PcrValues {
  const values: PcrValues = {}
  for (const bank of banks) {
    const create = hashers[bank]
    const phases = create === undefined ? null : pcr11Phases(sections, bank, create)
    if (phases !== null) values[bank] = phases
  }
  return values
}

function* hypotheses(scan: UkiScan, profile: UkiProfile): Generator<Hypothesis> {
  const measured = measuredSections(scan, profile)
  for (const [key, other] of keyedProfiles(scan)) {
    if (other.index === profile.index) continue
    yield { id: 'other-profile', sections: measuredSections(scan, other), leftOut: [key] }
  }
  for (let count = 1; count <= LEFT_OUT_LIMIT; count++) {
    for (const leftOut of subsets(measured, count)) {
      const sections = measured.filter((section) => !leftOut.includes(section))
      yield { id: 'left-out', sections, leftOut: leftOut.map(({ name }) => name) }
    }
  }
  const all = UAPI_ORDER.flatMap((name) => profile.effective.get(name) ?? [])
  const more = all.filter((section) => !measured.includes(section)).map(({ name }) => name)
  if (more.length > 0) yield { id: 'not-measured', sections: inOrder(all), leftOut: more }
  yield { id: 'other-order', sections: all, leftOut: [] }
}

/** What a newer stub would measure, in the order of systemd. */
function inOrder(sections: ScannedSection[]): ScannedSection[] {
  const last = ['.dtbauto', '.hwids', '.efifw']
  const moved = ['.uname', '.sbat', '.pcrpkey', '.profile', ...last]
  const rank = (name: string) => moved.indexOf(name)
  return sections.toSorted((a, b) => rank(a.name) - rank(b.name))
}

function* subsets<T>(items: readonly T[], count: number, from = 0): Generator<T[]> {
  if (count === 0) yield []
  else
    for (let at = from; at <= items.length - count; at++) {
      for (const rest of subsets(items, count - 1, at + 1)) yield [items[at] as T, ...rest]
    }
}

/** Profiles with their keys, for those who print a list. */
export function keyedProfiles(scan: UkiScan): [string, UkiProfile][] {
  const profiles = readProfiles(scan)
  return profiles.map((profile) => [profileKey(profile, profiles), profile])
}
