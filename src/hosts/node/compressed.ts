import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SealscopeError } from '../../base/error'
import { createDecoder, sniffEncoding, type Encoding } from '../../formats/codec/decompress'
import { UnpackGuard } from '../../open/unpack-guard'
import { loadBundledKernels } from './fast'
import { fileSource } from './files'
import { temporaryFolder } from './temporary'

/** Whether a file begins as gzip or zstd does. */
export function isCompressed(head: Uint8Array): boolean {
  return sniffEncoding(head) !== 'none'
}

/** The path of the archive itself, or of its unpacked copy, which goes when the program ends. */
export async function plainArchive(path: string): Promise<string> {
  const encoding = sniffEncoding(await fileSource(path).read(0, 4))
  if (encoding === 'none') return path
  const target = join(temporaryFolder(), 'archive.tar')
  try {
    await pipeline(
      createReadStream(path),
      await unpacking(encoding, new UnpackGuard(path)),
      createWriteStream(target),
    )
  } catch (cause) {
    const isGuarded = cause instanceof SealscopeError && /^archive(-bomb)?$/.test(cause.code)
    throw isGuarded ? cause : cannotUnpack(path, encoding, cause)
  }
  return target
}

function cannotUnpack(path: string, encoding: Encoding, cause: unknown): SealscopeError {
  return new SealscopeError({
    code: 'archive-compression',
    what: `the archive cannot be unpacked as ${encoding}`,
    where: { path },
    found: cause instanceof Error ? cause.message : String(cause),
    cause,
  })
}

async function unpacking(encoding: Encoding, guard: UnpackGuard): Promise<Transform> {
  const out: Uint8Array[] = []
  const decoder = createDecoder(encoding, await loadBundledKernels(), (chunk) => {
    guard.take(chunk)
    out.push(chunk.slice())
  })
  const step = (work: () => void, stream: Transform, done: TransformCallback) => {
    try {
      work()
    } catch (thrown) {
      return done(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
    for (const chunk of out.splice(0)) stream.push(chunk)
    done()
  }
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      guard.feed(chunk)
      step(() => decoder.push(chunk), this, done)
    },
    flush(done) {
      step(() => decoder.finish(), this, done)
    },
  })
}
