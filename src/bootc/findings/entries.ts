import { directoryAt } from '../../tree/lookup'
import type { ByteString, Directory, Node } from '../../tree/node'
import { sortedEntries } from '../../tree/walk'

/** Children of the directory at `path` in byte order; none when there is no such directory. */
export function entriesAt(root: Directory, path: ByteString): [ByteString, Node][] {
  const directory = directoryAt(root, path)
  return directory === null ? [] : sortedEntries(directory)
}
