import { SealscopeError } from '../../base/error'
import type { ByteString } from '../../base/byte-string'
import type { Directory, Node } from './node'
import { PATH_LIMIT, splitPath } from './path'

const LINK_LIMIT = 40

/** A node with the path under which it lies, without leading slash. */
export interface Located {
  path: ByteString
  node: Node
}

/**
 * What a path leads to, links followed as in a chroot, and where that is. `last`: whether a link at the end
 * is followed, too. Undefined when something does not exist.
 */
export function locate(root: Directory, path: ByteString, last: boolean): Located | undefined {
  const pending = splitPath(path).reverse()
  const above: { name: string; node: Directory }[] = []
  let at: Directory = root
  let links = 0
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '..') {
      above.pop()
      at = above.at(-1)?.node ?? root
      continue
    }
    const next: Node | undefined = at.entries.get(part)
    if (next === undefined) return undefined
    const isEnd = pending.length === 0
    if (next.kind === 'dir') {
      above.push({ name: part, node: next })
      at = next
    } else if (next.kind !== 'symlink' || (isEnd && !last)) {
      return isEnd ? { path: joined(above, part), node: next } : undefined
    } else {
      if (++links > LINK_LIMIT || next.target.length > PATH_LIMIT) throw loop(path)
      if (next.target.startsWith('/')) {
        at = root
        above.length = 0
      }
      pending.push(...splitPath(next.target).reverse())
    }
  }
  return { path: joined(above), node: at }
}

function joined(above: readonly { name: string }[], ...last: string[]): ByteString {
  return [...above.map(({ name }) => name), ...last].join('/')
}

function loop(path: string): SealscopeError {
  return new SealscopeError({
    code: 'link-loop',
    what: 'too many symbolic links are met',
    where: { path: `/${path.replace(/^\/+/, '').slice(0, 200)}` },
    expected: `at most ${LINK_LIMIT}`,
  })
}
