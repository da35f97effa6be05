import { SealscopeError } from '../bytes/error'
import { directoryAt } from '../tree/lookup'
import type { ByteString, Directory, Leaf, Stat } from '../tree/node'
import { checkBootEntries } from './boot-entries'

/** Which extended attributes of the layers count for the digest. */
export type XattrMode = 'allowlist-only' | 'keep-user-xattrs' | 'all'

const CAPABILITY = 'security.capability'

/**
 * composefs-rs generic_tree.rs `transform_for_oci`, in place: the root takes /usr's metadata, /run is
 * emptied, extended attributes are filtered.
 */
export function transformForOci(root: Directory, mode: XattrMode): void {
  const usr = directoryAt(root, 'usr')
  if (usr === null) throw cannot('the image has no /usr directory', '/usr')
  root.stat = { ...usr.stat }
  const run = root.entries.get('run')
  if (run !== undefined) {
    if (run.kind !== 'dir') throw cannot('/run is no directory', '/run')
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
 * composefs-boot lib.rs `transform_for_boot` without the labels, in place: /boot and /sysroot are emptied
 * and take /usr's time. `keepNsec`: their nanoseconds stay (composefs-rs before 0.9.3).
 */
export function transformForBoot(root: Directory, keepNsec: boolean): void {
  checkBootEntries(root)
  const usr = directoryAt(root, 'usr')
  for (const name of ['boot', 'sysroot']) {
    const directory = root.entries.get(name)
    if (directory?.kind !== 'dir') throw cannot(`the image has no /${name} directory`, `/${name}`)
    directory.stat.mtimeSec = usr?.stat.mtimeSec ?? 0
    if (!keepNsec) directory.stat.mtimeNsec = usr?.stat.mtimeNsec ?? 0
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

function cannot(what: string, path: string): SealscopeError {
  return new SealscopeError({ code: 'composefs-tree', what, where: { path } })
}
