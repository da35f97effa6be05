import type { UpgradePackages } from '../../contract/upgrade'
import type { Package, PackageList } from '../../formats/packages/package-list'

/**
 * What differs between the packages of two images, by name; null where one list is not known. A name may be
 * there more than once (kernels side by side, two architectures): what both have is no change, what is left is
 * paired within an architecture, then across them.
 */
export function packageChanges(
  before: PackageList | null,
  after: PackageList | null,
): UpgradePackages | null {
  if (before === null || after === null) return null
  const [old, next] = [byName(before.packages), byName(after.packages)]
  const changes: UpgradePackages = { added: [], removed: [], changed: [] }
  for (const name of [...new Set([...old.keys(), ...next.keys()])].sort()) {
    changesOf(name, old.get(name) ?? [], next.get(name) ?? [], changes)
  }
  return changes
}

/** `4 packages change: 2 other versions, 1 added, 1 removed`. */
export function packageSummary({ added, removed, changed }: UpgradePackages): string {
  const count = added.length + removed.length + changed.length
  if (count === 0) return 'no package changes'
  const parts = [
    ...(changed.length > 0 ? [`${changed.length} in another version`] : []),
    ...(added.length > 0 ? [`${added.length} added`] : []),
    ...(removed.length > 0 ? [`${removed.length} removed`] : []),
  ]
  return `${count} ${count === 1 ? 'package changes' : 'packages change'}: ${parts.join(', ')}`
}

function byName(packages: readonly Package[]): Map<string, Package[]> {
  return grouped(packages, ({ name }) => name)
}

function grouped(
  packages: readonly Package[],
  keyOf: (each: Package) => string,
): Map<string, Package[]> {
  const groups = new Map<string, Package[]>()
  for (const each of packages) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return groups
}

function changesOf(
  name: string,
  before: readonly Package[],
  after: readonly Package[],
  { added, removed, changed }: UpgradePackages,
): void {
  const same = match(before, after, ({ version, arch }) => JSON.stringify([version, arch]))
  const arches = match(same.left, same.right, ({ arch }) => arch ?? '')
  const rest = match(arches.left, arches.right, () => '')
  for (const [one, other] of [...arches.pairs, ...rest.pairs]) {
    const whole = one.version === other.version
    changed.push({ name, from: label(one, whole), to: label(other, whole) })
  }
  removed.push(...rest.left.map(({ version }) => ({ name, version })))
  added.push(...rest.right.map(({ version }) => ({ name, version })))
}

/** With the architecture where nothing else differs. */
function label({ version, arch }: Package, whole: boolean): string {
  return whole ? `${version} (${arch ?? 'no architecture'})` : version
}

interface Matched {
  pairs: [Package, Package][]
  left: Package[]
  right: Package[]
}

/** Pairs what has the same key, in order; linear. */
function match(
  before: readonly Package[],
  after: readonly Package[],
  keyOf: (each: Package) => string,
): Matched {
  const waiting = grouped(after, keyOf)
  const taken = new Map<string, number>()
  const pairs: [Package, Package][] = []
  const left: Package[] = []
  for (const each of before) {
    const key = keyOf(each)
    const at = taken.get(key) ?? 0
    const other = waiting.get(key)?.[at]
    if (other === undefined) left.push(each)
    else {
      pairs.push([each, other])
      taken.set(key, at + 1)
    }
  }
  const right = [...waiting].flatMap(([key, list]) => list.slice(taken.get(key) ?? 0))
  return { pairs, left, right }
}
