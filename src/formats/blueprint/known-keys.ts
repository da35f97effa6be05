import { strangeKeys } from './decode'
import { documentOfValue } from './document'

/** A key that no blueprint has: asking for it tells which ones there are. */
const PROBE = '?'
/** Deeper tables are none of a blueprint. */
const MOST_DEEP = 5

/**
 * The keys that an object of a blueprint knows: `['customizations', 'user']` → name, groups, key, … Read off
 * the decoder itself, so that both always agree; empty for a place that it does not know.
 */
export function knownKeys(path: readonly string[]): string[] {
  if (path.length > MOST_DEEP) return []
  // Whether a step is a table or a list of tables is tried: a wrong guess tells nothing.
  for (let lists = 0; lists < 2 ** path.length; lists++) {
    const document = documentOfValue(probeAt(path, lists))
    const found = strangeKeys(document).find((stranger) => stranger.path.endsWith(PROBE))
    if (found !== undefined) return found.known
  }
  return []
}

function probeAt(path: readonly string[], lists: number): unknown {
  return path.reduceRight<unknown>(
    (inside, key, index) => {
      const value = (lists >> index) % 2 === 1 ? [inside] : inside
      return { [key]: value }
    },
    { [PROBE]: 0 },
  )
}
