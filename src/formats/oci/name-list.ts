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
