import type { VerifyResult } from '../../../contract/answers'
import type { Finding, ImageFacts, SealCause, Verdict } from '../../../contract/facts'
import { notChecked } from '../../../answers/words/unread'
import { shown, type Style } from './style'

const VERDICTS: Record<Verdict, { says: string; next: string | null }> = {
  NO_KERNEL: {
    says: 'no kernel that bootc finds: the image cannot boot',
    next: 'install a kernel into /usr/lib/modules, or a UKI into /boot/EFI/Linux',
  },
  SPLIT_KERNEL: {
    says: 'not sealed: kernel and initramfs, no UKI',
    next: 'build a UKI with `bootc container ukify` as the last step and copy it to /boot/EFI/Linux',
  },
  MULTI_KERNEL: {
    says: 'several kernels: bootc refuses the image',
    next: 'leave exactly one folder with a kernel in /usr/lib/modules',
  },
  UKI_BROKEN: {
    says: 'the UKI cannot be read: bootc refuses the image',
    next: 'build the UKI again; `sealscope uki FILE` says what is wrong with it',
  },
  UKI_NO_COMPOSEFS: {
    says: 'not sealed: a UKI without a composefs digest',
    next: 'let `bootc container ukify` write the command line with composefs=DIGEST',
  },
  UKI_UNSEALED: {
    says: 'not sealed: a UKI whose digest is optional (composefs=?)',
    next: 'build the UKI without the question mark, so that the digest is required',
  },
  UKI_SEALED: { says: 'claims to be sealed: a UKI that requires a composefs digest', next: null },
}

/** What a verdict means, in words. */
export function verdictText(verdict: Verdict | null): string {
  return verdict === null ? 'not checked' : VERDICTS[verdict].says
}

/** The answer, the reason, each release, why and what to do next. */
export function verifyText(result: VerifyResult, isGood: boolean, style: Style): string {
  const { verdict, message, acceptedBy, causes, karg } = result
  const head = isGood ? style.good(style.bold('yes')) : style.bad(style.bold('no'))
  const width = Math.max(0, ...Object.keys(acceptedBy).map((name) => name.length))
  const rows = Object.entries(acceptedBy).map(
    ([release, accepts]) =>
      `  ${release.padEnd(width)}  ${accepts ? style.good('accepts') : style.bad('refuses')}`,
  )
  const next = nextStep(result, isGood)
  const lines = [
    `${head}: ${shown(message, 2000)}`,
    ...(verdict === 'UKI_SEALED' || verdict === null ? [] : [style.dim(`${verdict}: ${verdictText(verdict)}`)]), // prettier-ignore
    ...rows,
    ...causeLines(causes),
    ...(next === null ? [] : [`next: ${next}`]),
    ...(karg === null || isGood ? [] : [`karg: ${karg}`]),
  ]
  return `${lines.join('\n')}\n`
}

function nextStep(
  { verdict, matches, causes, holds }: VerifyResult,
  isGood: boolean,
): string | null {
  if (isGood) return null
  const next = verdict === null ? null : VERDICTS[verdict].next
  if (next !== null) return next
  if (causes.length > 0) return null
  if (matches.length > 0) return 'seal the image again with the bootc release that will install it'
  return holds === null
    ? 'verify the image that holds this UKI'
    : 'seal the image again as its last step: nothing may change after the digest was computed'
}

/** Why, how it is known, where, and what to do. */
export function causeLines(causes: readonly SealCause[]): string[] {
  return causes.flatMap(({ message, proved, evidence, paths, count, fix }) => [
    `why: ${shown(message, 1000)} (${proved ? 'proved' : 'likely'}, ${shown(evidence, 40)})`,
    ...paths.slice(0, 8).map((path) => `       ${shown(path, 200)}`),
    ...(count > 8 ? [`       … ${count} paths`] : []),
    `  fix: ${shown(fix, 1000)}`,
  ])
}

/** Findings, errors first, each with its place and what to do. */
export function findingLines(findings: readonly Finding[], style: Style): string[] {
  const paint = { error: style.bad, warning: style.warn, info: style.dim }
  return findings.flatMap(({ severity, id, layer, path, message, fix }) => {
    const place = [
      ...(layer === null ? [] : [`layer ${layer}`]),
      ...(path === null ? [] : [shown(path, 200)]),
    ].join(', ')
    return [
      `  ${paint[severity](severity.padEnd(7))}  ${style.bold(shown(id, 80))}${place === '' ? '' : style.dim(`  ${place}`)}`,
      `           ${shown(message, 1000)}`,
      ...(fix === null ? [] : [style.dim(`           fix: ${shown(fix, 600)}`)]),
    ]
  })
}

/** `2 errors, 1 warning, 3 notes`. */
export function countFindings(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity'], one: string) => {
    const number = findings.filter((finding) => finding.severity === severity).length
    return number === 0 ? [] : [`${number} ${one}${number === 1 ? '' : 's'}`]
  }
  return [...count('error', 'error'), ...count('warning', 'warning'), ...count('info', 'note')].join(', ') // prettier-ignore
}

/** The headline of a report: verdict, and whether the claim was proved. */
export function headline(facts: ImageFacts, style: Style): string {
  const { verdict, proof } = facts.seal
  if (verdict === null) return style.warn(style.bold(shown(notChecked(facts), 2000)))
  const says = VERDICTS[verdict].says
  if (verdict !== 'UKI_SEALED') return `${style.warn(style.bold(verdict))}  ${says}`
  if (proof === null || proof.holds === null) return `${style.bold(verdict)}  ${says}`
  return proof.holds
    ? `${style.good(style.bold(`${verdict}, the seal holds`))}`
    : `${style.bad(style.bold(`${verdict}, the seal does not hold`))}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** 1536 → `1.5 KiB`. */
export function formatSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`
}
