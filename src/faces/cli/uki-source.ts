import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { display, type FileLeaf } from '../../image/tree/reader'
import { SealscopeError } from '../../base/error'
import { fileOf } from '../../answers/files/listing'
import { ukiFile } from '../../answers/facts/uki-records'
import { isTarHeader } from '../../formats/tar/tar-index'
import { isCompressed } from '../../hosts/node/compressed'
import { readPieces, requireFile } from '../../hosts/node/files'
import { parseSourceName } from '../../open/source-name'
import { findVmlinuz, ukiEntries } from '../../rules/bootc/kernel'
import type { Arguments } from './arguments'
import { openFiles, withPath } from './open-files'

/** One file to look into: a UKI, an add-on, a boot loader. */
export interface UkiSource {
  path: string
  layer: number | null
  size: number
  /** It was named itself, not found in an image. */
  alone: boolean
  /** Streams all bytes in pieces that are valid until the callback returns. */
  read(take: (chunk: Uint8Array) => void): Promise<void>
}

/** A file on the disk when the word names one that is no archive; else the file of the SOURCE. */
export async function openUki(args: Arguments): Promise<UkiSource> {
  const [word = ''] = args.words
  return isPlainFile(word) ? diskFile(requireFile(word)) : fileOfSource(args)
}

function isPlainFile(word: string): boolean {
  if (parseSourceName(word).kind !== null) return false
  const found = statSync(word, { throwIfNoEntry: false })
  if (found === undefined || found.isDirectory()) return false
  if (!found.isFile() || word.toLowerCase().endsWith('.efi')) return true
  const head = headOf(word)
  return !isTarHeader(head) && !isCompressed(head)
}

function headOf(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const head = new Uint8Array(512)
    return head.subarray(0, readSync(file, head, 0, head.length, 0))
  } finally {
    closeSync(file)
  }
}

function diskFile(path: string): UkiSource {
  const read = async (take: (chunk: Uint8Array) => void) => {
    for (const piece of readPieces(path)) take(piece)
  }
  return { path, layer: null, size: statSync(path).size, alone: true, read }
}

/** `--path`, else the UKI that bootc takes, else its kernel. */
async function fileOfSource(args: Arguments): Promise<UkiSource> {
  const { files, session } = await openFiles(args, { verity: [], capture: [] })
  const typed = args.text('path')
  const found = typed === null ? kernelOf(files.root) : { path: typed, leaf: withPath(typed, (path) => fileOf(files, path)) } // prettier-ignore
  const { leaf } = found
  return {
    path: found.path,
    layer: session === null ? null : leaf.origin.layer,
    size: leaf.content.size,
    alone: false,
    read: (take) => files.readFile(leaf, take),
  }
}

function kernelOf(root: Parameters<typeof ukiEntries>[0]): { path: string; leaf: FileLeaf } {
  const [first] = ukiEntries(root)
  const uki = first === undefined ? null : ukiFile(root, first[0])
  if (first !== undefined && uki !== null) return { path: display(`boot/EFI/Linux/${first[0]}`), leaf: uki } // prettier-ignore
  const classic = findVmlinuz(root)
  throw new SealscopeError({
    code: 'no-uki',
    what: 'the image has no UKI',
    expected: 'a file *.efi in boot/EFI/Linux, or --path',
    found: classic === null ? 'no kernel' : `a kernel without one, ${classic.path}`,
  })
}
