import type { LayerEntry } from '../../layers/entry'
import type { MergeLayer } from '../../tree/merge'
import type { ByteString } from '../../tree/node'
import { splitPath } from '../../tree/path'

/** Directories that are sealed empty, with the time of /usr (`transform_for_oci`, `transform_for_boot`). */
const EMPTIED: ReadonlySet<ByteString> = new Set(['boot', 'sysroot', 'run'])

/** The path of an entry without leading and doubled slashes. */
export function plainPath({ path }: Pick<LayerEntry<unknown>, 'path'>): ByteString {
  return splitPath(path).join('/')
}

/** Can a change at this path change what is sealed? */
export function isSealed(path: ByteString): boolean {
  const cut = path.indexOf('/')
  return path !== '' && !(cut >= 0 && EMPTIED.has(path.slice(0, cut)))
}

/** A directory whose time is sealed: the root and the emptied ones take that of /usr. */
export function hasOwnTime(path: ByteString): boolean {
  return isSealed(path) && !EMPTIED.has(path)
}

/** Paths of a layer's entries; those that only the plain form holds do not count for booting. */
export function changedPaths(layer: MergeLayer | undefined, bootable: boolean): ByteString[] {
  const paths: ByteString[] = []
  for (const entry of layer?.entries ?? []) {
    const path = plainPath(entry)
    if (path !== '' && (!bootable || isSealed(path))) paths.push(path)
  }
  return paths
}
