import type { Outcome, OutcomeKind, PlanResult } from '../../contract/plan'
import { markdownCode, markdownText } from '../../base/escape'

const WORDS: Record<OutcomeKind, string> = {
  applied: 'applied',
  dropped: '**dropped in silence**',
  warned: '**warned about**',
  refused: '**refused**',
  overridden: 'overridden',
  'no-effect': 'without effect',
}

/** A plan as a card for a review: Markdown in which no value of a user can become markup. */
export function planMarkdown(plan: PlanResult): string {
  const { outcomes } = plan
  const lost = outcomes.filter(({ changesPipelines }) => !changesPipelines).length
  const lines = [
    `### Image plan: ${markdownText(plan.imageType)}, ${plan.sealed ? 'sealed' : 'not sealed'}, ${markdownText(plan.target)}`,
    '',
    outcomes.length === 0
      ? 'No customizations.'
      : `${lost} of ${outcomes.length} customizations would be lost.`,
    ...plan.errors.map((error) => `\n> **Error:** ${markdownText(error)}`),
    ...plan.warnings.map((warning) => `\n> **Warning:** ${markdownText(warning)}`),
    ...plan.buildProblems.map(
      (problem) => `\n> **The build would stop:** ${markdownText(problem)}`,
    ),
    ...(outcomes.length === 0 ? [] : ['', ...outcomeTable(outcomes)]),
    ...(plan.layout === null ? [] : ['', ...layoutTable(plan.layout)]),
    ...(plan.manifestSha256 === null ? [] : ['', `Manifest SHA-256 ${markdownCode(plan.manifestSha256)}`]), // prettier-ignore
    ...(plan.link === null ? [] : ['', `<${plan.link}>`]),
  ]
  return `${lines.join('\n')}\n`
}

function outcomeTable(outcomes: readonly Outcome[]): string[] {
  return [
    '| Customization | Outcome | Why | Instead |',
    '|---|---|---|---|',
    ...outcomes.map((outcome) => {
      const instead = outcome.instead.map(({ title }) => markdownText(title)).join('; ')
      return `| ${markdownCode(outcome.item)} | ${WORDS[outcome.outcome]} | ${markdownText(outcome.reason)} | ${instead} |`
    }),
  ]
}

function layoutTable({ partitions, diskSize, table }: NonNullable<PlanResult['layout']>): string[] {
  return [
    `Disk: ${table}, ${diskSize} bytes`,
    '',
    '| No. | Start | Size | File system | Mounted at |',
    '|---|---|---|---|---|',
    ...partitions.map(
      ({ number, start, size, payload }) =>
        `| ${number} | ${start} | ${size} | ${markdownText(payload.kind)} | ${markdownText(payload.mountpoint ?? '')} |`,
    ),
  ]
}
