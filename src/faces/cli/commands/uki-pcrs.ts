import { SealscopeError } from '../../../base/error'
import type { UkiResult } from '../../../contract/answers'

/** Bank → phase path → hex. */
type Values = Record<string, Record<string, string>>

/** PCR 11 of the profile with this number, ID or key; of the first without one. */
export function profileValues(result: UkiResult, wanted: string | null): Values {
  const keys = Object.keys(result.pcr11)
  const { profiles } = result
  const at = wanted === null ? 0 : profiles.findIndex(({ id, pcr11Key }, index) => [String(index), id, pcr11Key].includes(wanted)) // prettier-ignore
  const key = profiles.length === 0 && (wanted === null || wanted === '0') ? '0' : profiles[at]?.pcr11Key // prettier-ignore
  const values = key === undefined ? undefined : result.pcr11[key]
  if (values !== undefined && Object.keys(values).length > 0) return values
  throw new SealscopeError({
    kind: values === undefined && keys.length > 0 ? 'usage' : 'input',
    code: 'no-pcr-values',
    what: 'PCR 11 cannot be predicted',
    where: { path: result.path },
    expected: keys.length === 0 ? 'a file with a kernel' : `one of the profiles ${keys.join(', ')}`,
    found: wanted ?? (keys.length === 0 ? 'none' : 'a section whose content is not in the file'),
  })
}

/** `systemd-measure calculate`: phases one after the other, the banks of each; not the one behind the stub. */
export function measureLines(values: Values): { lines: string; phases: string[] } {
  const phases = phasesOf(values)
  const lines = phases.flatMap((phase) =>
    Object.entries(values).map(([bank, byPhase]) => `11:${bank}=${byPhase[phase] ?? ''}\n`),
  )
  return { lines: lines.join(''), phases }
}

/** `systemd-measure calculate --json=short`. */
export function systemdJson(values: Values): string {
  const phases = phasesOf(values)
  const document = Object.fromEntries(
    Object.entries(values).map(([bank, byPhase]) => [
      bank,
      phases.map((phase) => ({ phase, pcr: 11, hash: byPhase[phase] ?? '' })),
    ]),
  )
  return `${JSON.stringify(document)}\n`
}

function phasesOf(values: Values): string[] {
  const [first = {}] = Object.values(values)
  return Object.keys(first).filter((phase) => phase !== '')
}
