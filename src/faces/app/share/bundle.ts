import { strToU8, zipSync } from 'fflate'
import { cardMarkdown, type ReviewCard } from '../../../answers/share/card'
import type { Opened } from '../page/context'
import type { PlanState } from '../page/state'
import { saveFile } from '../parts/save-file'
import { reportHtml } from './report-html'

/** The first moment that the format knows (APPNOTE §4.4.6): the same state gives the same bytes. */
const EPOCH = new Date(1980, 0, 1)

/** Facts, plan, manifest, blueprint, card and report in one archive, as the command line would write them. */
export function bundleFiles(
  { facts }: Opened,
  { answer, text, format }: PlanState,
  card: ReviewCard,
): Record<string, string> {
  const manifest = answer?.manifest ?? null
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return {
    'facts.json': json(facts),
    ...(answer === null ? {} : { 'plan.json': json(answer.plan) }),
    ...(manifest === null ? {} : { 'manifest.json': manifest }),
    ...(text === '' ? {} : { [`blueprint.${format}`]: text }),
    'card.md': cardMarkdown(card),
    ...commandsOf(answer),
  }
}

function commandsOf(answer: PlanState['answer']): Record<string, string> {
  const commands = answer?.plan.commands ?? []
  if (commands.length === 0) return {}
  const text = commands.map(({ title, command }) => `# ${title}\n${command}\n`).join('\n')
  return { 'commands.sh': text }
}

/** The archive's bytes: names in order, one moment, one way of packing. */
export function bundleBytes(files: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(files).sort()
  const entries = names.map((name) => [name, strToU8(files[name] ?? '')] as const)
  return zipSync(Object.fromEntries(entries), { mtime: EPOCH, level: 9 })
}

export async function saveBundle(
  stem: string,
  opened: Opened,
  plan: PlanState,
  card: ReviewCard,
): Promise<void> {
  const files = {
    ...bundleFiles(opened, plan, card),
    'report.html': reportHtml(opened, plan, card),
  }
  saveFile(`${stem}.sealscope.zip`, new Uint8Array(bundleBytes(files)), 'application/zip')
}
