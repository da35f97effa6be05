import type { Check } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import { checksOf } from '../boot/checks'

const known = new WeakMap<ImageFacts, readonly Check[]>()

/** The five checks of an image by the newest release known by its source; made once for the same facts. */
export function imageChecks(facts: ImageFacts): readonly Check[] {
  const before = known.get(facts)
  if (before !== undefined) return before
  const checks = checksOf(facts)
  known.set(facts, checks)
  return checks
}
