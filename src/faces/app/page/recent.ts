import type { Tone } from '../../../answers/review/headline'
import type { Link } from '../../../answers/review/stations'

const KEY = 'sealscope.recent'
const MOST = 8

/** An image that was opened by name, and what was said of it. */
export interface Recent {
  kind: 'registry' | 'sample'
  /** Without the digest: the same image by tag and by digest is one entry. */
  name: string
  /** What was said last; null for an entry of an older version of the page. */
  said: { badge: string; tone: Tone; links: Link[]; at: number } | null
}

type Box = Pick<Storage, 'getItem' | 'setItem'>

/** What was opened before, newest first; nothing when the browser keeps nothing. */
export function readRecent(storage: Pick<Storage, 'getItem'>): Recent[] {
  try {
    const list: unknown = JSON.parse(storage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? list.flatMap((value) => readEntry(value) ?? []).slice(0, MOST) : []
  } catch {
    return []
  }
}

export function addRecent(storage: Box, entry: Recent): Recent[] {
  return save(storage, [entry, ...without(storage, entry)].slice(0, MOST))
}

/** The list without one entry. */
export function removeRecent(storage: Box, entry: Pick<Recent, 'kind' | 'name'>): Recent[] {
  return save(storage, without(storage, entry))
}

export function forgetRecent(storage: Box): Recent[] {
  return save(storage, [])
}

function without(storage: Box, entry: Pick<Recent, 'kind' | 'name'>): Recent[] {
  return readRecent(storage).filter(({ kind, name }) => kind !== entry.kind || name !== entry.name)
}

function save(storage: Pick<Storage, 'setItem'>, list: Recent[]): Recent[] {
  try {
    storage.setItem(KEY, JSON.stringify(list))
  } catch {
    // A browser that keeps nothing still shows the list of this visit.
  }
  return list
}

function readEntry(value: unknown): Recent | null {
  if (typeof value !== 'object' || value === null) return null
  const { kind, name, said } = value as Partial<Record<string, unknown>>
  if (kind !== 'registry' && kind !== 'sample') return null
  if (typeof name !== 'string' || name.length >= 512) return null
  return { kind, name, said: readSaid(said) }
}

const TONES: readonly Tone[] = ['ok', 'bad', 'warn', 'void']
const LINKS: readonly Link[] = ['good', 'bad', 'warn', 'open']

function readSaid(value: unknown): Recent['said'] {
  if (typeof value !== 'object' || value === null) return null
  const { badge, tone, links, at } = value as Partial<Record<string, unknown>>
  if (typeof badge !== 'string' || badge.length > 40 || typeof at !== 'number') return null
  const known = TONES.find((each) => each === tone)
  if (known === undefined || !Array.isArray(links)) return null
  const six = links.flatMap((link) => LINKS.find((each) => each === link) ?? []).slice(0, 6)
  return { badge, tone: known, links: six, at }
}
