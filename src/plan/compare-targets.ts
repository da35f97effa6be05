import { compareAnswers, type TargetComparison } from './compare-answers'
import { planImage, type PlanInput } from './plan'

/** Plans for both releases, whatever the options say, and what differs between them. */
export function compareTargets(input: PlanInput): TargetComparison {
  const plan = (target: '79' | '0.274') =>
    planImage({ ...input, options: { ...input.options, target } })
  return compareAnswers(plan('79'), plan('0.274'))
}
