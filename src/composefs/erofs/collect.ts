import { SealscopeError } from '../../bytes/error'
import type { VerityAlgorithm } from '../../kernels/kernels'
import type { ByteString, Directory, Leaf, Stat } from '../../tree/node'
import { sortedEntries } from '../../tree/walk'
import { FILE_TYPE, MODE_BITS, type DirectoryEntry, type ErofsVersion, type Inode } from './inode'
import { escapeOverlay, makeXattr } from './xattr'

const SELINUX = 'security.selinux'

/** All inodes of an image in the order in which they are written. */
export interface InodeTable {
  inodes: Inode[]
  index: Map<Directory | Leaf, number>
}

/**
 * Collects the inodes of a tree (composefs-rs erofs/writer.rs): versions 0 and 1 breadth first with
 * whiteout stubs in the root, version 2 depth first. The tree is not changed.
 */
export function collectInodes(
  root: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
): InodeTable {
  const top = version === 2 ? root : withStubs(root)
  const order = version === 2 ? depthFirst(top) : breadthFirst(top)
  const links = countLinks(top)
  const parents = findParents(top)
  const index = new Map<Directory | Leaf, number>()
  order.forEach((node, position) => index.set(node, position))
  const builder = new Builder(top, version, algorithm, links, parents)
  const inodes = order.map((node) => builder.inode(node))
  if (version !== 2) builder.markWhiteouts(inodes, index)
  return { inodes, index }
}

/** composefs-rs erofs/writer.rs `add_overlay_whiteouts`: names 00 to ff hide lower directories. */
function withStubs(root: Directory): Directory {
  const entries = new Map(root.entries)
  const label = root.stat.xattrs.get(SELINUX)
  const xattrs = new Map(label === undefined ? [] : [[SELINUX, label]])
  const stat: Stat = { ...root.stat, mode: 0o644, xattrs }
  for (let value = 0; value < 256; value++) {
    const name = value.toString(16).padStart(2, '0')
    if (entries.has(name)) continue
    entries.set(name, { kind: 'char', stat, origin: { layer: -1, entry: -1 }, major: 0, minor: 0 })
  }
  return { ...root, entries }
}

function depthFirst(root: Directory): (Directory | Leaf)[] {
  const order: (Directory | Leaf)[] = []
  const seen = new Set<Leaf>()
  const stack: (Directory | Leaf)[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind !== 'dir') {
      if (seen.has(node)) continue
      seen.add(node)
      order.push(node)
      continue
    }
    order.push(node)
    for (const [, child] of sortedEntries(node).reverse()) stack.push(child)
  }
  return order
}

function breadthFirst(root: Directory): (Directory | Leaf)[] {
  const home = canonicalDirectories(root)
  const order: (Directory | Leaf)[] = [root]
  const seen = new Set<Leaf>()
  const queue: Directory[] = [root]
  for (let at = 0; at < queue.length; at++) {
    const directory = queue[at]
    if (directory === undefined) break
    for (const [, child] of sortedEntries(directory)) {
      if (child.kind === 'dir') {
        order.push(child)
        queue.push(child)
      } else if (!seen.has(child) && (home.get(child) ?? directory) === directory) {
        seen.add(child)
        order.push(child)
      }
    }
  }
  return order
}

/** For leaves with several links: the directory of the first one in depth-first byte order. */
function canonicalDirectories(root: Directory): Map<Leaf, Directory> {
  const links = countLinks(root)
  const home = new Map<Leaf, Directory>()
  const stack: [Directory, Leaf | Directory][] = [[root, root]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [parent, node] = next
    if (node.kind === 'dir') {
      for (const [, child] of sortedEntries(node).reverse()) stack.push([node, child])
    } else if ((links.get(node) ?? 1) > 1 && !home.has(node)) home.set(node, parent)
  }
  return home
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

function findParents(root: Directory): Map<Directory, Directory> {
  const parents = new Map([[root, root]])
  const stack = [root]
  for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
    for (const child of directory.entries.values()) {
      if (child.kind !== 'dir') continue
      parents.set(child, directory)
      stack.push(child)
    }
  }
  return parents
}

class Builder {
  constructor(
    private readonly root: Directory,
    private readonly version: ErofsVersion,
    private readonly algorithm: VerityAlgorithm,
    private readonly links: Map<Leaf, number>,
    private readonly parents: Map<Directory, Directory>,
  ) {}

  inode(node: Directory | Leaf): Inode {
    const inode: Inode = {
      node,
      mode: (node.stat.mode & 0o7777) | MODE_BITS[node.kind],
      fileType: FILE_TYPE[node.kind],
      nlink: node.kind === 'dir' ? 0 : (this.links.get(node) ?? 1),
      size: 0,
      rdev: 0,
      xattrs: [],
      entries: [],
      tail: null,
      layout: 'plain',
    }
    if (node.kind === 'dir') this.fillDirectory(inode, node)
    else this.fillLeaf(inode, node)
    for (const [name, value] of [...node.stat.xattrs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.add(inode, escapeOverlay(name), value)
    }
    return inode
  }

  private fillDirectory(inode: Inode, node: Directory): void {
    const entries: DirectoryEntry[] = [
      { name: '.', target: node, fileType: FILE_TYPE.dir },
      { name: '..', target: this.parents.get(node) ?? node, fileType: FILE_TYPE.dir },
    ]
    for (const [name, child] of node.entries) {
      entries.push({ name, target: child, fileType: FILE_TYPE[child.kind] })
    }
    inode.entries = entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    inode.nlink = entries.filter((entry) => entry.fileType === FILE_TYPE.dir).length
  }

  private fillLeaf(inode: Inode, node: Leaf): void {
    if (node.kind === 'char' || node.kind === 'block') inode.rdev = deviceNumber(node)
    else if (node.kind === 'symlink') {
      this.fillInline(inode, node.target)
      inode.layout = 'inline'
    } else if (node.kind === 'file') this.fillFile(inode, node)
  }

  private fillFile(inode: Inode, node: Extract<Leaf, { kind: 'file' }>): void {
    const { size, inline } = node.content
    if (inline !== null) return this.fillInline(inode, String.fromCharCode(...inline))
    const digest = node.content.verity[this.algorithm]
    if (digest === null) {
      throw new SealscopeError({
        kind: 'internal',
        code: 'no-verity',
        what: `a file has no ${this.algorithm} fs-verity digest`,
        where: { layer: node.origin.layer },
      })
    }
    inode.size = size
    inode.layout = 'chunked'
    inode.tail = '\xff\xff\xff\xff'
    const bytes = unhex(digest)
    const head = String.fromCharCode(0, 4 + bytes.length, 0, this.algorithm === 'sha512' ? 2 : 1)
    this.add(inode, 'trusted.overlay.metacopy', head + bytes)
    this.add(inode, 'trusted.overlay.redirect', `/${digest.slice(0, 2)}/${digest.slice(2)}`)
  }

  private fillInline(inode: Inode, text: ByteString): void {
    inode.size = text.length
    if (text.length === 0) return
    inode.tail = text
    inode.layout = 'inline'
  }

  private add(inode: Inode, name: ByteString, value: ByteString): void {
    inode.xattrs.push(makeXattr(name, value, this.version === 2))
  }

  /** User whiteouts become marked regular files (C mkcomposefs; composefs-rs erofs/writer.rs). */
  markWhiteouts(inodes: Inode[], index: Map<Directory | Leaf, number>): void {
    for (const inode of inodes) {
      if (inode.node.kind !== 'dir') continue
      let holdsWhiteout = false
      for (const entry of inode.entries) {
        const { target } = entry
        if (target.kind !== 'char' || deviceNumber(target) !== 0) continue
        if (inode.node === this.root && this.isStub(entry.name, target)) continue
        holdsWhiteout = true
        entry.fileType = FILE_TYPE.file
        this.escapeWhiteout(inodes[index.get(target) ?? -1])
      }
      if (holdsWhiteout) this.markDirectory(inode)
    }
    const top = inodes[0]
    if (top !== undefined) this.add(top, 'trusted.overlay.opaque', 'y')
  }

  private escapeWhiteout(inode: Inode | undefined): void {
    if (inode === undefined || inode.fileType === FILE_TYPE.file) return
    inode.fileType = FILE_TYPE.file
    inode.mode = (inode.mode & 0o7777) | MODE_BITS.file
    this.add(inode, 'trusted.overlay.overlay.whiteout', '')
    this.add(inode, 'user.overlay.whiteout', '')
  }

  private markDirectory(inode: Inode): void {
    this.add(inode, 'trusted.overlay.overlay.whiteouts', '')
    this.add(inode, 'user.overlay.whiteouts', '')
    if (this.version === 0) return
    this.add(inode, 'trusted.overlay.overlay.opaque', 'x')
    this.add(inode, 'user.overlay.opaque', 'x')
  }

  private isStub(name: ByteString, leaf: Leaf): boolean {
    const { stat } = this.root
    const label = stat.xattrs.get(SELINUX)
    return (
      /^[0-9a-f]{2}$/.test(name) &&
      leaf.stat.mode === 0o644 &&
      leaf.stat.uid === stat.uid &&
      leaf.stat.gid === stat.gid &&
      leaf.stat.mtimeSec === stat.mtimeSec &&
      leaf.stat.mtimeNsec === stat.mtimeNsec &&
      leaf.stat.xattrs.size === (label === undefined ? 0 : 1) &&
      leaf.stat.xattrs.get(SELINUX) === label
    )
  }
}

/** Linux' 64-bit makedev; must fit 32 bits (composefs-rs stops otherwise). */
export function deviceNumber(device: { major: number; minor: number }): number {
  const { major, minor } = device
  if (major > 0xfff || minor > 0xfffff) {
    throw new SealscopeError({
      code: 'device-number',
      what: 'a device number does not fit 32 bits',
      expected: 'major up to 4095, minor up to 1048575',
      found: `${major}:${minor}`,
    })
  }
  return (((major & 0xfff) << 8) | ((minor & 0xfff00) << 12) | (minor & 0xff)) >>> 0
}

function unhex(hex: string): ByteString {
  let text = ''
  for (let at = 0; at < hex.length; at += 2) {
    text += String.fromCharCode(parseInt(hex.slice(at, at + 2), 16))
  }
  return text
}
