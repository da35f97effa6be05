import { plainLine } from '../../../base/escape'
import type { UpgradePackages } from '../../../contract/upgrade'
import { packageSummary } from '../../../answers/facts/package-changes'

const SHOWN = 200
const LISTED = 40

/** What changes among packages, for people: how many, then the first of them; nothing where it is not known. */
export function packageLines(packages: UpgradePackages | null): string[] {
  if (packages === null) return []
  const rows = [
    ...packages.changed.map(({ name, from, to }) => `${name}: ${from} -> ${to}`),
    ...packages.added.map(({ name, version }) => `${name}: none -> ${version}`),
    ...packages.removed.map(({ name, version }) => `${name}: ${version} -> none`),
  ]
  return [
    packageSummary(packages),
    ...rows.slice(0, LISTED).map((row) => `  ${plainLine(row, SHOWN)}`),
    ...(rows.length > LISTED ? [`  … and ${rows.length - LISTED} more (--json has them)`] : []),
  ]
}
