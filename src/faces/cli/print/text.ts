import type { Finding, ImageFacts, SealCause } from '../../../contract/facts'
import { notChecked } from '../../../answers/words/unread'
import { VERDICTS } from '../../../answers/words/verdicts'
import { shown, type Style } from './style'

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
