import type { BlueprintProblem } from '../../../formats/blueprint/decode'
import { problemText } from '../../../formats/blueprint/problem-text'
import { plainLine } from '../../../base/escape'
import type { Check, CheckReason } from '../../../contract/checks'
import type {
  Consequence,
  DiskLayout,
  KernelArgument,
  LayoutPayload,
  Outcome,
  PlanResult,
} from '../../../contract/plan'
import { OUTCOME_WORDS, planHeadline, shownOutcome } from '../../../answers/words/plan-words'
import { formatSize } from './text'

/** A plan as a reviewer reads it in a terminal: the worst first. */
export function planText(plan: PlanResult, problems: readonly BlueprintProblem[]): string {
  const refused = plan.build.answer === 'refused'
  const lines = [
    escaped(planHeadline(plan)),
    `${plan.target}, ${plainLine(plan.imageType, 80)}, ${plan.sealed ? 'image with a UKI' : 'ordinary image'}`,
    ...(refused ? refusalLines(plan) : plan.consequences.flatMap(consequenceLines)),
    ...problems.map(problemLine),
    ...plan.warnings.map((warning) => `warning: ${escaped(warning)}`),
    ...plan.notes.map((note) => `note: ${escaped(note)}`),
    ...(refused ? refusedItems(plan) : bodyLines(plan)),
    ...(plan.link === null ? [] : ['', plan.link]),
  ]
  return `${lines.join('\n')}\n`
}

function bodyLines(plan: PlanResult): string[] {
  return [
    ...(plan.checks.length === 0 ? [] : ['', ...plan.checks.flatMap(checkLines)]),
    ...(plan.outcomes.length === 0 ? [] : ['', ...plan.outcomes.flatMap(outcomeLines)]),
    ...installerLines(plan),
    ...(plan.layout === null ? [] : ['', ...layoutLines(plan.layout)]),
    ...roomLines(plan),
    ...argumentLines(plan),
    ...(plan.manifestSha256 === null ? [] : ['', `manifest SHA-256 ${plan.manifestSha256}`]),
  ]
}

/** Only what is refused, and by what. */
function refusalLines({ build, errors, hints }: PlanResult): string[] {
  const reasons = build.reasons.filter(({ message }) => !errors.includes(message))
  return [
    ...errors.map((error) => `error: ${escaped(error)}`),
    ...hints.map((hint) => `  what to do: ${escaped(hint)}`),
    ...reasons.flatMap(reasonLines),
  ]
}

function refusedItems({ outcomes }: PlanResult): string[] {
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused')
  return refused.length === 0 ? [] : ['', ...refused.flatMap(outcomeLines)]
}

const MARKS = { error: '✗', warning: '!', info: '·' }

function consequenceLines({ severity, message, fix }: Consequence): string[] {
  return [
    `  ${MARKS[severity]} ${escaped(message)}`,
    ...(fix === null ? [] : [`      what to do: ${escaped(fix)}`]),
  ]
}

function checkLines({ id, answer, summary, reasons }: Check): string[] {
  const rest = reasons.filter(({ severity }) => severity === 'warning')
  return [`${id}: ${answer}. ${escaped(summary)}`, ...rest.flatMap(reasonLines)]
}

function reasonLines({ severity, message, upstream, fix }: CheckReason): string[] {
  return [
    `  ${MARKS[severity]} ${escaped(message)}`,
    ...(upstream === null ? [] : [`      upstream: ${escaped(upstream)}`]),
    ...(fix === null ? [] : [`      what to do: ${escaped(fix)}`]),
  ]
}

function problemLine(problem: BlueprintProblem): string {
  const { position } = problem
  const place = position === null ? '' : `line ${position.line}, column ${position.column}: `
  return `  blueprint: ${place}${escaped(problemText(problem))}`
}

function outcomeLines(outcome: Outcome): string[] {
  const line = outcome.line === null ? '' : `  line ${outcome.line}`
  const word = OUTCOME_WORDS[shownOutcome(outcome)]
  const indent = '             '
  return [
    `  ${plainLine(outcome.item, 120)}: ${word}${line}`,
    `${indent}${escaped(outcome.reason)}`,
    ...outcome.caveats.flatMap(({ message, fix, stops }) => [
      `${indent}${stops ? 'stops the build' : 'but'}: ${escaped(message)}`,
      ...(fix === null ? [] : [`${indent}  what to do: ${escaped(fix)}`]),
    ]),
    ...(outcome.inImage === null
      ? []
      : [`${indent}the image brings it: ${escaped(outcome.inImage)}`]),
    ...outcome.instead.map(
      ({ title, price }) => `${indent}instead: ${plainLine(title, 160)} (${price})`,
    ),
  ]
}

/** The kickstart in full; in brackets who wrote the line. */
function installerLines({ installer }: PlanResult): string[] {
  if (installer === null) return []
  const { kickstart, modules, payload, hasAnaconda } = installer
  const files = [...new Set(kickstart.map(({ file }) => file))]
  return [
    '',
    `installs ${payload === null ? 'nothing that is named' : plainLine(payload, 300)}; Anaconda in the container: ${hasAnaconda === null ? 'not known' : hasAnaconda ? 'yes' : 'no'}`, // prettier-ignore
    ...files.flatMap((file) => [
      `kickstart ${file}`,
      ...kickstart
        .filter((line) => line.file === file)
        .map(({ text, by }) => `  [${by === 'blueprint' ? 'blueprint' : 'image-builder'}] ${plainLine(text, 500)}`), // prettier-ignore
    ]),
    'modules of Anaconda',
    ...modules.map(({ name, active, by }) => `  ${active ? 'on ' : 'off'} ${plainLine(name, 120)}  (${by})`), // prettier-ignore
  ]
}

function layoutLines({ table, diskSize, sectorSize, partitions }: DiskLayout): string[] {
  return [
    `disk ${table}, ${formatSize(diskSize)}, sectors of ${sectorSize} bytes`,
    ...partitions.flatMap(({ number, start, size, payload }) => [
      `  ${String(number).padStart(2)}  ${formatSize(start).padStart(10)}  ${formatSize(size).padStart(10)}  ${described(payload)}`,
      ...childLines(payload, 1),
    ]),
  ]
}

function childLines(payload: LayoutPayload, depth: number): string[] {
  return payload.children.flatMap((child) => [
    `${' '.repeat(28 + 2 * depth)}${described(child)}`,
    ...childLines(child, depth + 1),
  ])
}

function described({ kind, mountpoint, label, name }: LayoutPayload): string {
  return [kind, name, mountpoint, label === null ? null : `"${label}"`]
    .filter((part) => part !== null)
    .map((part) => plainLine(part, 80))
    .join(' ')
}

function roomLines({ esp, root }: PlanResult): string[] {
  return [
    ...(root === null
      ? []
      : [`  / has ${formatSize(root.size)}, the image takes ${formatSize(root.image)}, ${root.free < 0 ? 'it does not fit' : `about ${formatSize(root.free)} are free after the installation`}`]), // prettier-ignore
    ...(esp === null
      ? []
      : [`  the ESP has ${formatSize(esp.size)}: ${esp.fits} kernel image${esp.fits === 1 ? '' : 's'} of ${formatSize(esp.perUpgrade)} fit${esp.fits === 1 ? 's' : ''}`]), // prettier-ignore
  ]
}

/** The final line first, then where each word comes from, and what never arrives. */
function argumentLines({ kernelArguments, commandLine }: PlanResult): string[] {
  if (kernelArguments.length === 0) return []
  return [
    '',
    'kernel arguments',
    ...(commandLine === null ? [] : [`  final: ${plainLine(commandLine, 2000)}`]),
    ...kernelArguments.map(argumentLine),
  ]
}

function argumentLine({ value, from, effective, deletedBy }: KernelArgument): string {
  const end = deletedBy !== null ? `, deleted by ${deletedBy}` : effective ? '' : ', not effective'
  return `  ${effective ? '+' : '-'} ${plainLine(value, 160)}  (${from}${end})`
}

function escaped(text: string): string {
  return plainLine(text.replaceAll('\n', '\\n'), 2000)
}
