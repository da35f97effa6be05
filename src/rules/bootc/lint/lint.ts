import { SealscopeError } from '../../../base/error'
import type { LintResult } from '../../../contract/answers'
import type { Finding } from '../../../contract/facts'
import type { Directory } from '../../../image/tree/node'
import * as checks from './lint-checks'
import { bootcText } from './lint-stop'
import { undeclaredNames } from './sysusers'
import { missingTmpfiles, sysusersLines } from './var-tmpfiles'
import type { ContentReader } from '../../../image/tree/reader'

/** The checks of `bootc container lint` 1.16.9 in the order of its messages (bootc lints.rs). */
const LINTS: readonly { name: string; type: 'fatal' | 'warning'; check: checks.Check | null }[] = [
  { name: 'api-base-directories', type: 'fatal', check: checks.checkApiFolders },
  { name: 'baseimage-composefs', type: 'warning', check: checks.checkComposefs },
  { name: 'baseimage-root', type: 'fatal', check: checks.checkBaseRoot },
  { name: 'bootc-kargs', type: 'fatal', check: checks.checkKargs },
  { name: 'buildah-injected', type: 'warning', check: checks.checkInjected },
  { name: 'etc-usretc', type: 'fatal', check: checks.checkUsrEtc },
  { name: 'kernel', type: 'fatal', check: checks.checkKernel },
  { name: 'nonempty-boot', type: 'warning', check: checks.checkBoot },
  { name: 'nonempty-run-tmp', type: 'warning', check: checks.checkRunAndTmp },
  { name: 'sysusers', type: 'warning', check: checks.checkSysusers },
  { name: 'var-log', type: 'warning', check: checks.checkVarLog },
  { name: 'var-run', type: 'fatal', check: checks.checkVarRun },
  // Asks the name service of the running system: bootc skips it for every other root.
  { name: 'var-tmpfiles', type: 'warning', check: null },
  { name: 'utf8', type: 'fatal', check: checks.checkUtf8 },
]

export interface LintInput {
  /** Of the merged tree. */
  root: Directory
  reader: ContentReader
  /** Rust's name of the architecture (x86_64). */
  arch: string
  /** Names of checks to leave out; unknown ones count for nothing, as in bootc. */
  skip?: readonly string[]
  fatalWarnings?: boolean
  truncate?: boolean
  /** The marker `setup-root-conf.toml` stands for prepare-root.conf, as for releases to come. */
  setupRootConf?: boolean
  /** What Sealscope found besides; told behind bootc's checks and not counted. */
  findings?: readonly Finding[]
}

/** A lint run: the contract's document, and what bootc would say at its end. */
export interface LintRun extends LintResult {
  /** bootc's last line without `error: `; null when it exits with 0. */
  error: string | null
  /** Whether an error inside a check ended bootc's run, so that it printed no counts. */
  stopped: boolean
}

type LintRow = LintResult['results'][number]

/** `bootc container lint --rootfs`: every check that it runs on a root that is not the running one. */
export function lintImage(input: LintInput): LintRun {
  const { root, reader, arch, truncate = true, skip = [], setupRootConf = false } = input
  const context = { root, reader, arch, truncate, setupRootConf }
  let error: string | null = null
  const rows = LINTS.map(({ name, type, check }): LintRow => {
    const row = {
      name,
      type,
      origin: 'bootc' as const,
      path: null,
      layer: null,
      fix: null,
      source: LINTS_RS,
    }
    if (check === null || skip.includes(name) || error !== null) {
      return { ...row, status: 'skipped', message: null }
    }
    try {
      const message = check(context)
      if (message === null) return { ...row, status: 'passed', message }
      const fix = name === 'sysusers' ? sysusersFix(root, reader) : null
      return { ...row, status: type === 'fatal' ? 'failed' : 'warning', message, fix }
    } catch (thrown) {
      if (!(thrown instanceof SealscopeError)) throw thrown
      const message = `Unexpected runtime error running lint ${name}: ${bootcText(thrown)}`
      error = `Linting: ${message}`
      return { ...row, status: 'failed', message }
    }
  })
  return summary(rows, error, input)
}

function summary(rows: readonly LintRow[], error: string | null, input: LintInput): LintRun {
  const count = (status: LintRow['status']) => rows.filter((row) => row.status === status).length
  const warnings = count('warning')
  const failed = count('failed')
  const fatal = failed + (input.fatalWarnings === true ? warnings : 0)
  return {
    schema: 'sealscope.lint/1',
    checksPassed: count('passed'),
    checksSkipped: count('skipped'),
    warnings,
    failed,
    results: [...rows, ...(error === null ? varTmpfiles(input) : []), ...findingRows(input, rows)],
    error: error ?? (fatal > 0 ? `Linting: Checks failed: ${fatal}` : null),
    stopped: error !== null,
  }
}

const LINTS_RS = 'bootc crates/lib/src/lints.rs'

/** The lines to add to sysusers.d. */
function sysusersFix(root: Directory, reader: ContentReader): string | null {
  const names = undeclaredNames(root, reader)
  if (names === null) return null
  return `usr/lib/sysusers.d/local.conf:\n${sysusersLines(root, reader, names).join('\n')}`
}

/** bootc runs it in a Containerfile only, where it sees the running system: told beside its own run. */
function varTmpfiles({ root, reader, skip = [], truncate = true }: LintInput): LintRow[] {
  const name = 'var-tmpfiles'
  if (skip.includes(name)) return []
  const { lines, unsupported } = missingTmpfiles(root, reader)
  if (lines.length + unsupported.length === 0) return []
  const shown = (items: readonly string[]) => {
    const some = truncate ? items.slice(0, 5) : items
    return [...some.map((item) => `  ${item}`), ...(some.length < items.length ? [`  ...and ${items.length - some.length} more`] : [])] // prettier-ignore
  }
  const message = [
    'in a Containerfile `bootc container lint` warns:',
    ...(lines.length === 0 ? [] : ['Found content in /var missing systemd tmpfiles.d entries:', ...shown(lines)]), // prettier-ignore
    ...(unsupported.length === 0 ? [] : ['Found non-directory/non-symlink files in /var:', ...shown(unsupported)]), // prettier-ignore
  ].join('\n')
  const add = lines.length === 0 ? '' : `usr/lib/tmpfiles.d/local.conf:\n${lines.join('\n')}`
  const move = unsupported.length === 0 ? '' : 'move files out of /var, or copy them at boot from /usr (C lines of tmpfiles.d)' // prettier-ignore
  const fix = [add, move].filter((text) => text !== '').join('\n')
  return [{ name, type: 'warning', origin: 'sealscope', status: 'warning', message, path: 'var', layer: null, fix, source: 'bootc crates/tmpfiles/src/lib.rs' }] // prettier-ignore
}

/** Findings that say what a check of bootc has said, and the name of that check. */
const TWINS: Readonly<Record<string, string>> = {
  'kargs-error': 'bootc-kargs',
  'kernel-error': 'kernel',
}

/** Findings without those that a failed check of bootc tells already. */
export function findingsBeside(
  rows: readonly LintRow[],
  findings: readonly Finding[],
): readonly Finding[] {
  const failed = rows.filter((row) => row.origin === 'bootc' && row.status === 'failed')
  const told = new Set(failed.map(({ name }) => name))
  return findings.filter(({ id }) => !told.has(TWINS[id] ?? ''))
}

/** A finding's name can be skipped like a check of bootc. */
function findingRows(
  { findings = [], skip = [] }: LintInput,
  bootcRows: readonly LintRow[],
): LintRow[] {
  return findingsBeside(bootcRows, findings)
    .flatMap(findingRow)
    .map((row) => (skip.includes(row.name) ? { ...row, status: 'skipped', message: null } : row))
}

function findingRow({ id, severity, message, path, layer, fix, source }: Finding): LintRow[] {
  if (severity === 'info') return []
  const isError = severity === 'error'
  const type = isError ? 'fatal' : 'warning'
  return [
    {
      name: id,
      type,
      origin: 'sealscope',
      status: isError ? 'failed' : 'warning',
      message,
      path,
      layer,
      fix,
      source,
    },
  ]
}

/** What bootc prints on standard output for this run; `error` goes to standard error. */
export function lintText(run: LintRun): string {
  const lines: string[] = []
  for (const { name, origin, status, message } of run.results) {
    if (origin !== 'bootc' || message === null) continue
    if (status === 'warning') lines.push(`Lint warning: ${name}: ${message}`)
    else if (!message.startsWith('Unexpected runtime error ')) {
      lines.push(`Failed lint: ${name}: ${message}`)
    }
  }
  if (!run.stopped) {
    lines.push(`Checks passed: ${run.checksPassed}`)
    if (run.checksSkipped > 0) lines.push(`Checks skipped: ${run.checksSkipped}`)
    if (run.warnings > 0) lines.push(`Warnings: ${run.warnings}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}
