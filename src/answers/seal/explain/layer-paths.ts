import type { LayerEntry } from '../../../formats/tar/entry'
import type { MergeLayer } from '../../../image/tree/merge'
import type { ByteString } from '../../../base/byte-string'
import { splitPath } from '../../../image/tree/path'

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

/**
 * Directories into which layers after the first put or remove something; `bare`: only where that layer has no
 * entry for the directory itself, so that it keeps its time in composefs, but not on a disk.
 */
export function writtenInto(layers: readonly MergeLayer[], bare: boolean): Set<ByteString> {
  const found = new Set<ByteString>()
  for (const { entries } of layers.slice(1)) {
    const own = new Set<ByteString>()
    const parents = new Set<ByteString>()
    for (const entry of entries) {
      const path = plainPath(entry)
      if (entry.type === 'dir') own.add(path)
      if (isSealed(path)) parents.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    }
    for (const path of parents) if (!bare || !own.has(path)) found.add(path)
  }
  return found
}
