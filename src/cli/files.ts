import { createReadStream, existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { SealscopeError } from '../bytes/error'
import type { ByteSource } from '../oci/archive'
import type { LayoutFiles } from '../oci/layout'

/** A file as a web stream of `size` bytes from `offset`. */
function streamFile(path: string, offset = 0, size?: number): ReadableStream<Uint8Array> {
  if (size === 0) return new Blob([]).stream()
  const end = size === undefined ? undefined : offset + size - 1
  const stream = createReadStream(path, { start: offset, highWaterMark: 256 * 1024, ...(end === undefined ? {} : { end }) }) // prettier-ignore
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>
}

/** The files of a layout directory. */
export function directoryFiles(folder: string): LayoutFiles {
  return {
    async open(path) {
      const file = join(folder, path)
      return existsSync(file) && statSync(file).isFile() ? streamFile(file) : null
    },
  }
}

/** Random access to a file. */
export function fileSource(path: string): ByteSource {
  const { size } = statSync(path)
  return {
    size,
    async read(offset, length) {
      const handle = await open(path)
      try {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
        await handle.read(bytes, 0, bytes.length, offset)
        return bytes
      } finally {
        await handle.close()
      }
    },
    stream: (offset, length) => streamFile(path, offset, length),
  }
}

/** A path that must exist; the usage error says so in words. */
export function requirePath(path: string): string {
  if (existsSync(path)) return path
  throw new SealscopeError({
    kind: 'usage',
    code: 'no-such-file',
    what: 'the file or folder does not exist',
    where: { path },
  })
}

/** A path that must be a file. */
export function requireFile(path: string): string {
  if (statSync(requirePath(path)).isFile()) return path
  throw new SealscopeError({
    kind: 'usage',
    code: 'not-a-file',
    what: 'an archive is a file',
    where: { path },
    expected: 'a file',
    found: 'something else',
  })
}
