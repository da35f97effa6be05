import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { SealscopeError } from '../bytes/error'
import type { ByteSource } from '../oci/archive'
import type { LayoutFiles } from '../oci/layout'

/** Bytes read at a time. */
const PIECE = 128 * 1024

/**
 * A file as a web stream of `size` bytes from `offset`. Each chunk is valid until the next read: one buffer
 * serves them all, since new ones made V8 collect garbage 58 times while the large image was read.
 */
function streamFile(path: string, offset = 0, size = Infinity): ReadableStream<Uint8Array> {
  const file = openSync(path, 'r')
  const buffer = new Uint8Array(PIECE)
  let at = offset
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const wanted = Math.min(PIECE, offset + size - at)
    const length = wanted > 0 ? readSync(file, buffer, 0, wanted, at) : 0
    at += length
    if (length > 0) return controller.enqueue(buffer.subarray(0, length))
    closeSync(file)
    controller.close()
  }
  return new ReadableStream({ pull, cancel: () => closeSync(file) }, { highWaterMark: 0 })
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
