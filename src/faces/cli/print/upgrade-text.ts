import type { UpgradePlan } from '../../../contract/upgrade'
import { plainLine } from '../../../base/escape'
import { packageLines } from './package-lines'
import type { Style } from './style'

const SHOWN = 400
const LISTED = 40

/** What an upgrade does, for people: whether hosts take it, what they fetch, what they start next. */
export function upgradeText(plan: UpgradePlan, style: Style): string {
  const { fetch, objects, softReboot, etc, esp, entries } = plan
  const lines = [
    headOf(plan, style),
    `fetch: ${fetch.layers} layers, ${fetch.bytes} bytes (${fetch.sharedLayers} shared)`,
    `files: ${objects.new} new, ${objects.bytes} bytes (${objects.shared} shared)`,
    ...packageLines(plan.packages),
    `soft reboot: ${softReboot.possible ? 'possible' : 'not possible'}, ${softReboot.why}`,
    ...entries.staged.map(({ path }) => `staged: ${plainLine(path, SHOWN)}`),
    ...entries.after.map(({ path }) => `after the restart: ${plainLine(path, SHOWN)}`),
    ...etcLines(etc),
    ...(esp === null ? [] : [`ESP: ${esp.used} of ${esp.size} bytes used, room for ${esp.fits} deployments`]), // prettier-ignore
    ...plan.warnings.map(({ message }) => `warning: ${plainLine(message, SHOWN)}`),
  ]
  return `${lines.join('\n')}\n`
}

function headOf({ answer, refusal, bootc, repository }: UpgradePlan, style: Style): string {
  const host = `bootc ${bootc} on a host with ${repository === 'new' ? 'its own new' : `a ${repository}`} repository` // prettier-ignore
  if (answer === 'same') return `hosts that run A have B already`
  if (refusal === null) return style.good(`hosts that run A take B (${host})`)
  const text = plainLine(refusal.text, SHOWN)
  const fix = refusal.fix === null ? '' : `\n  way out: ${plainLine(refusal.fix, SHOWN)}`
  if (answer === 'unknown') return `${style.warn('no answer')}: ${text}${fix}`
  return `${style.bad(`hosts that run A refuse B (${host})`)}: ${text}${fix}`
}

function etcLines({ merged, conflicts, unchanged, judged }: UpgradePlan['etc']): string[] {
  const kind = judged ? 'kept from the host' : 'new or changed with B'
  return [
    `/etc: ${merged.length} paths ${kind}, ${unchanged} files unchanged`,
    ...merged.slice(0, LISTED).map((path) => `  /etc/${plainLine(path, SHOWN)}`),
    ...(merged.length > LISTED ? [`  … and ${merged.length - LISTED} more (--json has them)`] : []),
    ...conflicts.map(({ path, why }) => `  conflict${judged ? '' : ' if changed on the host'}: /etc/${plainLine(path, SHOWN)}: ${plainLine(why, SHOWN)}`), // prettier-ignore
  ]
}
