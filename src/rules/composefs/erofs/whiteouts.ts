import { SealscopeError } from '../../../base/error'
import type { Directory, Leaf } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import type { ErofsVersion, Inode } from './inode'
import { compareByName, type Xattr, type XattrTable } from './xattr'

const LABEL = 'security.selinux'
const STUB_NAME = /^[0-9a-f]{2}$/

/** composefs-rs erofs/writer.rs `validate_filesystem`: a device 0:0 must not be hard linked. */
export function refuseLinkedWhiteouts(links: ReadonlyMap<Leaf, number>): void {
  for (const [leaf, count] of links) {
    if (count === 1 || !isWhiteout(leaf)) continue
    throw new SealscopeError({
      code: 'erofs-whiteout',
      what: 'invalid composefs filesystem: whiteout inode has nlink > 1',
      where: { layer: leaf.origin.layer },
      found: `${count} links`,
    })
  }
}

/** Is there any character device 0:0 in a tree? */
export function hasWhiteouts(root: Directory): boolean {
  const stack = [root]
  for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
    for (const child of directory.entries.values()) {
      if (child.kind === 'dir') stack.push(child)
      else if (isWhiteout(child)) return true
    }
  }
  return false
}

/**
 * Versions 0 and 1: a character device 0:0 of the image becomes a marked regular file, since overlayfs
 * would take it for a whiteout; its directory is marked too, and the root hides the object
 * directories (C mkcomposefs `add_overlayfs_xattrs`).
 */
export function markWhiteouts(
  inodes: readonly Inode[],
  version: ErofsVersion,
  table: XattrTable,
): void {
  const [root] = inodes
  if (root === undefined) return
  for (const inode of inodes) {
    if (inode.listing === null) continue
    let found = false
    inode.listing.inodes.forEach((child, at) => {
      if (child.node.kind !== 'char' || !isWhiteout(child.node)) return
      if (inode === root && isStub(inode.listing?.names[at] ?? '', child.node, root)) return
      found = true
      child.kind = 'file'
      add(child, [
        table.get('trusted.overlay.overlay.whiteout', ''),
        table.get('user.overlay.whiteout', ''),
      ])
    })
    if (found) add(inode, directoryMarks(version, table))
  }
  add(root, [table.get('trusted.overlay.opaque', 'y')])
}

function directoryMarks(version: ErofsVersion, table: XattrTable): Xattr[] {
  const marks = [
    table.get('trusted.overlay.overlay.whiteouts', ''),
    table.get('user.overlay.whiteouts', ''),
  ]
  if (version === 0) return marks
  return [
    ...marks,
    table.get('trusted.overlay.overlay.opaque', 'x'),
    table.get('user.overlay.opaque', 'x'),
  ]
}

function add(inode: Inode, more: Xattr[]): void {
  inode.xattrs = [...inode.xattrs, ...more].sort(compareByName)
}

function isWhiteout(leaf: Leaf): boolean {
  return leaf.kind === 'char' && leaf.major === 0 && leaf.minor === 0
}

/** composefs-rs tells its own stubs by their looks, so that a device of the image may pass for one. */
function isStub(name: ByteString, leaf: Leaf, root: Inode): boolean {
  const { stat } = root.node
  const label = stat.xattrs.get(LABEL)
  return (
    STUB_NAME.test(name) &&
    leaf.stat.mode === 0o644 &&
    leaf.stat.uid === stat.uid &&
    leaf.stat.gid === stat.gid &&
    leaf.stat.mtimeSec === stat.mtimeSec &&
    leaf.stat.mtimeNsec === stat.mtimeNsec &&
    leaf.stat.xattrs.size === (label === undefined ? 0 : 1) &&
    leaf.stat.xattrs.get(LABEL) === label
  )
}
