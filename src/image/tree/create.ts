import type { LayerEntry } from '../../formats/tar/entry'
import type { Directory, Leaf, Origin, Stat } from './node'

/** A node of its own for an entry. */
export function createNode(entry: LayerEntry<unknown>, origin: Origin): Directory | Leaf {
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

/** The metadata of an entry. */
export function statOf(entry: LayerEntry<unknown>): Stat {
  const { mode, uid, gid, mtimeSec, mtimeNsec, xattrs } = entry
  return { mode, uid, gid, mtimeSec, mtimeNsec, xattrs }
}

/** A directory that shares its children with another one. */
export function copyDirectory(directory: Directory): Directory {
  return { ...directory, entries: new Map(directory.entries) }
}

/** A directory without entries, as it is made where something lies below it. */
export function emptyDirectory(origin: Origin | null): Directory {
  const stat = { mode: 0o755, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: new Map() }
  return { kind: 'dir', stat, origin, entries: new Map() }
}
