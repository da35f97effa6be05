import { SealscopeError } from '../../base/error'
import { resolve } from '../../image/tree/lookup'
import type { Directory, Node } from '../../image/tree/node'
import type { ContentReader, FileLeaf } from '../../image/tree/reader'

/** Text of a file; what is beyond the limit does not count. */
export function textOf(leaf: FileLeaf, reader: ContentReader): string {
  return new TextDecoder().decode(reader.bytes(leaf).subarray(0, TEXT_LIMIT))
}

const TEXT_LIMIT = 1_000_000

/** Links that run in a circle, and paths that no kernel takes, lead to nothing. */
export function nodeAt(root: Directory, path: string): Node | undefined {
  try {
    return resolve(root, path, 'chroot')
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return undefined
    throw thrown
  }
}

/** Text of the file at a path, links followed; null without one. */
export function textAt(root: Directory, reader: ContentReader, path: string): string | null {
  const node = nodeAt(root, path)
  return node?.kind === 'file' ? textOf(node, reader) : null
}
