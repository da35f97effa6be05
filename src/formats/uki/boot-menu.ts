import { trimEnd } from '../../base/trim'
import type { BootEntryRecord } from '../../contract/uki'
import { identifyKernel } from './pe/pe'
import { readProfiles, type UkiProfile } from './profiles'
import type { UkiScan } from './scan'
import { readAssignments, sectionText } from './section-text'

/**
 * The entries that systemd-boot and `bootctl list` (systemd 262) make of the file in EFI/Linux: one for
 * each profile, in the order of the menu (UAPI.1 "Sorting"). Without an .osrel that has a name there is
 * none (src/shared/bootspec.c, boot_entry_load_unified). `name` is the file's name.
 */
export function bootEntries(scan: UkiScan, name: string): BootEntryRecord[] {
  if (identifyKernel(scan) !== 'uki') return []
  const entries = readProfiles(scan).flatMap((profile) => {
    const entry = bootEntry(profile, name)
    return entry === null ? [] : [entry]
  })
  return entries.toSorted(
    (a, b) => compareKeys(a, b) || compareVersions(b.version ?? '', a.version ?? '') || a.profile - b.profile, // prettier-ignore
  )
}

function compareKeys(a: BootEntryRecord, b: BootEntryRecord): number {
  if (a.sortKey === null || b.sortKey === null) return (a.sortKey === null ? 1 : 0) - (b.sortKey === null ? 1 : 0) // prettier-ignore
  return compareTexts(a.sortKey, b.sortKey)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function bootEntry(profile: UkiProfile, name: string): BootEntryRecord | null {
  const text = (section: string) => sectionText(profile.effective.get(section))
  const osrel = text('.osrel')
  if (osrel === null) return null
  const values = readAssignments(osrel)
  const first = (...keys: string[]) => keys.map((key) => values.get(key)).find((value) => value !== undefined && value !== '') ?? null // prettier-ignore
  const title = first('PRETTY_NAME', 'IMAGE_ID', 'NAME', 'ID')
  if (title === null) return null
  return {
    id: entryId(profile, name),
    title: menuTitle(title, profile),
    sortKey: first('IMAGE_ID', 'ID'),
    version: first('IMAGE_VERSION', 'VERSION', 'VERSION_ID', 'BUILD_ID'),
    uname: text('.uname'),
    options: trimSpace(text('.cmdline')),
    profile: profile.index,
  }
}

function trimSpace(text: string | null): string | null {
  return text === null ? null : trimEnd(text.replace(/^[ \t\r\n]+/, ''), ' \t\r\n')
}

/** The profile's TITLE, else its ID, in parentheses. */
function menuTitle(title: string, { title: own, id, implied }: UkiProfile): string {
  const name = own ?? id
  return implied || name === null ? title : `${title} (${name})`
}

/** Lower case, without the counter of boot attempts (UAPI.1), with `@` and the profile's ID or number. */
function entryId(profile: UkiProfile, name: string): string {
  const plain = name.replace(/\+\d+(-\d+)?(?=\.efi$)/i, '').toLowerCase()
  return profile.implied ? plain : `${plain}@${profile.id ?? profile.index}`
}

/** UAPI.10: numeric parts by value, letters by ASCII, `~` before the end, then `-`, `^` and `.`. */
export function compareVersions(left: string, right: string): number {
  let a = left
  let b = right
  for (;;) {
    a = a.replace(/^[^A-Za-z0-9~^.-]+/, '')
    b = b.replace(/^[^A-Za-z0-9~^.-]+/, '')
    for (const mark of ['~', '', '-', '^', '.']) {
      const [hasA, hasB] = mark === '' ? [a === '', b === ''] : [a.startsWith(mark), b.startsWith(mark)] // prettier-ignore
      if (hasA && hasB && mark === '') return 0
      if (hasA !== hasB) return hasA ? -1 : 1
      if (!hasA) continue
      a = a.slice(1)
      b = b.slice(1)
    }
    const digits = /^\d/.test(a) || /^\d/.test(b)
    const part = digits ? /^\d*/ : /^[A-Za-z]*/
    const [ownA = '', ownB = ''] = [part.exec(a)?.[0], part.exec(b)?.[0]]
    const order = digits ? compareNumbers(ownA, ownB) : compareTexts(ownA, ownB)
    if (order !== 0) return order
    a = a.slice(ownA.length)
    b = b.slice(ownB.length)
  }
}

/** Digits of any length; none is less than any. */
function compareNumbers(a: string, b: string): number {
  if (a === '' || b === '') return a.length - b.length
  const [plainA, plainB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return plainA.length - plainB.length || compareTexts(plainA, plainB)
}
