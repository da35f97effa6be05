import type { Directory, Leaf, Node } from '../../../image/tree/node'
import { sortedEntries } from '../../../image/tree/walk'

export interface EtcConflict {
  path: string
  why: string
}

/** What becomes of /etc (bootc crates/etc-merge). */
export interface EtcMerge {
  /** Paths of the host that are kept, with what happened to them there. */
  kept: { path: string; change: 'added' | 'modified' | 'removed' }[]
  conflicts: EtcConflict[]
  /** Files that the host left as they were. */
  unchanged: number
}

/**
 * Three-way merge as bootc does it: what the host added, changed or removed against the pristine /etc stays;
 * everything else comes from the new image. Where the kinds of a changed path do not fit, nothing is staged.
 */
export function mergeEtc(pristine: Directory, current: Directory, next: Directory): EtcMerge {
  const merge: EtcMerge = { kept: [], conflicts: [], unchanged: 0 }
  const stack: [string, Directory, Directory | null][] = [['', pristine, current]]
  const seen: [string, Directory | null, Directory][] = [['', pristine, current]]
  for (let at = seen.pop(); at !== undefined; at = seen.pop()) {
    const [prefix, old, now] = at
    for (const [name, node] of sortedEntries(now)) {
      const path = prefix + name
      if (node.kind !== 'dir' && node.kind !== 'file' && node.kind !== 'symlink') continue
      const before = old?.entries.get(name)
      const change = before === undefined ? 'added' : isSame(before, node) ? null : 'modified'
      if (change !== null) keep(merge, next, path, node, change)
      else if (node.kind !== 'dir') merge.unchanged++
      if (node.kind === 'dir') seen.push([`${path}/`, before?.kind === 'dir' ? before : null, node])
    }
  }
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const [prefix, old, now] = at
    for (const [name, node] of sortedEntries(old)) {
      const there = now?.entries.get(name)
      if (there === undefined) merge.kept.push({ path: prefix + name, change: 'removed' })
      else if (node.kind === 'dir' && there.kind === 'dir')
        stack.push([`${prefix}${name}/`, node, there])
    }
  }
  merge.kept.sort((a, b) => (a.path < b.path ? -1 : 1))
  return merge
}

function keep(
  merge: EtcMerge,
  next: Directory,
  path: string,
  node: Node,
  change: 'added' | 'modified',
): void {
  merge.kept.push({ path, change })
  if (node.kind === 'dir') refuseFile(merge, next, path)
  else if (at(next, path)?.kind === 'dir') {
    merge.conflicts.push({ path, why: `File '${path}' now defaults to a directory in new etc` })
  }
  // A folder counts with what changed inside of it.
  const parts = path.split('/')
  for (let count = parts.length - 1; count > 0; count--) {
    refuseFile(merge, next, parts.slice(0, count).join('/'))
  }
}

function refuseFile(merge: EtcMerge, next: Directory, path: string): void {
  const wanted = at(next, path)
  if (wanted === null || wanted.kind === 'dir') return
  if (merge.conflicts.some((each) => each.path === path)) return
  merge.conflicts.push({ path, why: `Directory '${path}' now defaults to a file in new etc` })
}

/** A node, or what stands in the way to it. */
function at(root: Directory, path: string): Node | null {
  let node: Node = root
  for (const part of path.split('/')) {
    if (node.kind !== 'dir') return null
    const child = node.entries.get(part)
    if (child === undefined) return null
    node = child
  }
  return node
}

/** Mode and owner, and for leaves content; times and attributes do not count. */
export function isSame(a: Node, b: Node): boolean {
  if (a.kind !== b.kind) return false
  const { stat } = a
  if (stat.mode !== b.stat.mode || stat.uid !== b.stat.uid || stat.gid !== b.stat.gid) return false
  if (a.kind === 'dir' || b.kind === 'dir') return true
  return isSameContent(a, b)
}

function isSameContent(a: Leaf, b: Leaf): boolean {
  if (a.kind === 'symlink' && b.kind === 'symlink') return a.target === b.target
  if (a.kind !== 'file' || b.kind !== 'file') return true
  if (a.content.size !== b.content.size) return false
  const [one, other] = [a.content.inline, b.content.inline]
  if (one !== null && other !== null) return one.every((byte, index) => byte === other[index])
  return a.content.verity.sha512 === b.content.verity.sha512
}

/** Paths of the two images' /etc where a host that changed them could not be upgraded: the kinds differ. */
export function possibleConflicts(pristine: Directory, next: Directory): EtcConflict[] {
  const conflicts: EtcConflict[] = []
  const stack: [string, Directory, Directory][] = [['', pristine, next]]
  for (let here = stack.pop(); here !== undefined; here = stack.pop()) {
    const [prefix, old, now] = here
    for (const [name, node] of sortedEntries(old)) {
      const there = now.entries.get(name)
      if (there === undefined) continue
      const path = prefix + name
      if (node.kind === 'dir' && there.kind === 'dir') stack.push([`${path}/`, node, there])
      else if (node.kind === 'dir')
        conflicts.push({ path, why: `Directory '${path}' now defaults to a file in new etc` })
      else if (there.kind === 'dir')
        conflicts.push({ path, why: `File '${path}' now defaults to a directory in new etc` })
    }
  }
  return conflicts.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Files of the two images' /etc: what comes new or changed, and how much stays. */
export function changedDefaults(
  pristine: Directory,
  next: Directory,
): { changed: string[]; unchanged: number } {
  const changed: string[] = []
  let unchanged = 0
  const stack: [string, Directory | null, Directory][] = [['', pristine, next]]
  for (let here = stack.pop(); here !== undefined; here = stack.pop()) {
    const [prefix, old, now] = here
    for (const [name, node] of sortedEntries(now)) {
      const before = old?.entries.get(name)
      const path = prefix + name
      if (node.kind === 'dir')
        stack.push([`${path}/`, before?.kind === 'dir' ? before : null, node])
      else if (before !== undefined && isSame(before, node)) unchanged++
      else changed.push(path)
    }
  }
  return { changed: changed.sort(), unchanged }
}
