import { entryOf, fileOf } from '../../../answers/files/listing'
import { createNode } from '../../../image/tree/create'
import type { FileLeaf } from '../../../image/tree/reader'
import { splitPath } from '../../../image/tree/path'
import type { CaptureRule } from '../../../image/session/capture'
import type { Arguments } from '../arguments'
import { openFiles, withPath, type OpenedFiles } from '../open-files'
import { toStandardOutput, writeFile } from '../write-file'
import type { Answer } from './answers'

/** `sealscope cat`: the bytes of a file, links followed. They are verified before the command ends with 0. */
export async function cat(args: Arguments): Promise<Answer> {
  const typed = args.words[1] ?? ''
  const opened = await openFiles(args, { verity: [], capture: captureOf(typed) })
  const leaf = withPath(typed, (path) => leafOf(opened, path))
  const file = args.text('output')
  if (file === null) await stream(opened, leaf, toStandardOutput)
  else await writeFile(file, (take) => stream(opened, leaf, take))
  return { text: '', exitCode: 0 }
}

function leafOf({ files, layer }: OpenedFiles, path: string): FileLeaf {
  if (layer === null) return fileOf(files, path)
  const entry = entryOf(files, layer, path)
  const node = createNode(entry, { layer, entry: entry.index })
  if (node.kind === 'file') return node
  throw new TypeError('entryOf returns files only')
}

/** The file is kept as its layer streams by where no link leads elsewhere: then the layer is read once. */
function captureOf(typed: string): CaptureRule[] {
  const plain = splitPath(typed).join('/')
  const escaped = plain.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  return /^[\x20-\x7e]+$/.test(plain)
    ? [{ kind: 'bytes', pattern: new RegExp(`^${escaped}$`) }]
    : []
}

async function stream(
  { files, session }: OpenedFiles,
  leaf: FileLeaf,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const kept = session?.contents.has({ leaf, kind: 'bytes' }) ? session.contents.bytes(leaf) : null
  if (kept?.length === leaf.content.size) return take(kept)
  await files.readFile(leaf, take)
}
