import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { SealscopeError } from '../../base/error'
import type { ByteSource } from '../../base/byte-source'
import type { LayoutFiles } from '../../formats/oci/layout'
import { fromSystem } from './system-error'

/** Bytes read at a time. */
const PIECE = 128 * 1024

/**
 * A file as a web stream of `size` bytes from `offset`. Each chunk is valid until the next read: one buffer
 * serves them all, since new ones made V8 collect garbage 58 times while the large image was read.
 */
function streamFile(path: string, offset = 0, size = Infinity): ReadableStream<Uint8Array> {
  const file = named(path, () => openSync(path, 'r'))
  const buffer = new Uint8Array(PIECE)
  let at = offset
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const wanted = Math.min(PIECE, offset + size - at)
    const length = wanted > 0 ? named(path, () => readSync(file, buffer, 0, wanted, at)) : 0
    at += length
    if (length > 0) return controller.enqueue(buffer.subarray(0, length))
    closeSync(file)
    controller.close()
  }
  return new ReadableStream({ pull, cancel: () => closeSync(file) }, { highWaterMark: 0 })
}

/** A file piece by piece; each is valid until the next is read. */
export function* readPieces(path: string): Generator<Uint8Array> {
  const file = named(path, () => openSync(path, 'r'))
  try {
    const buffer = new Uint8Array(PIECE)
    for (;;) {
      const length = named(path, () => readSync(file, buffer, 0, PIECE, null))
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

/** What the system refuses is told with the path. */
function named<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw fromSystem(thrown, path)
  }
}

/**
 * All bytes of a file or pipe of at most `limit` bytes, and one byte more of a longer one. Like `cat`, it
 * waits for whoever writes to a pipe.
 */
export function readWhole(path: string, limit: number): Uint8Array {
  return named(path, () => {
    const file = openSync(path, 'r')
    try {
      const parts: Uint8Array[] = []
      let size = 0
      const stated = fstatSync(file).size
      for (let wanted = Math.min(Math.max(stated, PIECE), limit) + 1; size <= limit;) {
        const part = new Uint8Array(Math.min(wanted, limit + 1 - size))
        const length = readSync(file, part, 0, part.length, null)
        if (length === 0) break
        parts.push(part.subarray(0, length))
        size += length
        wanted = PIECE
      }
      return new Uint8Array(Buffer.concat(parts, size))
    } finally {
      closeSync(file)
    }
  })
}

/** The files of a layout directory. */
export function directoryFiles(folder: string): LayoutFiles {
  return {
    async open(path) {
      const file = join(folder, path)
      return existsSync(file) && statSync(file).isFile() ? streamFile(file) : null
    },
    read: (path, offset, size) => fileSource(join(folder, path)).read(offset, size),
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

/** A path that must be a file: it is read in any order, which a pipe does not allow. */
export function requireFile(path: string): string {
  const found = statSync(requirePath(path))
  if (found.isFile()) return path
  throw new SealscopeError({
    kind: 'usage',
    code: 'not-a-file',
    what: 'this cannot be read as a file',
    where: { path },
    expected: 'a regular file (facts:FILE and --request may be pipes)',
    found: found.isDirectory() ? 'a folder' : 'a pipe, a socket or a device',
  })
}
