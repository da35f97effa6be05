import { toSealscopeError } from '../../../base/error'
import type { PlanAnswer, PlanInput } from '../../../answers/plan/plan'
import type { ImageFacts } from '../../../contract/facts'
import type { Stores } from './state'

/** Milliseconds after the last key before the plan is made again. */
const DELAY = 120

/** What makes plans; a newer question makes an older one answer null. */
export interface PlanMaker {
  plan(input: PlanInput): Promise<PlanAnswer | null>
  close(): void
}

/** Makes the plan again whenever the blueprint or an option changes; returns how to stop. */
export function keepPlanning(
  { plan }: Pick<Stores, 'plan'>,
  facts: ImageFacts,
  maker: PlanMaker,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const ask = () => {
    const { text, format, options } = plan.getState()
    const blueprint = text.trim() === '' ? null : { text, format }
    plan.setState({ busy: true })
    maker.plan({ facts, blueprint, options }).then(
      (answer) => {
        if (answer !== null) plan.setState({ answer, error: null, busy: false })
      },
      (thrown: unknown) => plan.setState({ error: toSealscopeError(thrown).message, busy: false }),
    )
  }
  ask()
  const unsubscribe = plan.subscribe((state, before) => {
    const same =
      state.text === before.text &&
      state.format === before.format &&
      state.options === before.options
    if (same) return
    clearTimeout(timer)
    timer = setTimeout(ask, DELAY)
  })
  return () => {
    clearTimeout(timer)
    unsubscribe()
    maker.close()
  }
}
