import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { entryOf, fileOf } from '../../../answers/files/listing'
import { createNode } from '../../../image/tree/create'
import type { FileLeaf } from '../../../image/tree/reader'
import { splitPath } from '../../../image/tree/path'
import type { CaptureRule } from '../../../image/session/capture'
import type { Arguments } from '../arguments'
import { openFiles, withPath, type OpenedFiles } from '../open-files'
import type { Answer } from './answers'

/** Pieces of standard output: a pipe's reader is waited for after each. */
const PIECE = 1 << 20

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

function toStandardOutput(chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; at += PIECE) {
    process.stdout.write(chunk.slice(at, at + PIECE))
  }
}

/** Writes a file under another name first, so that what could not be verified never has the name asked for. */
async function writeFile(
  path: string,
  write: (take: (chunk: Uint8Array) => void) => Promise<void>,
): Promise<void> {
  const isSpecial = statSync(path, { throwIfNoEntry: false })?.isFile() === false
  const target = isSpecial ? path : `${path}.sealscope-${process.pid}`
  const file = openSync(target, isSpecial ? 'w' : 'wx')
  let isDone = false
  try {
    await write((chunk) => {
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at)
    })
    isDone = true
  } finally {
    closeSync(file)
    if (!isSpecial && !isDone) rmSync(target, { force: true })
  }
  if (!isSpecial) renameSync(target, path)
}
