import type { VerifyResult } from '../contract/answers'
import { plainLine } from '../plan/escape'
import type { ImageFacts, SealCause, Verdict } from '../contract/facts'

const VERDICTS: Record<Verdict, string> = {
  NO_KERNEL: 'no kernel: the image cannot boot',
  SPLIT_KERNEL: 'not sealed: kernel and initramfs, no UKI',
  MULTI_KERNEL: 'several kernels: bootc refuses the image',
  UKI_BROKEN: 'the UKI cannot be read: bootc refuses the image',
  UKI_NO_COMPOSEFS: 'not sealed: a UKI without a composefs digest',
  UKI_UNSEALED: 'not sealed: a UKI whose digest is optional (composefs=?)',
  UKI_SEALED: 'claims to be sealed: a UKI that requires a composefs digest',
}

/** The facts as a reviewer reads them in a terminal. */
export function factsText(facts: ImageFacts): string {
  const { seal } = facts
  const lines = [`${seal.verdict}  ${VERDICTS[seal.verdict]}`]
  const row = (name: string, value: string | null | undefined) => {
    if (value) lines.push(`${name.padEnd(12)}${value}`)
  }
  row('system', facts.os?.prettyName ?? facts.os?.name)
  row('kernel', facts.kernel === null ? facts.errors.kernel : facts.kernel.version)
  row('path', facts.kernel?.path)
  row('cmdline', facts.ukis[0]?.cmdline)
  row('claimed', seal.claimed[0]?.digest)
  row('matches', seal.proof?.matches.join(', '))
  if (seal.proof?.holds === false) row('seal', 'does not hold: no form matches')
  if (seal.proof?.holds === true) row('seal', 'holds')
  lines.push(...causeLines(seal.proof?.causes ?? []))
  row('modifiers', seal.modifiers?.join(', '))
  row('kargs.d', facts.kargs?.join(' '))
  row('platform', facts.image?.platform.architecture)
  for (const finding of facts.findings) lines.push(`${finding.severity}: ${finding.message}`)
  return `${lines.join('\n')}\n`
}

export function verifyText(result: VerifyResult): string {
  const rows = Object.entries(result.acceptedBy).map(
    ([release, accepts]) => `${release}: ${accepts ? 'accepts' : 'refuses'}`,
  )
  return `${[result.message, ...rows, ...causeLines(result.causes)].join('\n')}\n`
}

/** Why, how it is known, where, and what to do. */
export function causeLines(causes: readonly SealCause[]): string[] {
  return causes.flatMap(({ message, proved, evidence, paths, count, fix }) => [
    `why: ${plainLine(message, 1000)} (${proved ? 'proved' : 'likely'}, ${evidence})`,
    ...paths.slice(0, 8).map((path) => `       ${plainLine(path, 200)}`),
    ...(count > 8 ? [`       … ${count} paths`] : []),
    `  fix: ${fix}`,
  ])
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
