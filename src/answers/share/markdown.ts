import type { Check } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import type {
  Consequence,
  DiskLayout,
  LayoutPayload,
  Outcome,
  PlanResult,
} from '../../contract/plan'
import { markdownCode, markdownText } from '../../base/escape'
import { loginsOf } from '../plan/consequences'
import { ImageTree } from '../plan/image-tree'
import { isWhole, lossSentence, OUTCOME_WORDS, planFails, planHeadline, shownOutcome } from '../words/plan-words' // prettier-ignore
import { formatBytes } from '../words/sizes'

/** Rows of customizations in a card; the rest is counted. */
const MOST_ROWS = 100

/**
 * A plan as a card for a review, as GitHub and GitLab render it: verdict and checks first, then why and what to do,
 * who can log in, the disk, and what is lost. No value of a user can become markup.
 * @param facts null: a request file, of which no seal is known
 */
export function planMarkdown(plan: PlanResult, facts: ImageFacts | null): string {
  const refused = plan.build.answer === 'refused'
  const lines = [
    `### ${mark(plan, facts)} ${markdownText(headline(plan, facts))}`,
    '',
    subject(plan, facts),
    '',
    ...checkTable(plan, facts),
    ...causes(plan, facts),
    ...(refused ? [] : ['', ...loginLines(plan, facts)]),
    ...plan.notes.map((note) => `\n> Not checked: ${markdownText(note)}`),
    ...plan.warnings.map((warning) => `\n> **image-builder warns:** ${markdownText(warning)}`),
    ...(refused || plan.layout === null ? [] : ['', ...layoutTable(plan.layout), ...roomLines(plan)]), // prettier-ignore
    ...(refused ? [] : outcomeLines(plan.outcomes)),
    ...(plan.manifestSha256 === null ? [] : ['', `Manifest SHA-256 ${markdownCode(plan.manifestSha256)}`]), // prettier-ignore
    ...(plan.link === null ? [] : ['', `[Open this plan](<${plan.link}>)`]),
  ]
  return `${lines.join('\n')}\n`
}

/** Whether the seal is broken, whatever else is right. */
function isBroken(facts: ImageFacts | null): boolean {
  return facts?.seal.verdict === 'UKI_SEALED' && facts.seal.proof?.holds === false
}

function mark(plan: PlanResult, facts: ImageFacts | null): string {
  if (planFails(plan) || isBroken(facts)) return '❌'
  const bad = plan.consequences.some(({ severity }) => severity === 'error')
  return bad || !plan.outcomes.every(isWhole) ? '⚠️' : '✅'
}

function headline(plan: PlanResult, facts: ImageFacts | null): string {
  const seal = isBroken(facts) ? 'The seal is broken. ' : ''
  return `${seal}${planHeadline(plan)}`
}

function subject(plan: PlanResult, facts: ImageFacts | null): string {
  const digest = facts?.image?.manifestDigest.slice(0, 'sha256:'.length + 12)
  const image = facts === null ? '' : `${markdownCode(facts.source.ref)}${digest === undefined ? '' : ` (${markdownCode(digest)})`}, ` // prettier-ignore
  return `${image}as ${markdownText(plan.imageType)}, by ${markdownText(plan.target)}`
}

function checkTable(plan: PlanResult, facts: ImageFacts | null): string[] {
  const { build, checks } = plan
  const why = build.reasons[0]?.message ?? 'Nothing is known against it.'
  const rows = [
    ...sealRow(facts),
    row('build', build.answer === 'builds' ? 'yes' : build.answer === 'stops' ? '**stops**' : '**refused**', why), // prettier-ignore
    ...(build.answer === 'refused' ? [] : checks.map(checkRow)),
  ]
  return ['| Check | Answer | Why |', '|---|---|---|', ...rows]
}

function checkRow({ id, answer, summary }: Check): string {
  return row(id, answer === 'no' ? '**no**' : answer, summary)
}

function row(name: string, answer: string, why: string): string {
  return `| ${name} | ${answer} | ${markdownText(why)} |`
}

/** The seal in one row; `sealed` is never said of one that does not hold, or that was not computed. */
function sealRow(facts: ImageFacts | null): string[] {
  if (facts === null || facts.kernel?.unified !== true) return []
  const { verdict, proof } = facts.seal
  if (verdict !== 'UKI_SEALED') return [row('seal', '**no**', 'The kernel image demands no digest of the root file system.')] // prettier-ignore
  if (proof === null || proof.holds === null) return [row('seal', 'unknown', 'The digest of the layers was not computed.')] // prettier-ignore
  if (proof.holds) return [row('seal', 'yes', 'The layers give exactly the digest that the kernel image demands.')] // prettier-ignore
  const cause = proof.causes[0]?.message ?? 'The layers give another digest than the kernel image demands.' // prettier-ignore
  return [row('seal', '**broken**', cause)]
}

/** Why, and what to do: of the seal first, then the worst consequences. */
function causes(plan: PlanResult, facts: ImageFacts | null): string[] {
  const fix = isBroken(facts) ? (facts?.seal.proof?.causes[0]?.fix ?? null) : null
  const list = [
    ...(fix === null ? [] : [`- **Seal:** ${markdownText(fix)}`]),
    ...plan.consequences.slice(0, 8).map(consequenceLine),
    ...(plan.build.answer === 'refused' ? plan.hints.map((hint) => `- What to do: ${markdownText(hint)}`) : []), // prettier-ignore
  ]
  return list.length === 0 ? [] : ['', ...list]
}

const SIGNS = { error: '❌', warning: '⚠️', info: 'ℹ️' }

function consequenceLine({ severity, message, fix }: Consequence): string {
  const repair = fix === null ? '' : ` *What to do:* ${markdownText(fix)}`
  return `- ${SIGNS[severity]} ${markdownText(message)}${repair}`
}

function loginLines({ outcomes }: PlanResult, facts: ImageFacts | null): string[] {
  const made = outcomes.filter(({ item, changesPipelines }) => changesPipelines && /^customizations\.(user|sshkey)\[/i.test(item)) // prettier-ignore
  const tree = new ImageTree(facts?.system ?? null)
  const own = tree.known ? (loginsOf(tree) ?? 'nobody') : 'not known'
  const users = made.map(({ title }) => markdownText(title)).join(', ')
  return [`**Who can log in:** of the image ${markdownText(own)}; of the blueprint ${users === '' ? 'nobody' : users}`] // prettier-ignore
}

function layoutTable({ partitions, diskSize, table }: DiskLayout): string[] {
  return [
    `**Disk:** ${table === 'gpt' ? 'GPT' : 'DOS table'}, ${formatBytes(diskSize)}`,
    '',
    '| No. | Start | Size | File system | Mounted at |',
    '|---|---|---|---|---|',
    ...partitions.map(
      ({ number, start, size, payload }) =>
        `| ${number} | ${formatBytes(start)} | ${formatBytes(size)} | ${markdownText(payload.kind)} | ${markdownText(mounted(payload).join(', '))} |`,
    ),
  ]
}

function mounted({ mountpoint, children }: LayoutPayload): string[] {
  return [...(mountpoint === null ? [] : [mountpoint]), ...children.flatMap(mounted)]
}

function roomLines({ root, esp }: PlanResult): string[] {
  const parts = [
    ...(root === null ? [] : [`the unpacked image takes ${formatBytes(root.image)} of ${formatBytes(root.size)}`]), // prettier-ignore
    ...(esp === null ? [] : [`the EFI system partition has room for ${esp.fits > 9 ? 'more than 9' : esp.fits} kernel images of ${formatBytes(esp.perUpgrade)}`]), // prettier-ignore
  ]
  return parts.length === 0 ? [] : ['', `Room: ${parts.join('; ')}.`]
}

/** What does not arrive as written, each with its way out; what does is counted. */
function outcomeLines(outcomes: readonly Outcome[]): string[] {
  if (outcomes.length === 0) return []
  const lost = outcomes.filter((outcome) => !isWhole(outcome))
  const rest = lost.length > MOST_ROWS ? [`\n… and ${lost.length - MOST_ROWS} more`] : []
  const head = ['', `**Customizations:** ${lossSentence(outcomes)}`]
  if (lost.length === 0) return head
  return [
    ...head,
    '',
    '| Customization | Outcome | Why | Instead |',
    '|---|---|---|---|',
    ...lost.slice(0, MOST_ROWS).map(outcomeRow),
    ...rest,
  ]
}

function outcomeRow(outcome: Outcome): string {
  const why = [outcome.reason, ...outcome.caveats.map(({ message }) => `But: ${message}.`)].join(' ') // prettier-ignore
  const own = outcome.inImage === null ? [] : [`the image brings it: ${markdownCode(outcome.inImage)}`] // prettier-ignore
  const instead = [...own, ...outcome.instead.map(({ title, price }) => `${markdownText(title)} (${price})`)] // prettier-ignore
  return `| ${markdownCode(outcome.item)} | ${OUTCOME_WORDS[shownOutcome(outcome)]} | ${markdownText(why)} | ${instead.join('; ')} |`
}
