import { toSealscopeError } from '../../base/error'
import type { MergedTree } from '../tree/merge'
import { imageError, requireDirectory } from '../tree/strict-lookup'

/**
 * Why bootc cannot import the layers: the first problem of an entry, or a tree of which no image can be
 * written (a pull writes the plain image at once, composefs-oci oci_image.rs; generic_tree.rs
 * `transform_for_oci` needs /usr, and a /run that is a directory).
 */
export function importErrorOf({ importError, root }: MergedTree): string | null {
  if (importError !== null) return importError
  try {
    requireDirectory(root, 'usr')
    const run = root.entries.get('run')
    if (run !== undefined && run.kind !== 'dir') throw imageError('not-directory', 'run')
    return null
  } catch (thrown) {
    return toSealscopeError(thrown).message
  }
}
