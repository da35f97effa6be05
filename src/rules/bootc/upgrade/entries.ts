import { entryName, entryText, sortKey, type EntryText } from '../install/entries'

/** A boot loader entry as it lies on the disk. */
export interface LoaderEntry {
  path: string
  text: string
}

export type Entry = EntryText & { osId: string }

const CURRENT = 'loader/entries'
const STAGED = 'loader/entries.staged'

/** What an installation left. */
export function installedEntries(booted: Entry): LoaderEntry[] {
  return [at(CURRENT, booted.osId, booted, '1', sortKey(booted.osId, '0'))]
}

/** The new deployment first, the booted one behind it; both under the new system's name (boot.rs). */
export function upgradedEntries(
  booted: Entry,
  next: Entry,
  folder: 'current' | 'staged',
): LoaderEntry[] {
  const base = folder === 'current' ? CURRENT : STAGED
  return sorted([
    at(base, next.osId, next, '1', sortKey(next.osId, '0')),
    at(base, next.osId, booted, '0', sortKey(next.osId, '1')),
  ])
}

/** `bootc rollback` on the new one: the order changes, and the system is called bootc (rollback.rs). */
export function rolledBackEntries(booted: Entry, next: Entry): LoaderEntry[] {
  return sorted([
    at(CURRENT, 'bootc', booted, '1', sortKey('bootc', '0')),
    at(CURRENT, 'bootc', next, '0', sortKey('bootc', '1')),
  ])
}

function at(
  folder: string,
  osId: string,
  entry: EntryText,
  priority: '0' | '1',
  key: string,
): LoaderEntry {
  const path = `${folder}/${entryName(osId, entry.version, priority)}`
  return { path, text: entryText({ ...entry, sortKey: key }) }
}

function sorted(entries: LoaderEntry[]): LoaderEntry[] {
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}
