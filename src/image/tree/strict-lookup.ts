import { SealscopeError } from '../../base/error'
import { shortened } from '../../base/trim'
import { SHOWN } from './import-problem'
import type { Directory, Leaf } from './node'
import type { ByteString } from '../../base/byte-string'
import { splitPath } from './path'

/** What composefs-rs says of a path it cannot walk (generic_tree.rs `ImageError`). */
export function imageError(
  kind: 'invalid' | 'missing' | 'not-directory' | 'directory' | 'not-regular',
  name: ByteString,
): SealscopeError {
  const quoted = JSON.stringify(shortened(name, SHOWN))
  const what = {
    invalid: `Invalid filename ${quoted}`,
    missing: `Directory entry ${quoted} does not exist`,
    'not-directory': `Directory entry ${quoted} is not a subdirectory`,
    directory: `Directory entry ${quoted} is a directory`,
    'not-regular': `Directory entry ${quoted} is not a regular file`,
  }[kind]
  return new SealscopeError({ code: `tree-${kind}`, what })
}

/**
 * The directory at `path`, no links followed, as composefs-rs `get_directory_opt`: null when something is
 * missing; throws when something on the way is no directory.
 */
export function findDirectory(base: Directory, path: ByteString): Directory | null {
  let at = base
  for (const part of splitPath(path)) {
    if (part === '..') throw imageError('invalid', path)
    const next = at.entries.get(part)
    if (next === undefined) return null
    if (next.kind !== 'dir') throw imageError('not-directory', part)
    at = next
  }
  return at
}

/** As `findDirectory`; throws when it is missing. */
export function requireDirectory(base: Directory, path: ByteString): Directory {
  const found = findDirectory(base, path)
  if (found === null) throw imageError('missing', path)
  return found
}

/** composefs-rs `get_file_opt`: the regular file of that name; throws when it is something else. */
export function findRegular(
  directory: Directory,
  name: ByteString,
): Extract<Leaf, { kind: 'file' }> | null {
  const node = directory.entries.get(name)
  if (node === undefined) return null
  if (node.kind === 'dir') throw imageError('directory', name)
  if (node.kind !== 'file') throw imageError('not-regular', name)
  return node
}
