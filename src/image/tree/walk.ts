import type { Directory, Leaf, Node } from './node'
import type { ByteString } from '../../base/byte-string'

/** Children of a directory in byte order. */
export function sortedEntries(directory: Directory): [ByteString, Node][] {
  return [...directory.entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Names of the children of a directory in byte order. */
export function sortedNames(directory: Directory): ByteString[] {
  const names = [...directory.entries.keys()]
  for (let at = 1; at < names.length; at++) {
    // Trees that were sorted before stay so: the check costs a tenth of a sort.
    if ((names[at - 1] ?? '') > (names[at] ?? '')) return names.sort()
  }
  return names
}

/** Every node below the root with its path (without leading slash), parents first, in byte order. */
export function* walk(root: Directory): Generator<[ByteString, Node]> {
  const stack: [ByteString, Node][] = sortedEntries(root).reverse()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next
    const [path, node] = next
    if (node.kind !== 'dir') continue
    for (const [name, child] of sortedEntries(node).reverse())
      stack.push([`${path}/${name}`, child])
  }
}

/** How many names each leaf has. */
export function countLinks(root: Directory): Map<Leaf, number> {
  const links = new Map<Leaf, number>()
  const stack = [root]
  for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
    for (const child of directory.entries.values()) {
      if (child.kind === 'dir') stack.push(child)
      else links.set(child, (links.get(child) ?? 0) + 1)
    }
  }
  return links
}

/** A copy whose directories and leaves may be changed freely; hard links stay hard links. */
export function cloneTree(root: Directory): Directory {
  const leaves = new Map<Leaf, Leaf>()
  const top = cloneDirectory(root)
  const stack: [Directory, Directory][] = [[root, top]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [from, to] = next
    for (const [name, child] of from.entries) {
      if (child.kind === 'dir') {
        const copy = cloneDirectory(child)
        to.entries.set(name, copy)
        stack.push([child, copy])
      } else to.entries.set(name, cloneLeaf(child, leaves))
    }
  }
  return top
}

function cloneDirectory(directory: Directory): Directory {
  return { ...directory, stat: { ...directory.stat }, entries: new Map() }
}

function cloneLeaf(leaf: Leaf, leaves: Map<Leaf, Leaf>): Leaf {
  const known = leaves.get(leaf)
  if (known !== undefined) return known
  const copy = { ...leaf, stat: { ...leaf.stat } }
  leaves.set(leaf, copy)
  return copy
}
