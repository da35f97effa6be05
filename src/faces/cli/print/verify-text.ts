import type { VerifyQuestion } from '../../../answers/boot/verify'
import { VERDICTS, verdictText } from '../../../answers/words/verdicts'
import type { VerifyResult } from '../../../contract/answers'
import type { Check, CheckAnswer, CheckReason } from '../../../contract/checks'
import type { AcceptRow } from '../../../contract/facts'
import { shown, type Style } from './style'
import { causeLines } from './text'

type Question = Pick<VerifyQuestion, 'checks' | 'strict'>

/** The answer and its consequence, each check, why and what to do, and which host takes the image. */
export function verifyText(
  result: VerifyResult,
  question: Question,
  good: boolean,
  style: Style,
): string {
  const { verdict, causes, karg, checks } = result
  const asked = checks.filter(({ id }) => question.checks.includes(id))
  // The seal's own causes say more of a wrong digest.
  const reasons = asked.flatMap(({ reasons: each }) => each).filter(({ id }) => id !== 'uki-wrong-digest' || causes.length === 0) // prettier-ignore
  const next = nextStep(result, good)
  const lines = [
    `${good ? style.good(style.bold('yes')) : style.bad(style.bold('no'))}: ${shown(headline(result, asked, question), 2000)}`,
    ...(verdict === 'UKI_SEALED' || verdict === null ? [] : [style.dim(`${verdict}: ${verdictText(verdict)}`)]), // prettier-ignore
    ...checkLines(checks, style),
    ...reasons.flatMap((each) => reasonLines(each, style)),
    ...causeLines(causes),
    ...hostLines(result, style),
    ...(next === null ? [] : [`next: ${next}`]),
    ...(karg === null || sealIs(checks, 'yes') ? [] : [`karg: ${karg}`]),
  ]
  return `${lines.join('\n')}\n`
}

function sealIs(checks: readonly Check[], answer: CheckAnswer): boolean {
  return checks.some((check) => check.id === 'seal' && check.answer === answer)
}

/** The worst of what was asked for; of the seal in bootc's words. */
function headline(result: VerifyResult, asked: readonly Check[], { strict }: Question): string {
  const failed = asked.find(({ answer }) => answer === 'no') ?? (strict ? asked.find(({ answer }) => answer !== 'yes') : undefined) // prettier-ignore
  if (failed !== undefined) return failed.id === 'seal' ? result.message : failed.summary
  const open = asked.filter(({ answer }) => answer === 'unknown').map(({ id }) => id)
  const seal = asked.find(({ id }) => id === 'seal')
  const words = seal === undefined ? asked.map(({ summary }) => summary).join('; ') : result.message
  return open.length === 0 ? words : `${words}; not known: ${open.join(', ')}`
}

/** A line for each check: its name, the answer, one sentence. */
export function checkLines(checks: readonly Check[], style: Style): string[] {
  return checks.map((check) => checkLine(check, style))
}

function checkLine({ id, answer, summary }: Check, style: Style): string {
  const paint = { yes: style.good, no: style.bad, unknown: style.warn }[answer]
  return `  ${id.padEnd(11)}  ${paint(answer.padEnd(7))}  ${shown(summary, 600)}`
}

function reasonLines(reason: CheckReason, style: Style): string[] {
  const { id, severity, message, upstream, path, layer, fix } = reason
  if (severity === 'info' || id === 'wrong-digest' || id === 'not-sealed') return []
  const place = [...(layer === null ? [] : [`layer ${layer}`]), ...(path === null ? [] : [shown(path, 200)])] // prettier-ignore
  const paint = severity === 'error' ? style.bad : style.warn
  return [
    `${paint(severity === 'error' ? 'why' : 'note')}: ${shown(message, 1000)}${place.length === 0 ? '' : style.dim(`  [${place.join(', ')}]`)}`,
    ...(upstream === null ? [] : [style.dim(`     says: ${shown(upstream, 1000)}`)]),
    ...(fix === null ? [] : [`  fix: ${shown(fix, 1000)}`]),
  ]
}

const HOSTS = ['new', 'v1', 'v2'] as const

/** A row for each range of releases, a column for each kind of host; and a host's own way out. */
function hostLines({ hosts }: VerifyResult, style: Style): string[] {
  if (hosts.length === 0) return []
  const releases = [...new Set(hosts.map(({ bootc }) => bootc))]
  const cell = (bootc: string, repository: AcceptRow['repository']) => hosts.find((row) => row.bootc === bootc && row.repository === repository) // prettier-ignore
  const word = (row: AcceptRow | undefined) => {
    if (row === undefined) return style.dim('-'.padEnd(13))
    return row.accepts ? style.good('accepts'.padEnd(13)) : style.bad('refuses'.padEnd(13))
  }
  const name = (bootc: string) => (/^\D*\d/.test(bootc) ? `bootc ${bootc}` : `the ${bootc} bootc`)
  const width = Math.max(...releases.map((bootc) => name(bootc).length))
  return [
    style.dim(`  ${''.padEnd(width)}  fresh disk   V1 host      V2 host`),
    ...releases.map((bootc) => `  ${name(bootc).padEnd(width)}  ${HOSTS.map((host) => word(cell(bootc, host))).join('').trimEnd()}`), // prettier-ignore
    ...wayOut(hosts),
  ]
}

/** bootc issue 2334: a repository that was made for V2 can be told to make V1 images. */
function wayOut(hosts: readonly AcceptRow[]): string[] {
  const stuck = hosts.some(({ bootc, repository, accepts }) => repository === 'v2' && !accepts && hosts.some((row) => row.bootc === bootc && row.repository === 'v1' && row.accepts)) // prettier-ignore
  if (!stuck) return []
  return ['host: on a machine with a V2 repository, set "erofs_formats": {"default": 1} in /sysroot/composefs/meta.json, then `bootc upgrade` (bootc issue 2334)'] // prettier-ignore
}

function nextStep({ verdict, matches, causes, holds }: VerifyResult, good: boolean): string | null {
  if (good || verdict === null) return null
  const { next } = VERDICTS[verdict]
  if (next !== null) return next
  if (causes.length > 0 || holds === true) return null
  if (matches.length > 0) return 'seal the image again with the bootc release that will install it'
  return holds === null
    ? 'verify the image that holds this UKI'
    : 'seal the image again as its last step: nothing may change after the digest was computed'
}
