import type { Tone } from '../../../answers/review/headline'
import type { PlanAnswer } from '../../../answers/plan/plan'
import { isWhole, losses, lossSentence, OUTCOME_WORDS, shownOutcome } from '../../../answers/words/plan-words' // prettier-ignore
import { counted } from '../../../answers/words/sizes'
import { sentence } from '../../../answers/words/text'
import type { Consequence, Outcome, OutcomeKind, PlanResult } from '../../../contract/plan'
import type { IconName } from '../parts/icon'

/** What becomes of an item: a word, a shape and a colour. */
export interface Fate {
  id: OutcomeKind | 'in-part'
  words: string
  tone: Tone
  icon: IconName
}

const SHAPES: Record<Fate['id'], { tone: Tone; icon: IconName }> = {
  applied: { tone: 'ok', icon: 'ok' },
  'in-part': { tone: 'warn', icon: 'part' },
  dropped: { tone: 'bad', icon: 'dropped' },
  warned: { tone: 'warn', icon: 'warn' },
  overridden: { tone: 'warn', icon: 'dropped' },
  'no-effect': { tone: 'warn', icon: 'dropped' },
  refused: { tone: 'bad', icon: 'refused' },
}

export function fateOf(outcome: Outcome): Fate {
  const id = shownOutcome(outcome)
  if (id === 'warned' && outcome.changesPipelines) {
    return { id, words: 'applied, with a warning', tone: 'ok', icon: 'ok' }
  }
  return { id, words: OUTCOME_WORDS[id], ...SHAPES[id] }
}

const ORDER: readonly Fate['id'][] = [
  'refused',
  'dropped',
  'no-effect',
  'overridden',
  'warned',
  'in-part',
  'applied',
]

/** Items that the person does not get first, then those in part, then the whole ones. */
export function worstFirst(outcomes: readonly Outcome[]): Outcome[] {
  const rank = (outcome: Outcome) => ORDER.indexOf(shownOutcome(outcome))
  return [...outcomes].sort((a, b) => rank(a) - rank(b))
}

/** image-builder writes no manifest: then only that is said. */
export function isRefused({ manifest }: PlanAnswer): boolean {
  return manifest === null
}

/** What the plan's entry of the rail says. */
export function planBadge(answer: PlanAnswer | null): { text: string; tone: Tone } | null {
  if (answer === null) return null
  const { plan } = answer
  if (plan.missingSecrets.length > 0) return { text: 'incomplete', tone: 'warn' }
  if (isRefused(answer)) return { text: 'refused', tone: 'bad' }
  if (plan.build.answer === 'stops') return { text: 'build stops', tone: 'bad' }
  if (plan.outcomes.length === 0) return { text: 'none yet', tone: 'void' }
  const { lost, inPart } = losses(plan.outcomes)
  if (lost > 0) return { text: `${lost} lost`, tone: 'warn' }
  return inPart > 0
    ? { text: `${inPart} in part`, tone: 'warn' }
    : { text: 'all applied', tone: 'ok' }
}

export interface PlanSaying {
  tone: Tone
  words: string
  why: string | null
}

/** The headline of a plan: the worst consequence first. */
export function planSaying(answer: PlanAnswer): PlanSaying {
  const { plan } = answer
  const missing = plan.missingSecrets.length
  if (missing > 0) {
    const many = missing > 1
    return {
      tone: 'warn',
      words: `${counted(missing, 'secret')} ${many ? 'are' : 'is'} missing: no manifest until you enter ${many ? 'them' : 'it'}.`,
      why: 'A link carries no passwords and no tokens. Write them into the blueprint; they stay in this tab.',
    }
  }
  if (isRefused(answer)) {
    const words = 'image-builder refuses: nothing is built.'
    return { tone: 'bad', words, why: plan.hints[0] ?? null }
  }
  if (plan.build.answer === 'stops') {
    const why = plan.build.reasons[0]?.message ?? null
    const lost = plan.outcomes.every(isWhole) ? '' : ` ${lossSentence(plan.outcomes)}`
    const words = `image-builder writes a manifest, but the build stops.${lost}`
    return { tone: 'bad', words, why: why === null ? null : sentence(why) }
  }
  return losing(plan)
}

const SKIPS =
  'image-builder still writes a manifest and reports no error: in a sealed image the files are fixed by digest, so it skips every step that would change them.'

function losing(plan: PlanResult): PlanSaying {
  if (plan.outcomes.length === 0) return { tone: 'void', words: 'No blueprint yet.', why: null }
  const { lost, inPart } = losses(plan.outcomes)
  const worst = plan.consequences.find(({ severity }) => severity === 'error')
  const words = [lossSentence(plan.outcomes), worst === undefined ? '' : shortOf(worst)]
  const skips = plan.sealed && plan.outcomes.some(({ outcome }) => outcome === 'dropped')
  const tone = lost > 0 || worst !== undefined ? 'bad' : inPart > 0 ? 'warn' : 'ok'
  return { tone, words: words.join(' ').trim(), why: skips ? SKIPS : null }
}

/** Consequences in few words; one that is not here is told by its own first words. */
const SHORT: Readonly<Record<string, string>> = {
  'nobody-can-log-in': 'Nobody can log in.',
  'root-not-found': 'The kernel will not find its root partition.',
  'esp-full': 'The ESP is too small.',
  'partition-not-mounted': 'Nothing mounts a partition.',
}

/** A consequence in few words. */
export function shortOf({ id, message }: Pick<Consequence, 'id' | 'message'>): string {
  return SHORT[id] ?? sentence(message.split(/: /)[0] ?? message)
}

/** The rest of a consequence: its reason. */
export function reasonOf({ id, message }: Pick<Consequence, 'id' | 'message'>): string {
  const [first = '', ...rest] = message.split(/: /)
  if (id === 'nobody-can-log-in' || SHORT[id] === undefined) {
    return rest.length === 0 ? '' : sentence(rest.join(': '))
  }
  return sentence([first, ...rest].join(': '))
}

export const SEVERITY_TONES: Record<Consequence['severity'], Tone> = {
  error: 'bad',
  warning: 'warn',
  info: 'void',
}

/** An item's title in a sentence of its own. */
export function titleWords(title: string): string {
  return title.slice(0, 1).toUpperCase() + title.slice(1)
}
