import { droppedFiles, type ListedFile, requestOf } from './dropped-files'
import type { OpenRequest } from '../../../hosts/browser/protocol'

/** What somebody dropped or chose, told by its content. */
export type Recognised =
  | { kind: 'image'; request: OpenRequest }
  | { kind: 'blueprint'; text: string; name: string }
  /** A bundle of this page: the facts in it, and its blueprint. */
  | {
      kind: 'bundle'
      request: OpenRequest | null
      blueprint: { text: string; name: string } | null
    }
  | { kind: 'unknown'; name: string }

/** Text of 5 MB is read; more than that is no blueprint. */
const LARGEST_TEXT = 5 * 2 ** 20

/** Looks at what was dropped. Throws for a folder without a layout, and for several files at once. */
export async function recogniseDrop(transfer: DataTransfer): Promise<Recognised> {
  return recognise(await droppedFiles(transfer))
}

export async function recognise(files: readonly ListedFile[]): Promise<Recognised> {
  const request = requestOf(files)
  return request.kind === 'file' ? recogniseFile(request.file) : { kind: 'image', request }
}

export async function recogniseFile(file: File): Promise<Recognised> {
  const head = new Uint8Array(await file.slice(0, 512).arrayBuffer())
  const image: Recognised = { kind: 'image', request: { kind: 'file', file } }
  if (isZip(head)) return openZip(file)
  if (isBinary(head)) return image
  const text = file.size <= LARGEST_TEXT ? await file.text() : null
  if (text === null) return image
  if (/^\s*\{/.test(text)) return (await jsonKind(text)) ?? { ...image }
  if (isDump(text)) return image
  return (await isBlueprint(text, 'toml'))
    ? { kind: 'blueprint', text, name: file.name }
    : { kind: 'unknown', name: file.name }

  async function jsonKind(json: string): Promise<Recognised | null> {
    if (/"schema"\s*:\s*"sealscope\./.test(json.slice(0, 2000))) return null
    const blueprint = await isBlueprint(json, 'json')
    return blueprint ? { kind: 'blueprint', text: json, name: file.name } : null
  }
}

/** `PK` and a local header (APPNOTE §4.3.7). */
function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4
}

/** A NUL or another control character: archives and executables have them, texts do not. */
function isBinary(head: Uint8Array): boolean {
  return head.some((byte) => byte < 9 || (byte > 13 && byte < 32))
}

/** A composefs dumpfile begins with the line of `/`. */
function isDump(text: string): boolean {
  return /^\/ \d+ [0-7]+ /.test(text)
}

/** Names that a blueprint has at its top (osbuild blueprint reference). */
const KEYS = ['name', 'customizations', 'packages', 'modules', 'groups', 'containers', 'distro', 'version', 'description', 'enabled_modules', 'blueprint'] // prettier-ignore

async function isBlueprint(text: string, format: 'toml' | 'json'): Promise<boolean> {
  const { readDocument } = await import('../../../formats/blueprint/document')
  try {
    const { root } = readDocument(text, format)
    return root.kind === 'object' && root.entries.some(({ key }) => KEYS.includes(key))
  } catch {
    // A blueprint with a mistake in it is one that the editor can show.
    return /^\s*\[{1,2}customizations[.\]]/m.test(text)
  }
}

/** What this page saved: facts and a blueprint in one archive. */
async function openZip(file: File): Promise<Recognised> {
  const { readBundle } = await import('../share/read-bundle')
  return readBundle(file)
}
