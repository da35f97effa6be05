import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { Directory, Leaf, Node } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { countLinks, sortedNames } from '../../../image/tree/walk'
import { createInode, type ErofsVersion, type Inode } from './inode'
import { fillInode } from './leaf-inode'
import { markWhiteouts, refuseLinkedWhiteouts } from './whiteouts'
import { XattrTable } from './xattr'

const LABEL = 'security.selinux'
const NO_LISTING = { names: [], inodes: [] }

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
  const xattrs = new XattrTable(version !== 2)
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

class Collector {
  private readonly order: Inode[] = []
  /** Inodes of leaves with several names. */
  private readonly linked = new Map<Leaf, Inode>()
  private readonly ordered = new Set<Inode>()

  constructor(private readonly links: ReadonlyMap<Leaf, number>) {}

  depthFirst(root: Directory): Inode[] {
    const stack = [this.open(createInode(root, 0), null)]
    for (let inode = stack.pop(); inode !== undefined; inode = stack.pop()) {
      this.add(inode)
      const children = this.childrenOf(inode)
      for (let at = children.length - 1; at >= 0; at--) {
        const child = children[at]
        if (child !== undefined) stack.push(this.open(child, inode))
      }
    }
    return this.order
  }

  breadthFirst(root: Directory): Inode[] {
    const home = this.canonicalDirectories(root)
    const queue = [this.open(createInode(root, 0), null)]
    this.order.push(...queue)
    for (let at = 0; at < queue.length; at++) {
      const current = queue[at]
      if (current === undefined) break
      for (const child of this.childrenOf(current)) {
        const { node } = child
        if (node.kind !== 'dir') {
          if ((home.get(node) ?? current.node) === current.node) this.add(child)
          continue
        }
        this.order.push(child)
        queue.push(this.open(child, current))
      }
    }
    return this.order
  }

  private add(inode: Inode): void {
    if (inode.nlink > 1 && inode.kind !== 'dir') {
      if (this.ordered.has(inode)) return
      this.ordered.add(inode)
    }
    this.order.push(inode)
  }

  /** Gives a directory's inode its listing; the children's own listings come when they are opened. */
  private open(inode: Inode, parent: Inode | null): Inode {
    const { node } = inode
    if (node.kind !== 'dir') return inode
    const names = sortedNames(node)
    const children: Inode[] = []
    for (const name of names) {
      const child = node.entries.get(name)
      if (child !== undefined) children.push(this.inodeOf(child))
    }
    fillListing(inode, parent ?? inode, names, children)
    return inode
  }

  private inodeOf(node: Node): Inode {
    if (node.kind === 'dir') return createInode(node, 0)
    const nlink = this.links.get(node) ?? 1
    if (nlink === 1) return createInode(node, 1)
    const known = this.linked.get(node) ?? createInode(node, nlink)
    this.linked.set(node, known)
    return known
  }

  /** All but `.` and `..`. */
  private childrenOf(inode: Inode): Inode[] {
    const { names, inodes } = inode.listing ?? NO_LISTING
    return inodes.filter((_, at) => names[at] !== '.' && names[at] !== '..')
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
