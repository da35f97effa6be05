import type { ByteString } from './node'

/** Path components; empty ones and `.` do not count. */
export function splitPath(path: ByteString): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
