import { nearestKey } from '../../base/suggest'

/** Names that an error lists, and characters of each. */
const MOST = 16
const LONGEST = 200

/** What there is instead of what was asked for, short however much there is. */
export function nameList(names: readonly string[]): string {
  if (names.length === 0) return 'no image at all'
  const shown = names.slice(0, MOST).map((name) => name.slice(0, LONGEST))
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : ''
  return `${shown.join(', ')}${more}`
}

/** The name that was probably meant: its last part may be written alone. */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const tags = names.map((name) => name.split(':').at(-1) ?? name)
  const near = nearestKey(wanted, tags.slice(0, MOST))
  return near === null ? null : (names[tags.indexOf(near)] ?? null)
}
