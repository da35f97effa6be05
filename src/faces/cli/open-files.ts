import { firstUnread } from '../../answers/facts/unread'
import { SealscopeError } from '../../base/error'
import { fromBytes, type ByteString } from '../../base/byte-string'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { ImageFacts } from '../../contract/facts'
import { parsePlatform } from '../../formats/oci/image'
import { openDisk } from '../../hosts/node/directory/inspect'
import { loadBundledKernels } from '../../hosts/node/fast'
import { openSource } from '../../hosts/node/source'
import type { CaptureRule } from '../../image/session/capture'
import type { FileSource } from '../../image/session/file-source'
import { ImageSession } from '../../image/session/image-session'
import type { Arguments } from './arguments'
import { registryAccess } from './registry-options'
import { threadsFor } from './inspection'

/** A SOURCE whose files can be listed and read. */
export interface OpenedFiles {
  files: FileSource
  /** Null for a directory. */
  session: ImageSession | null
  source: ImageFacts['source']
  /** Null: the merged tree. */
  layer: number | null
}

interface Wanted {
  verity: readonly VerityAlgorithm[]
  capture: readonly CaptureRule[]
}

/** Opens the SOURCE of `ls` and `cat`, and reads all of it, or the layer that `--layer` names. */
export async function openFiles(args: Arguments, wanted: Wanted): Promise<OpenedFiles> {
  const [word = ''] = args.words
  const text = args.text('platform')
  const platform = text === null ? null : parsePlatform(text)
  const source = await openSource(word, platform, registryAccess(args))
  if (source.kind === 'dir') {
    if (args.text('layer') !== null) throw noLayer(args.text('layer') ?? '', 0)
    const files = await openDisk(source.path, await loadBundledKernels(), wanted.verity)
    return { files, session: null, source: source.source, layer: null }
  }
  if (source.kind !== 'image') throw noTree(word)
  const layer = layerOf(args, source.image.layers.length)
  const threads = layer === null ? threadsFor(source, { word, platform, quick: false }) : null
  try {
    const session = await ImageSession.open(source.image, {
      ...wanted,
      quick: false,
      kernels: await loadBundledKernels(),
      ...(layer === null ? {} : { only: [layer] }),
      ...(threads === null ? {} : { readers: threads }),
    })
    session.detach()
    const unread = firstUnread(session.unread)
    if (unread !== null) throw unread
    return { files: session, session, source: source.source, layer }
  } finally {
    threads?.close()
  }
}

/**
 * Asks with a path as typed; where there is nothing of that name, with its `\xff` as bytes: names that are no
 * UTF-8 are printed so.
 */
export function withPath<T>(typed: string, ask: (path: ByteString) => T): T {
  const path = fromBytes(new TextEncoder().encode(typed))
  try {
    return ask(path)
  } catch (thrown) {
    const isMissing = thrown instanceof SealscopeError && thrown.code === 'no-such-path'
    if (!isMissing || !/\\x[0-9a-f]{2}/.test(path)) throw thrown
    return ask(path.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))) // prettier-ignore
  }
}

function layerOf(args: Arguments, count: number): number | null {
  const text = args.text('layer')
  if (text === null) return null
  if (/^\d{1,6}$/.test(text) && Number(text) < count) return Number(text)
  throw noLayer(text, count)
}

function noLayer(found: string, count: number): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'no-such-layer',
    what: 'there is no such layer',
    expected: count === 0 ? 'no --layer: the source has none' : `0 to ${count - 1}`,
    found,
  })
}

function noTree(word: string): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'no-tree',
    what: 'this source has no files',
    where: { source: word },
    expected: 'an image or a root directory',
  })
}
