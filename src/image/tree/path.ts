import type { ByteString } from '../../base/byte-string'

/**
 * Longest path in bytes: linux/limits.h PATH_MAX less its final NUL, which bounds the depth of a tree,
 * too. composefs-rs dumpfile_parse.rs refuses longer ones; its tar import walks them until the stack ends.
 */
export const PATH_LIMIT = 4095

/** Path components; empty ones and `.` do not count. */
export function splitPath(path: ByteString): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
