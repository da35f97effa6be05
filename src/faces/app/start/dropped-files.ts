import type { OpenRequest } from '../../../hosts/browser/protocol'

export interface ListedFile {
  path: string
  file: File
}

/** Files of a folder that are walked at most: a layout has a few hundred. */
export const MOST_FILES = 20_000
/** What of a folder an OCI layout needs (image-spec §"Image Layout Specification"). */
const LAYOUT_FILE = /^(?:oci-layout|index\.json|blobs\/[^/]+\/[^/]+)$/

export function tooMany(): TypeError {
  return new TypeError(
    `The folder holds more than ${MOST_FILES} files: take the one with index.json in it.`,
  )
}

/** A file, or of a folder the files of the OCI layout in it. */
export function requestOf(files: readonly ListedFile[]): OpenRequest {
  const [first] = files
  if (first === undefined) throw new TypeError('There is no file in what was dropped.')
  if (!files.some(({ path }) => path.includes('/'))) {
    if (files.length === 1) return { kind: 'file', file: first.file }
    throw new TypeError(`${files.length} files were dropped: one image at a time, please.`)
  }
  const top = folderOf(files, /^(.*\/)?oci-layout$/) ?? folderOf(files, /^(.*\/)?index\.json$/)
  if (top === null) {
    const folder = first.path.split('/')[0] ?? ''
    throw new TypeError(`The folder ${folder} holds no OCI layout: no index.json is in it.`)
  }
  const inside = files.filter(
    ({ path }) => path.startsWith(top) && LAYOUT_FILE.test(path.slice(top.length)),
  )
  return { kind: 'folder', files: inside }
}

/** The folder nearest to the top that holds a file of this name. */
function folderOf(files: readonly ListedFile[], name: RegExp): string | null {
  const folders = files.flatMap(({ path }) => {
    const found = name.exec(path)
    return found === null ? [] : [found[1] ?? '']
  })
  return folders.sort((a, b) => a.length - b.length)[0] ?? null
}

/** Files of a drop with their paths; folders are walked (File and Directory Entries API). */
export async function droppedFiles(transfer: DataTransfer): Promise<ListedFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) {
    return [...transfer.files].map((file) => ({ path: file.name, file }))
  }
  const found: ListedFile[] = []
  // One folder after the other: a list of what is left stays small however deep it goes.
  for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
    if (entry instanceof FileSystemFileEntry) found.push(await listed(entry))
    else if (entry instanceof FileSystemDirectoryEntry) entries.push(...(await entriesOf(entry)))
    if (found.length + entries.length > MOST_FILES) {
      throw tooMany()
    }
  }
  return found
}

async function listed(entry: FileSystemFileEntry): Promise<ListedFile> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
  return { path: entry.fullPath.replace(/^\//, ''), file }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const found: FileSystemEntry[] = []
  // A reader gives its entries in portions, the last one empty.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (portion.length === 0) return found
    found.push(...portion)
    if (found.length > MOST_FILES) return found
  }
}

/** Files that were chosen as a folder, with their paths in it. */
export function listedFolder(files: readonly File[]): ListedFile[] {
  if (files.length > MOST_FILES) throw tooMany()
  return files.map((file) => ({ path: file.webkitRelativePath, file }))
}
