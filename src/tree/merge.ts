import type { LayerEntry, LayerListing } from '../layers/entry'
import type { ByteString, Directory, Leaf, Node, Origin, Stat } from './node'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

export interface MergedTree {
  root: Directory
  /** Why composefs-rs could not import these layers; null when it could. First problem only. */
  importError: string | null
}

/**
 * Applies layers in image order (composefs-oci image.rs `process_entry`). The tree is lenient: missing
 * parents are made and entries that cannot be placed are left out; the first thing at which
 * composefs-rs would stop is said in `importError`. Linear in the number of path components.
 */
export function mergeLayers<T>(
  layers: readonly Pick<LayerListing<T>, 'entries' | 'importError'>[],
): MergedTree {
  const merge = new Merge()
  layers.forEach((layer, index) => {
    for (const entry of layer.entries) merge.apply(entry, { layer: index, entry: entry.index })
    if (layer.importError !== null) merge.refuse(index, null, layer.importError)
  })
  return { root: merge.root, importError: merge.importError }
}

class Merge {
  readonly root: Directory = emptyDirectory(null)
  importError: string | null = null

  apply(entry: LayerEntry<unknown>, origin: Origin): void {
    const parts = splitPath(entry.path)
    if (parts.includes('..')) return this.refuse(origin.layer, entry.path, 'a path contains `..`')
    const name = parts.pop()
    if (name === undefined) return this.applyRoot(entry, origin)
    const parent = this.parentOf(parts, entry.path, origin)
    if (parent === null) return
    const node = this.nodeOf(entry, origin)
    if (node === null) return
    if (name === OPAQUE) parent.entries.clear()
    else if (name.startsWith(WHITEOUT)) parent.entries.delete(name.slice(WHITEOUT.length))
    else place(parent, name, node)
  }

  refuse(layer: number, path: string | null, why: string): void {
    const place = path === null ? `layer ${layer}` : `layer ${layer}, ${path}`
    this.importError ??= `${place}: ${why}`
  }

  private applyRoot(entry: LayerEntry<unknown>, origin: Origin): void {
    if (entry.type !== 'dir')
      return this.refuse(origin.layer, entry.path, 'the root is no directory')
    this.root.stat = statOf(entry)
    this.root.origin = origin
  }

  private parentOf(parts: string[], path: string, origin: Origin): Directory | null {
    let at = this.root
    for (const part of parts) {
      const next = at.entries.get(part)
      if (next?.kind === 'dir') {
        at = next
        continue
      }
      const why =
        next === undefined ? 'its parent directory is missing' : 'its parent is no directory'
      this.refuse(origin.layer, path, why)
      if (next !== undefined) return null
      const made = emptyDirectory(null)
      at.entries.set(part, made)
      at = made
    }
    return at
  }

  private nodeOf(entry: LayerEntry<unknown>, origin: Origin): Node | null {
    if (entry.type !== 'hardlink') return createNode(entry, origin)
    const parts = splitPath(entry.linkTarget)
    let at: Node | undefined = this.root
    for (const part of parts)
      at = at?.kind === 'dir' && part !== '..' ? at.entries.get(part) : undefined
    if (at !== undefined && at.kind !== 'dir') return at
    const why = at === undefined ? 'does not exist' : 'is a directory'
    this.refuse(origin.layer, entry.path, `the target ${entry.linkTarget} of a hard link ${why}`)
    return null
  }
}

/** A directory over a directory keeps its children; everything else replaces. */
function place(parent: Directory, name: ByteString, node: Node): void {
  const old = parent.entries.get(name)
  if (node.kind === 'dir' && old?.kind === 'dir') {
    old.stat = node.stat
    old.origin = node.origin
  } else parent.entries.set(name, node)
}

function createNode(entry: LayerEntry<unknown>, origin: Origin): Directory | Leaf {
  const stat = statOf(entry)
  switch (entry.type) {
    case 'dir':
      return { kind: 'dir', stat, origin, entries: new Map() }
    case 'symlink':
      return { kind: 'symlink', stat, origin, target: entry.linkTarget }
    case 'char':
    case 'block':
      return { kind: entry.type, stat, origin, major: entry.devMajor, minor: entry.devMinor }
    case 'fifo':
      return { kind: 'fifo', stat, origin }
    default: {
      const { size, inline, verity } = entry
      return { kind: 'file', stat, origin, content: { size, inline, verity } }
    }
  }
}

function statOf(entry: LayerEntry<unknown>): Stat {
  const { mode, uid, gid, mtimeSec, mtimeNsec, xattrs } = entry
  return { mode, uid, gid, mtimeSec, mtimeNsec, xattrs }
}

export function emptyDirectory(origin: Origin | null): Directory {
  const stat = { mode: 0o755, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: new Map() }
  return { kind: 'dir', stat, origin, entries: new Map() }
}

/** Path components; empty ones and `.` do not count. */
export function splitPath(path: ByteString): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
