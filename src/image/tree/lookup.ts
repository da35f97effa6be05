import { SealscopeError } from '../../base/error'
import type { Directory, Node } from './node'
import type { ByteString } from '../../base/byte-string'
import { PATH_LIMIT, splitPath } from './path'

const LINK_LIMIT = 40

/** Steps that several look-ups may take together; a single one takes at most some 80,000. */
export class Effort {
  constructor(private left: number) {}

  /** False when there are none left. */
  spend(steps: number): boolean {
    this.left -= steps
    return this.left >= 0
  }
}

/** The child at `path` without following any link; undefined when there is none. */
export function childAt(root: Directory, path: ByteString): Node | undefined {
  let at: Node | undefined = root
  for (const part of splitPath(path)) at = at?.kind === 'dir' ? at.entries.get(part) : undefined
  return at
}

/** The directory at `path`, no links followed. */
export function directoryAt(root: Directory, path: ByteString): Directory | null {
  const node = childAt(root, path)
  return node?.kind === 'dir' ? node : null
}

export type LinkRule =
  /** Links are followed as a chroot does: absolute ones start at the root, `..` stops there. */
  | 'chroot'
  /** cap-std: absolute links and those that leave the directory are an error. */
  | 'beneath'

/**
 * Resolves `path` below `base`, following links in every component (the last one included).
 * Undefined when something does not exist. With `beneath`, throws `a path led outside of the
 * filesystem`, as bootc does. Paths and link targets that the kernel would not take are errors, as is
 * a look-up beyond the `effort`.
 */
export function resolve(
  base: Directory,
  path: ByteString,
  rule: LinkRule,
  effort?: Effort,
): Node | undefined {
  if (rule === 'beneath' && path.startsWith('/')) throw outside(path)
  if (path.length > PATH_LIMIT || effort?.spend(path.length) === false) throw tooLong(path)
  /** Components still to walk, the next one last. */
  const pending = splitPath(path).reverse()
  const above: Directory[] = []
  let at: Node = base
  let links = 0
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (at.kind !== 'dir') {
      if (rule === 'beneath') throw notDirectory(path)
      return undefined
    }
    if (part === '..') {
      const parent = above.pop()
      if (parent === undefined && rule === 'beneath') throw outside(path)
      at = parent ?? base
      continue
    }
    const next: Node | undefined = at.entries.get(part)
    if (next === undefined) return undefined
    if (next.kind !== 'symlink') {
      above.push(at)
      at = next
      continue
    }
    if (++links > LINK_LIMIT) throw loop(path)
    if (next.target.startsWith('/')) {
      if (rule === 'beneath') throw outside(path)
      at = base
      above.length = 0
    }
    const { target } = next
    if (target.length > PATH_LIMIT || effort?.spend(target.length) === false) throw tooLong(path)
    const parts = splitPath(target)
    for (let i = parts.length - 1; i >= 0; i--) pending.push(parts[i] ?? '')
  }
  return at
}

function outside(path: string): SealscopeError {
  return new SealscopeError({
    code: 'path-outside',
    what: 'a path led outside of the filesystem',
    where: { path },
  })
}

function notDirectory(path: string): SealscopeError {
  return new SealscopeError({
    code: 'not-a-directory',
    what: 'Not a directory (os error 20)',
    where: { path },
  })
}

function tooLong(path: string): SealscopeError {
  return new SealscopeError({
    code: 'path-too-long',
    what: 'File name too long (os error 36)',
    where: { path: path.slice(0, 200) },
  })
}

function loop(path: string): SealscopeError {
  return new SealscopeError({
    code: 'link-loop',
    what: 'Too many levels of symbolic links (os error 40)',
    where: { path },
  })
}
