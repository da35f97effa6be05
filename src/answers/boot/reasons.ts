import type { Check, CheckAnswer, CheckId, CheckReason } from '../../contract/checks'

type Rest = Partial<Pick<CheckReason, 'upstream' | 'path' | 'layer' | 'fix'>> &
  Pick<CheckReason, 'source'>

/** A reason from its parts; what is not given is null. */
export function reason(
  id: string,
  severity: CheckReason['severity'],
  message: string,
  rest: Rest,
): CheckReason {
  const { upstream = null, path = null, layer = null, fix = null, source } = rest
  return { id, severity, message, upstream, path, layer, fix, source }
}

const ORDER: Record<CheckReason['severity'], number> = { error: 0, warning: 1, info: 2 }

export interface CheckInput {
  id: CheckId
  /** In the order in which the program meets them; an error makes the answer a no. */
  reasons: readonly CheckReason[]
  /** Which input is missing for an answer; null: none. */
  unknown: string | null
  /** The sentence for a yes. */
  yes: string
  /** What a no means, in front of its reason. */
  no: string
}

/** A check: an error is a no, a missing input leaves it open, else it is a yes. */
export function checkOf({ id, reasons, unknown, yes, no }: CheckInput): Check {
  const sorted = [...reasons].sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
  const [worst] = sorted
  const failed = worst?.severity === 'error'
  const answer: CheckAnswer = failed ? 'no' : unknown === null ? 'yes' : 'unknown'
  const summary = failed ? `${no}: ${worst.message}` : unknown === null ? yes : `Not known: ${unknown}` // prettier-ignore
  return { id, answer, summary, reasons: sorted }
}
