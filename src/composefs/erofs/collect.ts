import type { VerityAlgorithm } from '../../kernels/kernels'
import type { ByteString, Directory, Leaf, Node } from '../../tree/node'
import { sortedNames } from '../../tree/walk'
import { createInode, type ErofsVersion, type Inode } from './inode'
import { fillInode } from './leaf-inode'
import { markWhiteouts, refuseLinkedWhiteouts } from './whiteouts'
import { XattrTable } from './xattr'

const LABEL = 'security.selinux'

/** All inodes of an image in the order in which they are written. */
export interface InodeTable {
  inodes: Inode[]
  xattrs: XattrTable
}

/**
 * Collects the inodes of a tree (composefs-rs erofs/writer.rs `InodeCollector`): versions 0 and 1
 * breadth first with whiteout stubs in the root, version 2 depth first. The tree is not changed.
 */
export function collectInodes(
  root: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
): InodeTable {
  const xattrs = new XattrTable(version === 2)
  const top = version === 2 ? root : withStubs(root)
  const links = countLinks(top)
  refuseLinkedWhiteouts(links)
  const collector = new Collector(links)
  const inodes = version === 2 ? collector.depthFirst(top) : collector.breadthFirst(top)
  inodes.forEach((inode, index) => {
    inode.index = index
    fillInode(inode, version, algorithm, xattrs)
  })
  if (version !== 2) markWhiteouts(inodes, version, xattrs)
  return { inodes, xattrs }
}

/** composefs-rs tree.rs `add_overlay_whiteouts`: names 00 to ff hide the object directories below. */
function withStubs(root: Directory): Directory {
  const entries = new Map(root.entries)
  const label = root.stat.xattrs.get(LABEL)
  const xattrs = new Map(label === undefined ? [] : [[LABEL, label]])
  const stat = { ...root.stat, mode: 0o644, xattrs }
  for (let value = 0; value < 256; value++) {
    const name = value.toString(16).padStart(2, '0')
    if (entries.has(name)) continue
    entries.set(name, { kind: 'char', stat, origin: { layer: -1, entry: -1 }, major: 0, minor: 0 })
  }
  return { ...root, entries }
}

function countLinks(root: Directory): Map<Leaf, number> {
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

/** A directory on its way into the table: its sorted children next to its inode. */
interface Open {
  inode: Inode
  parent: Inode
  names: ByteString[]
  children: Node[]
}

class Collector {
  private readonly order: Inode[] = []
  private readonly leaves = new Map<Leaf, Inode>()
  private readonly directories = new Map<Directory, Inode>()
  private readonly opened: Open[] = []

  constructor(private readonly links: ReadonlyMap<Leaf, number>) {}

  depthFirst(root: Directory): Inode[] {
    const stack: [Directory | Leaf, Inode | null][] = [[root, null]]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [node, parent] = next
      if (node.kind !== 'dir') {
        this.addLeaf(node)
        continue
      }
      const open = this.open(node, parent)
      for (let at = open.children.length - 1; at >= 0; at--) {
        const child = open.children[at]
        if (child !== undefined) stack.push([child, open.inode])
      }
    }
    return this.finish()
  }

  breadthFirst(root: Directory): Inode[] {
    const home = this.canonicalDirectories(root)
    const queue = [this.open(root, null)]
    for (let at = 0; at < queue.length; at++) {
      const current = queue[at]
      if (current === undefined) break
      for (const child of current.children) {
        if (child.kind === 'dir') queue.push(this.open(child, current.inode))
        else if ((home.get(child) ?? current.inode.node) === current.inode.node) this.addLeaf(child)
      }
    }
    return this.finish()
  }

  private open(node: Directory, parent: Inode | null): Open {
    const inode = createInode(node, 0)
    const names = sortedNames(node)
    const children = names
      .map((name) => node.entries.get(name))
      .filter((child) => child !== undefined)
    const open = { inode, parent: parent ?? inode, names, children }
    this.directories.set(node, inode)
    this.opened.push(open)
    this.order.push(inode)
    return open
  }

  private addLeaf(leaf: Leaf): void {
    const nlink = this.links.get(leaf) ?? 1
    if (nlink > 1 && this.leaves.has(leaf)) return
    const inode = createInode(leaf, nlink)
    this.leaves.set(leaf, inode)
    this.order.push(inode)
  }

  /** Every inode exists now, so the directories can be filled. */
  private finish(): Inode[] {
    for (const { inode, parent, names, children } of this.opened) {
      const inodes = children.map((child) => this.inodeOf(child))
      fillListing(inode, parent, names, inodes)
    }
    return this.order
  }

  private inodeOf(node: Node): Inode {
    const inode = node.kind === 'dir' ? this.directories.get(node) : this.leaves.get(node)
    return inode ?? createInode(node, 1)
  }

  /** For leaves with several links: the directory of the first one in depth-first byte order. */
  private canonicalDirectories(root: Directory): Map<Leaf, Directory> {
    const home = new Map<Leaf, Directory>()
    let open = 0
    for (const count of this.links.values()) if (count > 1) open++
    if (open === 0) return home
    const stack: [Directory, Node][] = [[root, root]]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [parent, node] = next
      if (node.kind !== 'dir') {
        if ((this.links.get(node) ?? 1) > 1 && !home.has(node)) home.set(node, parent)
        continue
      }
      const names = sortedNames(node)
      for (let at = names.length - 1; at >= 0; at--) {
        const child = node.entries.get(names[at] ?? '')
        if (child !== undefined) stack.push([node, child])
      }
    }
    return home
  }
}

/** `.` and `..` go where their bytes sort; `!` and `-` come before them. */
function fillListing(
  inode: Inode,
  parent: Inode,
  names: readonly ByteString[],
  inodes: readonly Inode[],
): void {
  const allNames: ByteString[] = []
  const allInodes: Inode[] = []
  let at = 0
  for (const [dot, target] of [
    ['.', inode],
    ['..', parent],
  ] as const) {
    for (; at < names.length && (names[at] ?? '') < dot; at++) {
      allNames.push(names[at] ?? '')
      allInodes.push(inodes[at] ?? inode)
    }
    allNames.push(dot)
    allInodes.push(target)
  }
  for (; at < names.length; at++) {
    allNames.push(names[at] ?? '')
    allInodes.push(inodes[at] ?? inode)
  }
  inode.nlink = 0
  for (const { kind } of allInodes) if (kind === 'dir') inode.nlink++
  inode.listing = { names: allNames, inodes: allInodes, starts: [] }
}
