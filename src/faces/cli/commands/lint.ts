import { findingsBeside, lintText, type LintRun } from '../../../rules/bootc/lint/lint'
import { SealscopeError } from '../../../base/error'
import { visibleLines } from '../../../base/escape'
import type { LintResult } from '../../../contract/answers'
import type { Finding } from '../../../contract/facts'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { inspectSource, questionOf } from '../inspection'
import { jsonText } from '../print/json-text'
import { sarifLog } from '../print/sarif'
import { outputStyle, shown } from '../print/style'
import { countFindings, findingLines } from '../print/text'

/** `sealscope lint`: bootc's checks, then Sealscope's; 1 when a fatal one failed. */
export async function lint(args: Arguments): Promise<Answer> {
  const fatalWarnings = args.flag('fatal-warnings')
  const skip = args.list('skip')
  const [word = ''] = args.words
  const { facts, lint: run } = await inspectSource(
    questionOf(args, word, {
      quick: false,
      algorithms: ['sha512'],
      lint: { skip, fatalWarnings },
    }),
  )
  if (run === null) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'no-tree',
      what: 'this source has no root file system to check',
      where: { source: word },
      expected: 'an image or a root directory',
    })
  }
  const own = facts.findings.filter(({ id }) => !skip.includes(id))
  const findings = findingsBeside(run.results, own)
  return { text: textOf(args, run, findings, word), exitCode: isGood(run, fatalWarnings) ? 0 : 1 }
}

function isGood(run: LintRun, fatalWarnings: boolean): boolean {
  const bad = fatalWarnings ? ['failed', 'warning'] : ['failed']
  return run.error === null && !run.results.some(({ status }) => bad.includes(status))
}

function textOf(
  args: Arguments,
  run: LintRun,
  findings: readonly Finding[],
  source: string,
): string {
  if (args.flag('sarif')) return jsonText(sarifLog(run, findings, source))
  if (args.flag('json')) return jsonText(documentOf(run))
  const style = outputStyle()
  const last = run.error === null ? [] : [shown(run.error, 2000)]
  const own =
    findings.length === 0
      ? []
      : ['', style.bold(`Sealscope: ${countFindings(findings)}`), ...findingLines(findings, style)]
  return `${controlFree(lintText(run))}${[...last, ...own].map((line) => `${line}\n`).join('')}`
}

/** bootc's lines stay as they are but for what a terminal would obey. */
function controlFree(text: string): string {
  return visibleLines(text)
}

function documentOf(run: LintRun): LintResult {
  const { schema, checksPassed, checksSkipped, warnings, failed, results } = run
  return { schema, checksPassed, checksSkipped, warnings, failed, results }
}
