import type { Directory, Leaf, Stat } from '../../image/tree/node'
import type { ByteString } from '../../base/byte-string'
import { imageError, requireDirectory } from '../../image/tree/strict-lookup'

/** Which extended attributes of the layers count for the digest. */
export type XattrMode = 'allowlist-only' | 'keep-user-xattrs' | 'all'

const CAPABILITY = 'security.capability'

/**
 * composefs-rs generic_tree.rs `transform_for_oci`, in place: the root takes /usr's metadata, /run is
 * emptied, extended attributes are filtered. Throws in composefs-rs' words when there is no /usr.
 */
export function transformForOci(root: Directory, mode: XattrMode): void {
  const usr = requireDirectory(root, 'usr')
  root.stat = { ...usr.stat }
  const run = root.entries.get('run')
  if (run !== undefined) {
    if (run.kind !== 'dir') throw imageError('not-directory', 'run')
    run.stat.mtimeSec = usr.stat.mtimeSec
    run.stat.mtimeNsec = usr.stat.mtimeNsec
    run.entries.clear()
  }
  if (mode !== 'all') forEachStat(root, (stat) => filterXattrs(stat, mode))
}

function filterXattrs(stat: Stat, mode: XattrMode): void {
  if (stat.xattrs.size === 0) return
  const keep = ([name]: [ByteString, ByteString]) =>
    name === CAPABILITY || (mode === 'keep-user-xattrs' && name.startsWith('user.'))
  stat.xattrs = new Map([...stat.xattrs].filter(keep))
}

/**
 * composefs-boot lib.rs `empty_toplevel_dirs`, in place: /boot and /sysroot are emptied and take /usr's
 * time. `keepNsec`: their nanoseconds stay (composefs-rs before 0.9.3).
 */
export function emptyToplevel(root: Directory, keepNsec: boolean): void {
  const usr = requireDirectory(root, 'usr')
  for (const name of ['boot', 'sysroot']) {
    const directory = requireDirectory(root, name)
    directory.stat.mtimeSec = usr.stat.mtimeSec
    if (!keepNsec) directory.stat.mtimeNsec = usr.stat.mtimeNsec
    directory.entries.clear()
  }
}

/** Visits the metadata of every directory and every leaf once. */
export function forEachStat(root: Directory, visit: (stat: Stat) => void): void {
  const seen = new Set<Leaf>()
  const stack = [root]
  for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
    visit(directory.stat)
    for (const child of directory.entries.values()) {
      if (child.kind === 'dir') stack.push(child)
      else if (!seen.has(child)) {
        seen.add(child)
        visit(child.stat)
      }
    }
  }
}
