import { addressOf, type Place, readAddress, withPlace } from './address'
import { type Route, sameRoute } from './route'

/** What of an entry of the history is ours. */
export interface Entry {
  /** Which opened image the entry belongs to: entries of one visit share its report. */
  visit: number
  /** The image of this entry could not be opened: the next try takes its place. */
  failed?: true
  /** A file that was opened in this visit: an address cannot carry it. */
  file?: true
}

/** What to do with the browser's history. */
export type Step = { kind: 'push' | 'replace'; hash: string; entry: Entry } | { kind: 'stay' }

/** Where the page is: what it shows, and the entry of the history that it stands on. */
export interface Standing {
  place: Place
  entry: Entry
  /** What is in the address bar now. */
  hash: string
}

/** Another view of the same image: a new entry, so that back returns to this one. */
export function goTo(now: Standing, at: Route): Step {
  if (sameRoute(now.place.at, at)) return { kind: 'stay' }
  return { kind: 'push', hash: withPlace(withoutPlace(now.hash), at), entry: plain(now.entry) }
}

/** Another item of the same view: back leads to the view before, not through every item. */
export function pointAt(now: Standing, at: Route): Step {
  if (sameRoute(now.place.at, at)) return { kind: 'stay' }
  return { kind: 'replace', hash: withPlace(withoutPlace(now.hash), at), entry: now.entry }
}

/** Another image: a new entry, unless the one before could not be opened or is the same. */
export function open(now: Standing, place: Place, visit: number, file = false): Step {
  const hash = file ? '' : addressOf(place)
  const entry: Entry = file ? { visit, file: true } : { visit }
  const again = now.entry.failed === true || (!file && hash === now.hash && hash !== '')
  return { kind: again ? 'replace' : 'push', hash, entry }
}

/** What was opened cannot be shown. */
export function failed(now: Standing): Step {
  return { kind: 'replace', hash: now.hash, entry: { ...now.entry, failed: true } }
}

/** The blueprint, an option or the digest changed: the same entry says so. */
export function follow(now: Standing, hash: string): Step {
  if (hash === now.hash) return { kind: 'stay' }
  return { kind: 'replace', hash, entry: plain(now.entry) }
}

/** What back, forward or a typed address ask for. */
export type Arrival =
  /** Another view of what is on screen: nothing is read again, and the blueprint stays. */
  | { kind: 'view'; at: Route }
  /** Another image or plan. */
  | { kind: 'open'; place: Place; entry: Entry | null }
  | { kind: 'file'; entry: Entry; place: Place }

/** Throws for an address that cannot be read. */
export function arrive(now: Standing, hash: string, state: unknown): Arrival {
  const entry = readEntry(state)
  const place = readAddress(hash)
  const here = entry !== null && entry.visit === now.entry.visit && entry.failed !== true
  if (here && now.entry.failed !== true) return { kind: 'view', at: place.at }
  if (entry?.file === true) return { kind: 'file', entry, place }
  // An address that is typed over this one: the same image and plan, another place.
  const typed = entry === null && withoutPlace(hash) === withoutPlace(now.hash)
  if (typed && now.hash !== '') return { kind: 'view', at: place.at }
  return { kind: 'open', place, entry }
}

/** Reads what an entry of the history holds; null for one that is not ours. */
export function readEntry(state: unknown): Entry | null {
  if (typeof state !== 'object' || state === null || !('visit' in state)) return null
  const { visit } = state
  if (typeof visit !== 'number') return null
  return {
    visit,
    ...('failed' in state && state.failed === true ? { failed: true as const } : {}),
    ...('file' in state && state.file === true ? { file: true as const } : {}),
  }
}

function withoutPlace(hash: string): string {
  return hash.replace(/[&#]at=.*$/, '')
}

function plain({ visit, file }: Entry): Entry {
  return file === true ? { visit, file } : { visit }
}
