import { SealscopeError } from '../../base/error'
import type { ByteString } from '../../base/byte-string'
import { resolve } from '../tree/lookup'
import type { Directory, Node } from '../tree/node'
import type { FileLeaf } from '../tree/reader'

/** What a path leads to, links followed as in a chroot; undefined where it leads nowhere. */
function nodeAt(root: Directory, path: ByteString): Node | undefined {
  try {
    return resolve(root, path, 'chroot')
  } catch (thrown) {
    // Whoever reads the file says what is wrong with its path.
    if (thrown instanceof SealscopeError) return undefined
    throw thrown
  }
}

/** The file at a path, none or one. */
export function fileAt(root: Directory, path: ByteString): FileLeaf[] {
  const node = nodeAt(root, path)
  return node?.kind === 'file' ? [node] : []
}

/** The files of a folder whose names end in `suffix`, links followed. */
export function filesIn(root: Directory, folder: ByteString, suffix: string): FileLeaf[] {
  const node = nodeAt(root, folder)
  if (node?.kind !== 'dir') return []
  const found: FileLeaf[] = []
  for (const [name, child] of node.entries) {
    if (!name.endsWith(suffix)) continue
    if (child.kind === 'file') found.push(child)
    else if (child.kind === 'symlink') found.push(...fileAt(root, `${folder}/${name}`))
  }
  return found
}

/** As needs of their bytes. */
export function bytesOf(leaves: readonly FileLeaf[]): { leaf: FileLeaf; kind: 'bytes' }[] {
  return leaves.map((leaf) => ({ leaf, kind: 'bytes' }))
}
