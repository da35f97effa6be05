import { emptyDirectory } from '../../../image/tree/create'
import { splitPath } from '../../../image/tree/path'
import type { Directory, Leaf, Node } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { loadKernels } from '../../../base/hash/testing/load'
import { scanTools } from '../../../formats/uki/digest-set'
import { scanUki } from '../../../formats/uki/uki-sink'
import type { ContentReader } from '../../../image/tree/reader'

/** An entry of a golden tree: paths, targets and contents are text or base64. */
export interface TreeEntry {
  path?: string
  path_base64?: string
  type: 'dir' | 'file' | 'symlink' | 'fifo'
  mode?: string
  content?: string
  content_base64?: string
  target?: string
  target_base64?: string
}

export interface TestTree {
  root: Directory
  contents: Map<Leaf, Uint8Array>
}

/** Builds the tree that golden data describes; missing parents are directories. */
export function buildTree(entries: readonly TreeEntry[]): TestTree {
  const root = emptyDirectory(null)
  const contents = new Map<Leaf, Uint8Array>()
  for (const entry of entries) {
    const parts = splitPath(byteString(entry.path, entry.path_base64))
    const name = parts.pop()
    if (name === undefined) continue
    let folder = root
    for (const part of parts) {
      const next = folder.entries.get(part)
      if (next?.kind === 'dir') folder = next
      else {
        const made = emptyDirectory(null)
        folder.entries.set(part, made)
        folder = made
      }
    }
    folder.entries.set(name, nodeOf(entry, contents))
  }
  return { root, contents }
}

function nodeOf(entry: TreeEntry, contents: Map<Leaf, Uint8Array>): Node {
  const { stat } = emptyDirectory(null)
  const origin = { layer: 0, entry: contents.size }
  if (entry.type === 'dir') return emptyDirectory(null)
  if (entry.type === 'fifo') return { kind: 'fifo', stat, origin }
  if (entry.type === 'symlink') {
    const target = byteString(entry.target, entry.target_base64)
    return { kind: 'symlink', stat, origin, target }
  }
  const bytes = new Uint8Array(
    entry.content_base64 === undefined
      ? Buffer.from(entry.content ?? '')
      : Buffer.from(entry.content_base64, 'base64'),
  )
  const verity = { sha512: null, sha256: null }
  const leaf: Leaf = {
    kind: 'file',
    stat,
    origin,
    content: { size: bytes.length, inline: null, verity },
  }
  contents.set(leaf, bytes)
  return leaf
}

function byteString(text: string | undefined, base64: string | undefined): ByteString {
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64')
  return bytes.toString('latin1')
}

/** Reads the contents of a test tree. */
export async function treeReader({ contents }: TestTree): Promise<ContentReader> {
  const kernels = await loadKernels()
  const bytes: ContentReader['bytes'] = (leaf) => contents.get(leaf) ?? new Uint8Array(0)
  return {
    bytes,
    uki: (leaf) => scanUki(bytes(leaf), scanTools(kernels)),
    initrdModules: () => null,
  }
}
