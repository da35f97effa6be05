import { directoryAt } from '../../image/tree/lookup'
import type { Directory, Node } from '../../image/tree/node'
import type { ByteString } from '../../base/byte-string'
import { sortedEntries } from '../../image/tree/walk'

/** Children of the directory at `path` in byte order; none when there is no such directory. */
export function entriesAt(root: Directory, path: ByteString): [ByteString, Node][] {
  const directory = directoryAt(root, path)
  return directory === null ? [] : sortedEntries(directory)
}
