import { isObject } from '../../../formats/oci/manifest'
import { type Keep, keepInTab } from './keep'
import type { BlueprintFormat } from './plan-store'

/** A blueprint as its author wrote it, with its secrets and comments. */
export interface OwnText {
  text: string
  format: BlueprintFormat
}

const KEY = 'sealscope.own-text'
/** Addresses whose text is kept; the oldest goes first. */
const MOST = 8
/** Characters of a text that is kept. */
const LONGEST = 512 * 1024

/**
 * Keeps the author's own text beside an address that tells others less: a reload, and going back, finds
 * it in the same tab. It is in no address, and nobody who gets the link has it.
 */
export function keepOwnText(
  hash: string,
  { text, format }: OwnText,
  store: Keep = keepInTab,
): void {
  if (hash === '' || text.length > LONGEST) return
  const others = read(store).filter((entry) => entry.hash !== hash)
  const entries = text === '' ? others : [...others, { hash, text, format }]
  store.setItem(KEY, JSON.stringify(entries.slice(-MOST)))
}

/** The text that was kept for an address in this tab, null when it is somebody else's. */
export function ownText(hash: string, store: Keep = keepInTab): OwnText | null {
  const entry = read(store).find((one) => one.hash === hash)
  return entry === undefined ? null : { text: entry.text, format: entry.format }
}

function read(store: Keep): (OwnText & { hash: string })[] {
  let list: unknown
  try {
    list = JSON.parse(store.getItem(KEY) ?? '[]')
  } catch {
    return []
  }
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    const { hash, text, format } = isObject(entry) ? entry : {}
    if (typeof hash !== 'string' || typeof text !== 'string') return []
    return format === 'toml' || format === 'json' ? [{ hash, text, format }] : []
  })
}
