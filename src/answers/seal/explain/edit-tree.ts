import type { Directory, Leaf, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'

/** What becomes of a stat; the same object when nothing changes. */
export type EditStat = (stat: Stat, kind: 'dir' | 'leaf', path: ByteString) => Stat

/**
 * A copy of a tree with other stats, hard links kept. What does not change is shared with the original;
 * null when nothing changes at all. Paths carry no leading slash; the root's is empty.
 */
export function editStats(root: Directory, edit: EditStat): Directory | null {
  const leaves = new Map<Leaf, Leaf>()
  let changed = false
  const copyDirectory = (directory: Directory, path: ByteString): Directory => {
    const stat = edit(directory.stat, 'dir', path)
    if (stat !== directory.stat) changed = true
    return { ...directory, stat, entries: new Map(directory.entries) }
  }
  const top = copyDirectory(root, '')
  const stack: [Directory, ByteString][] = [[top, '']]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [directory, path] = next
    for (const [name, child] of directory.entries) {
      const below = path === '' ? name : `${path}/${name}`
      if (child.kind === 'dir') {
        const copy = copyDirectory(child, below)
        directory.entries.set(name, copy)
        stack.push([copy, below])
        continue
      }
      const known = leaves.get(child)
      const stat = known === undefined ? edit(child.stat, 'leaf', below) : child.stat
      const leaf = known ?? (stat === child.stat ? child : { ...child, stat })
      leaves.set(child, leaf)
      if (leaf === child) continue
      changed = true
      directory.entries.set(name, leaf)
    }
  }
  return changed ? top : null
}

/** A copy of a tree with other children in one directory; null when it is not there or nothing changes. */
export function editDirectory(
  root: Directory,
  path: readonly ByteString[],
  edit: (entries: Directory['entries']) => boolean,
): Directory | null {
  const top = { ...root, entries: new Map(root.entries) }
  let at = top
  for (const name of path) {
    const next = at.entries.get(name)
    if (next?.kind !== 'dir') return null
    const copy = { ...next, entries: new Map(next.entries) }
    at.entries.set(name, copy)
    at = copy
  }
  return edit(at.entries) ? top : null
}
