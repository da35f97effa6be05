import type { ByteString, Directory, Leaf, Node, Stat } from '../../tree/node'
import { sortedEntries } from '../../tree/walk'
import { forEachStat } from '../transform'
import type { SelinuxPolicy } from './policy'

const NAME = 'security.selinux'
const LETTER = {
  file: '-',
  dir: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
} as const

/**
 * Labels a tree in place (composefs-boot selabel.rs). A file under several names gets a copy where
 * the names ask for different labels; with `share` the last visited name decides for all (composefs-rs
 * before 2026-05-22). Without a policy all labels go.
 */
export function labelTree(root: Directory, policy: SelinuxPolicy | null, share: boolean): void {
  if (policy === null) {
    forEachStat(root, (stat) => setLabel(stat, null))
    return
  }
  const first = new Map<Leaf, ByteString | null>()
  const copies = new Map<Leaf, Map<ByteString | null, Leaf>>()
  const stack: [ByteString, Node, Directory, ByteString][] = [['/', root, root, '']]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [typed, node, parent, name] = next
    const path = typed === '/' ? typed : policy.original(typed)
    const label = policy.label(path, LETTER[node.kind])
    if (node.kind === 'dir') {
      setLabel(node.stat, label)
      const prefix = path === '/' ? '/' : `${path}/`
      for (const [child, below] of sortedEntries(node).reverse()) {
        stack.push([prefix + child, below, node, child])
      }
    } else if (share || !first.has(node) || first.get(node) === label) {
      first.set(node, label)
      setLabel(node.stat, label)
    } else parent.entries.set(name, copyOf(node, label, copies))
  }
}

function copyOf(
  leaf: Leaf,
  label: ByteString | null,
  copies: Map<Leaf, Map<ByteString | null, Leaf>>,
): Leaf {
  const known = copies.get(leaf) ?? new Map<ByteString | null, Leaf>()
  copies.set(leaf, known)
  const copy = known.get(label) ?? { ...leaf, stat: { ...leaf.stat } }
  known.set(label, copy)
  setLabel(copy.stat, label)
  return copy
}

function setLabel(stat: Stat, label: ByteString | null): void {
  if (label === null && !stat.xattrs.has(NAME)) return
  const xattrs = new Map(stat.xattrs)
  if (label === null) xattrs.delete(NAME)
  else xattrs.set(NAME, label)
  stat.xattrs = xattrs
}
