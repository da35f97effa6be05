import { findingsBeside, lintText, type LintRun } from '../../../rules/bootc/lint/lint'
import { judgeOf } from '../../../answers/seal/releases'
import { SealscopeError } from '../../../base/error'
import { visibleLines } from '../../../base/escape'
import type { LintResult } from '../../../contract/answers'
import type { Finding } from '../../../contract/facts'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { inspectSource, questionOf } from '../inspection'
import { jsonText } from '../print/json-text'
import { printWarning } from '../print/output'
import { sarifLog } from '../print/sarif'
import { outputStyle, shown } from '../print/style'
import { countFindings, findingLines } from '../print/text'

/** `sealscope lint`: bootc's checks, then Sealscope's; 1 when a fatal one failed. */
export async function lint(args: Arguments): Promise<Answer> {
  const fatalWarnings = args.flag('fatal-warnings')
  const skip = args.list('skip')
  const [word = ''] = args.words
  const judge = judgeOf(args.text('bootc'))
  if (judge.warning !== null) printWarning(judge.warning)
  const onlyBootc = onlyOf(args.text('only'))
  const { facts, lint: whole } = await inspectSource(
    questionOf(args, word, {
      quick: false,
      algorithms: ['sha512'],
      lint: {
        skip,
        fatalWarnings,
        truncate: !args.flag('no-truncate'),
        setupRootConf: judge.release.setupRootConf,
      },
    }),
  )
  if (whole === null) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'no-tree',
      what: 'this source has no root file system to check',
      where: { source: word },
      expected: 'an image or a root directory',
    })
  }
  const run = onlyBootc ? { ...whole, results: whole.results.filter(({ origin }) => origin === 'bootc') } : whole // prettier-ignore
  const own = onlyBootc ? [] : facts.findings.filter(({ id }) => !skip.includes(id))
  const findings = findingsBeside(run.results, own)
  return { text: textOf(args, run, findings, word), exitCode: isGood(run, fatalWarnings) ? 0 : 1 }
}

/** `--only bootc`: what bootc itself says, and its exit. */
function onlyOf(word: string | null): boolean {
  if (word === null) return false
  if (word === 'bootc') return true
  throw new SealscopeError({ kind: 'usage', code: 'bad-option', what: '--only', expected: 'bootc', found: word }) // prettier-ignore
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
  const last = [
    ...(args.text('only') === null ? lintFixes(run) : []),
    ...(run.error === null ? [] : [shown(run.error, 2000)]),
  ]
  const own =
    findings.length === 0
      ? []
      : ['', style.bold(`Sealscope: ${countFindings(findings)}`), ...findingLines(findings, style)]
  return `${controlFree(lintText(run))}${[...last, ...own].map((line) => `${line}\n`).join('')}`
}

/** What Sealscope's own checks of the tree say, and the lines to add. */
function lintFixes({ results }: LintRun): string[] {
  return results.flatMap(({ name, origin, message, fix }) => {
    const own = name === 'var-tmpfiles' && origin === 'sealscope'
    if (!own && (name !== 'sysusers' || fix === null)) return []
    const said = own ? [`${name}: ${message ?? ''}`] : []
    return [...said, ...(fix === null ? [] : [`add to ${fix}`])].flatMap((text) => text.split('\n').map((line) => shown(line, 1000))) // prettier-ignore
  })
}

/** bootc's lines stay as they are but for what a terminal would obey. */
function controlFree(text: string): string {
  return visibleLines(text)
}

function documentOf(run: LintRun): LintResult {
  const { schema, checksPassed, checksSkipped, warnings, failed, results } = run
  return { schema, checksPassed, checksSkipped, warnings, failed, results }
}
