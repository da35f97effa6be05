import type { BlueprintProblem } from '../../../formats/blueprint/decode'
import { problemText } from '../../../formats/blueprint/problem-text'
import type {
  DiskLayout,
  LayoutPayload,
  Outcome,
  OutcomeKind,
  PlanResult,
} from '../../../contract/plan'
import { formatSize } from './text'
import { plainLine } from '../../../base/escape'

const WORDS: Record<OutcomeKind, string> = {
  applied: 'applied',
  dropped: 'DROPPED',
  warned: 'WARNED',
  refused: 'REFUSED',
  overridden: 'OVERRIDDEN',
  'no-effect': 'NO EFFECT',
}

/** A plan as a reviewer reads it in a terminal. */
export function planText(plan: PlanResult, problems: readonly BlueprintProblem[]): string {
  const lines = [
    `${plan.target}, ${plainLine(plan.imageType, 80)}, ${plan.sealed ? 'sealed image' : 'ordinary image'}`,
    ...plan.errors.map((error) => `error: ${escaped(error)}`),
    ...plan.hints.map((hint) => `  what to do: ${escaped(hint)}`),
    ...problems.map(problemLine),
    ...plan.warnings.map((warning) => `warning: ${escaped(warning)}`),
    '',
    summary(plan.outcomes),
    ...plan.outcomes.flatMap(outcomeLines),
    ...(plan.layout === null ? [] : ['', ...layoutLines(plan.layout)]),
    ...(plan.kernelArguments.length === 0 ? [] : ['', 'kernel arguments']),
    ...plan.kernelArguments.map(
      ({ value, from, effective }) =>
        `  ${effective ? '+' : '-'} ${plainLine(value, 160)}  (${from}${effective ? '' : ', not effective'})`,
    ),
    ...plan.buildProblems.map((problem) => `the build would stop: ${escaped(problem)}`),
    ...(plan.manifestSha256 === null ? [] : ['', `manifest SHA-256 ${plan.manifestSha256}`]),
    ...(plan.link === null ? [] : [plan.link]),
  ]
  return `${lines.join('\n')}\n`
}

function problemLine(problem: BlueprintProblem): string {
  const { position } = problem
  const place = position === null ? '' : `line ${position.line}, column ${position.column}: `
  return `  blueprint: ${place}${escaped(problemText(problem))}`
}

function summary(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return 'no customizations'
  const lost = outcomes.filter(({ changesPipelines }) => !changesPipelines).length
  if (lost === 0) return `all ${outcomes.length} customizations are applied`
  return `${lost} of ${outcomes.length} customizations would be lost`
}

function outcomeLines(outcome: Outcome): string[] {
  const line = outcome.line === null ? '' : `  line ${outcome.line}`
  return [
    `  ${WORDS[outcome.outcome].padEnd(10)} ${plainLine(outcome.item, 120)}${line}`,
    `             ${escaped(outcome.reason)}`,
    ...outcome.instead.map(
      ({ title, needsReseal }) =>
        `             instead: ${plainLine(title, 160)}${needsReseal ? ' (then seal again)' : ''}`,
    ),
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

function escaped(text: string): string {
  return plainLine(text.replaceAll('\n', '\\n'), 2000)
}
