import { markdownCode, markdownText } from '../../base/escape'
import type { ImageFacts } from '../../contract/facts'
import type { PlanResult } from '../../contract/plan'
import { TARGETS } from '../../rules/image-builder/target'
import { NEWEST_RELEASE } from '../seal/releases'
import { deployLines } from '../review/deploy'
import { evidenceWords, headlineOf } from '../review/headline'
import { repairOf } from '../review/repair'
import { isWhole, lossSentence, OUTCOME_WORDS, shownOutcome } from '../words/plan-words'
import { counted, formatBytes } from '../words/sizes'
import { plain } from '../words/text'

/** A review card: what somebody reads in a pull request. Texts carry code between back-ticks. */
export interface ReviewCard {
  /** `Seal broken`, `Seal holds`. */
  title: string
  image: string
  digest: string | null
  /** Headline, cause and how it is known. */
  lead: string[]
  rows: { label: string; text: string }[]
  /** Releases whose rules made it. */
  rules: string
  link: string | null
}

/** Items that are named in one row. */
const MOST_ITEMS = 6

/** What is said of an image and of its plan, the worst first. `plan`: null without one. */
export function reviewCard(
  facts: ImageFacts,
  plan: PlanResult | null,
  link: string | null,
): ReviewCard {
  const { headline, second, title } = headlineOf(facts)
  const [cause] = facts.seal.verdict === 'UKI_SEALED' ? (facts.seal.proof?.causes ?? []) : []
  const known = cause === undefined ? null : evidenceWords(cause)
  const repair = repairOf(facts)
  return {
    title,
    image: facts.source.ref.replace(/@sha256:[0-9a-f]{64}$/, ''),
    digest: facts.image?.manifestDigest ?? null,
    lead: [headline, second, known === null ? null : `${known.title} ${known.words}`].filter(
      (line) => line !== null,
    ),
    rows: [
      ...deployLines(facts).map(({ title: label, detail }) => ({ label, text: detail })),
      ...(repair === null ? [] : [{ label: 'Repair', text: repair.title }]),
      ...(plan === null ? [] : planRows(plan)),
    ],
    rules: `bootc ${NEWEST_RELEASE}, ${plan?.target ?? TARGETS['79'].name}`,
    link,
  }
}

function planRows(plan: PlanResult): ReviewCard['rows'] {
  const { outcomes, layout, errors, manifestSha256 } = plan
  const rows: (ReviewCard['rows'][number] | null)[] = [
    outcomes.length === 0 && errors.length === 0
      ? null
      : { label: `Blueprint, ${plan.imageType}`, text: blueprintWords(plan) },
    ...errors.map((error) => ({ label: 'image-builder refuses', text: plain(error, 400) })),
    ...plan.consequences
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => ({ label: 'Consequence', text: plain(message, 400) })),
    ...plan.buildProblems.map((problem) => ({
      label: 'The build stops',
      text: plain(problem, 400),
    })),
    layout === null ? null : { label: 'Disk', text: diskWords(layout) },
    manifestSha256 === null ? null : { label: 'Manifest', text: `\`sha256:${manifestSha256}\`` },
  ]
  return rows.filter((row) => row !== null)
}

function blueprintWords({ outcomes, missingSecrets, errors }: PlanResult): string {
  if (missingSecrets.length > 0) {
    return `No manifest until ${counted(missingSecrets.length, 'secret value')} ${missingSecrets.length === 1 ? 'is' : 'are'} entered`
  }
  if (errors.length > 0) return 'Nothing is built'
  const lost = outcomes.filter((outcome) => !isWhole(outcome))
  const names = lost
    .slice(0, MOST_ITEMS)
    .map((outcome) => `${plain(outcome.title)} (${OUTCOME_WORDS[shownOutcome(outcome)]})`)
  const more = lost.length > MOST_ITEMS ? ` and ${lost.length - MOST_ITEMS} more` : ''
  return `${lossSentence(outcomes)}${names.length === 0 ? '' : ` ${names.join(', ')}${more}`}`
}

function diskWords({ diskSize, table, partitions }: NonNullable<PlanResult['layout']>): string {
  const parts = partitions
    .slice(0, MOST_ITEMS)
    .map(
      ({ size, payload }) =>
        `${payload.mountpoint ?? payload.label ?? payload.kind} ${formatBytes(size)}`,
    )
  return `${formatBytes(diskSize)} ${table.toUpperCase()}: ${parts.join(', ')}`
}

/** The card as Markdown in which no value of an image or a user can become markup. */
export function cardMarkdown(card: ReviewCard): string {
  const digest = card.digest === null ? '' : ` · ${markdownCode(card.digest.slice(0, 19))}`
  const lines = [
    `**${markdownText(card.title)}** · ${markdownCode(card.image)}${digest}`,
    '',
    ...card.lead.map(richMarkdown),
    '',
    ...(card.rows.length === 0 ? [] : ['| | |', '|---|---|']),
    ...card.rows.map(({ label, text }) => `| ${markdownText(label)} | ${richMarkdown(text)} |`),
    '',
    [card.link === null ? null : `[Open in Sealscope](${card.link})`, markdownText(card.rules)]
      .filter((part) => part !== null)
      .join(' · '),
  ]
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`
}

/** Text between back-ticks becomes code, the rest loses its markup. */
function richMarkdown(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? markdownCode(part) : spaced(part)))
    .join('')
}

/** `markdownText` trims; the spaces around code stay. */
function spaced(part: string): string {
  const [, before = '', middle = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(part) ?? []
  return `${before === '' ? '' : ' '}${markdownText(middle)}${after === '' ? '' : ' '}`
}

/** The card as plain text. */
export function cardText(card: ReviewCard): string {
  const plain = (text: string) => text.replaceAll('`', '')
  return [
    `${card.title}: ${card.image}${card.digest === null ? '' : ` (${card.digest})`}`,
    ...card.lead.map(plain),
    '',
    ...card.rows.map(({ label, text }) => `${label}: ${plain(text)}`),
    '',
    ...(card.link === null ? [] : [card.link]),
    card.rules,
    '',
  ].join('\n')
}
