import type { AcceptRow } from '../../../contract/facts'

/** Who accepts a seal, in one or two sentences: fresh installs first, then hosts that are upgraded. */
export function acceptedInWords(rows: readonly AcceptRow[]): string {
  if (rows.every(({ accepts }) => !accepts)) {
    return 'But no bootc release of the table takes this form.'
  }
  const releases = [...new Set(rows.map(({ bootc }) => bootc))]
  const accepts = (bootc: string, fresh: boolean) =>
    rows.some((row) => row.bootc === bootc && (row.repository === 'new') === fresh && row.accepts)
  const fresh = releases.filter((bootc) => accepts(bootc, true))
  const upgrades = releases.filter((bootc) => !accepts(bootc, true) && accepts(bootc, false))
  const refusing = releases.filter((bootc) => !accepts(bootc, true) && !accepts(bootc, false))
  return [
    fresh.length > 0 && `A fresh install takes it with bootc ${fresh.join(', ')}.`,
    upgrades.length > 0 &&
      `bootc ${upgrades.join(', ')} refuses a fresh install and takes it only on some hosts that are upgraded.`,
    refusing.length > 0 && `bootc ${refusing.join(', ')} refuses it.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ')
}
