import type { Outcome, OutcomeKind, PlanResult } from '../../contract/plan'

/** What becomes of an item, in words: one wording for terminal, page and card. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeKind | 'in-part', string>> = {
  applied: 'applied',
  'in-part': 'in part',
  dropped: 'dropped in silence',
  warned: 'not set, with a warning',
  refused: 'refused',
  overridden: 'overridden',
  'no-effect': 'without effect',
}

/** `in-part`: the stage is written, but the person does not get all of it. */
export function shownOutcome({ outcome, caveats }: Outcome): OutcomeKind | 'in-part' {
  return outcome === 'applied' && caveats.length > 0 ? 'in-part' : outcome
}

/** Whether the person gets the item as written; a warned item that changes the pipelines counts as applied. */
export function isWhole({ outcome, changesPipelines, caveats }: Outcome): boolean {
  if (caveats.length > 0) return false
  return outcome === 'applied' || (outcome === 'warned' && changesPipelines)
}

/** Nothing comes out, or what comes out does not boot. */
export function planFails({ build, checks }: PlanResult): boolean {
  return build.answer !== 'builds' || checks.some(({ answer }) => answer === 'no')
}

/** Something of the plan is not as the blueprint wants it; what `--strict` asks. */
export function isLossy(plan: PlanResult): boolean {
  return planFails(plan) || plan.errors.length > 0 || !plan.outcomes.every(isWhole)
}

/** How many items are lost, and how many arrive in part. */
export function losses(outcomes: readonly Outcome[]): {
  lost: number
  inPart: number
  /** Lost, but the image brings it. */
  brought: number
} {
  const inPart = outcomes.filter((each) => each.changesPipelines && each.caveats.length > 0).length
  const gone = outcomes.filter(({ changesPipelines }) => !changesPipelines)
  const brought = gone.filter((each) => each.inImage !== null).length
  return { lost: gone.length, inPart, brought }
}

/** The worst of a plan, and what becomes of the items: the first thing that is said of it. */
export function planHeadline(plan: PlanResult): string {
  const { build, consequences, outcomes } = plan
  if (build.answer === 'refused') return refusal(plan)
  const worst = consequences.filter(({ severity }) => severity === 'error')
  const said = worst.slice(0, 2).map(({ message }) => message)
  const { lost, inPart } = losses(outcomes)
  // what is applied to something that does not come out, or does not boot, is no news
  const rest = said.length > 0 && lost + inPart === 0 ? [] : [lossSentence(outcomes)]
  return [...said, ...rest].join(' ')
}

function refusal({ target, build, consequences, hints }: PlanResult): string {
  const who = consequences.some(({ id }) => id === 'bootc-image-builder-refuses')
    ? 'bootc-image-builder'
    : (target.split(' ')[0] ?? target)
  const text = build.reasons[0]?.message ?? ''
  // a whole map or list of keys says less than where the mistake is
  const why = text.startsWith('cannot decode blueprint') ? (hints[0] ?? text) : text
  return `${who === 'images' ? 'bootc-image-builder' : who} refuses: nothing is built. ${capital(why.split('\n').join(' ').slice(0, 300))}`.trim() // prettier-ignore
}

/** `2 of 5 customizations are lost, 1 arrives in part.` */
export function lossSentence(outcomes: readonly Outcome[]): string {
  const all = outcomes.length
  if (all === 0) return 'No customizations.'
  const { lost, inPart, brought } = losses(outcomes)
  const own =
    brought === 0 ? '' : `, ${brought} ${brought === 1 ? 'is' : 'are'} in the image already`
  const rest = inPart === 0 ? '' : `, ${inPart} ${inPart === 1 ? 'arrives' : 'arrive'} in part`
  if (lost > 0)
    return `${lost} of ${all} customizations ${lost === 1 ? 'is' : 'are'} lost${rest}${own}.`
  if (inPart > 0) {
    return `${inPart} of ${all} customizations ${inPart === 1 ? 'arrives' : 'arrive'} in part.`
  }
  return all === 1 ? 'The one customization is applied.' : `All ${all} customizations are applied.`
}

/** Names of programs keep their small letter. */
function capital(text: string): string {
  if (/^(image-builder|bootc|osbuild|systemd)/.test(text)) return text
  return text.charAt(0).toUpperCase() + text.slice(1)
}
