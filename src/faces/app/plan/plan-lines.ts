import type { Tone } from '../../../answers/review/headline'
import type { PlanAnswer } from '../../../answers/plan/plan'
import { isWhole, lossSentence } from '../../../answers/words/plan-words'
import type { ViewId } from '../address/route'
import { isRefused, planSaying, reasonOf, SEVERITY_TONES, shortOf } from './summary'

/** A consequence of the plan in a list. */
export interface PlanLine {
  key: string
  tone: Tone
  title: string
  detail: string
  view: ViewId
}

/** Consequences that speak of the disk have their view. */
const OF_DISK: readonly string[] = [
  'partition-not-mounted',
  'esp-full',
  'root-not-found',
  'no-room',
]

/** What the plan means for whoever deploys, the worst first; without a blueprint only what the disk says. */
export function planLines(answer: PlanAnswer | null, most: number): PlanLine[] {
  if (answer === null || most <= 0) return []
  const { plan } = answer
  const asked = plan.outcomes.length > 0
  if (asked && (isRefused(answer) || plan.build.answer === 'stops')) {
    const { words, why } = planSaying(answer)
    return [
      {
        key: 'build',
        tone: 'bad',
        title: bare(words),
        detail: why ?? 'Your blueprint',
        view: 'plan',
      },
    ]
  }
  const lines = plan.consequences
    .filter(({ id, severity }) => severity !== 'info' && (asked || id !== 'nobody-can-log-in'))
    .map((each): PlanLine => ({
      key: each.id + each.message,
      tone: SEVERITY_TONES[each.severity],
      title: bare(shortOf(each)),
      detail: reasonOf(each) || (each.fix ?? ''),
      view: OF_DISK.includes(each.id) ? 'disk' : 'plan',
    }))
  const lost = asked && !plan.outcomes.every(isWhole)
  const loss: PlanLine[] = lost
    ? [
        {
          key: 'loss',
          tone: 'warn',
          title: bare(lossSentence(plan.outcomes)),
          detail: 'Your blueprint',
          view: 'plan',
        },
      ]
    : []
  return [...loss, ...lines].slice(0, most)
}

function bare(text: string): string {
  return text.replace(/\.$/, '')
}
