import { SealscopeError } from '../../base/error'
import type { ByteString } from '../../base/byte-string'
import type { FileRecord, FileType } from '../../contract/files'
import type { LayerEntry, TarEntry } from '../../formats/tar/entry'
import type { FileSource } from '../../image/session/file-source'
import { locate, type Located } from '../../image/tree/locate'
import type { Node, Stat } from '../../image/tree/node'
import { splitPath } from '../../image/tree/path'
import { decodeUtf8, display } from '../../image/tree/reader'
import { sortedEntries } from '../../image/tree/walk'
import { labelOf } from '../../rules/composefs/selinux/label'
import type { SelinuxPolicy } from '../../rules/composefs/selinux/policy'

export interface Wanted {
  /** With or without leading slash. */
  path: ByteString
  /** All that lies below, too. */
  recursive: boolean
}

/** Files of a tree or layer, and the directory (or file) that the path led to. */
export interface Listing {
  path: string
  entries: FileRecord[]
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
const SELINUX = 'security.selinux'

/** What a path of the merged tree names: the entries of a directory (links followed), or the one file. */
export function listTree(
  source: FileSource,
  { path, recursive }: Wanted,
  policy: SelinuxPolicy | null,
): Listing {
  const found = directoryOf(source, path) ?? locate(source.root, path, false)
  if (found === undefined) throw noSuchFile(path)
  const record = (at: ByteString, node: Node) => treeRecord(at, node, policy, source.layers.length > 0) // prettier-ignore
  const shown = `/${display(found.path)}`
  if (found.node.kind !== 'dir') return { path: shown, entries: [record(found.path, found.node)] }
  const entries: FileRecord[] = []
  const stack = below(found.path, found.node)
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [at, node] = next
    entries.push(record(at, node))
    if (recursive && node.kind === 'dir') stack.push(...below(at, node))
  }
  return { path: shown, entries }
}

/** Children with their paths, the last one first. */
function below(
  path: ByteString,
  directory: Parameters<typeof sortedEntries>[0],
): [ByteString, Node][] {
  const prefix = path === '' ? '' : `${path}/`
  return sortedEntries(directory).reverse().map(([name, node]) => [`${prefix}${name}`, node]) // prettier-ignore
}

function directoryOf(source: FileSource, path: ByteString): Located | undefined {
  const found = locate(source.root, path, true)
  return found?.node.kind === 'dir' ? found : undefined
}

/** The regular file that a path leads to, links followed. Throws where there is none. */
export function fileOf(source: FileSource, path: ByteString): Extract<Node, { kind: 'file' }> {
  const found = locate(source.root, path, true)
  if (found === undefined) throw noSuchFile(path)
  if (found.node.kind === 'file') return found.node
  throw notAFile(path, found.node.kind)
}

/** Entries of one layer as they are in the archive; a directory that only lies on the way has no mode. */
export function listLayer(source: FileSource, layer: number, { path, recursive }: Wanted): Listing {
  const prefix = splitPath(path).join('/')
  const start = prefix === '' ? '' : `${prefix}/`
  const entries: FileRecord[] = []
  const shown = new Set<ByteString>()
  let whole: FileRecord | null = null
  for (const entry of source.layers[layer]?.entries ?? []) {
    const plain = plainPath(entry.path)
    const record = layerRecord(entry, plain, layer)
    if (plain === prefix && entry.type !== 'dir') whole = record
    if (!plain.startsWith(start) || plain === prefix) continue
    const rest = plain.slice(start.length)
    const slash = rest.indexOf('/')
    const child = slash < 0 ? plain : `${start}${rest.slice(0, slash)}`
    if (recursive || slash < 0) entries.push(record)
    else if (!shown.has(child)) entries.push(onTheWay(child))
    shown.add(child)
  }
  const named = { path: `/${display(prefix)}` }
  if (entries.length > 0) return { ...named, entries: withoutTwins(entries) }
  if (whole !== null) return { ...named, entries: [whole] }
  if (prefix === '' || hasDirectory(source, layer, prefix)) return { ...named, entries: [] }
  throw noSuchFile(path)
}

function hasDirectory(source: FileSource, layer: number, path: ByteString): boolean {
  const entries = source.layers[layer]?.entries ?? []
  return entries.some((entry) => plainPath(entry.path) === path)
}

/** A directory that was seen on the way before its own entry came, once. */
function withoutTwins(entries: readonly FileRecord[]): FileRecord[] {
  const brought = new Set(entries.flatMap(({ path, mode }) => (mode === null ? [] : [path])))
  return entries.filter(({ path, mode, type }) => mode !== null || type !== 'dir' || !brought.has(path)) // prettier-ignore
}

/** The file of one layer that a path names, hard links of the same layer followed. */
export function entryOf(source: FileSource, layer: number, path: ByteString): LayerEntry<unknown> {
  const entries = source.layers[layer]?.entries ?? []
  let wanted = splitPath(path).join('/')
  for (let links = 0; links < entries.length + 1; links++) {
    const found = entries.findLast((entry) => plainPath(entry.path) === wanted)
    if (found === undefined) throw noSuchFile(path)
    if (found.type === 'file') return found
    if (found.type !== 'hardlink') throw notAFile(path, found.type)
    wanted = plainPath(found.linkTarget)
  }
  throw notAFile(path, 'hardlink')
}

function plainPath(path: ByteString): ByteString {
  return splitPath(path).join('/')
}

function treeRecord(
  path: ByteString,
  node: Node,
  policy: SelinuxPolicy | null,
  layered: boolean,
): FileRecord {
  const { stat, origin } = node
  // A directory that no entry brought was made up.
  const known = origin !== null || !layered
  const stored = stat.xattrs.get(SELINUX)?.replace(/\0$/, '')
  const label = policy === null ? (stored ?? null) : labelOf(policy, path, node.kind)
  return {
    path: `/${display(path)}`,
    type: node.kind,
    ...(known ? metadataOf(stat) : { mode: null, owner: null, mtime: null }),
    size: node.kind === 'file' ? node.content.size : null,
    target: node.kind === 'symlink' ? display(node.target) : null,
    device: node.kind === 'char' || node.kind === 'block' ? { major: node.major, minor: node.minor } : null, // prettier-ignore
    layer: layered ? (origin?.layer ?? null) : null,
    xattrs: xattrsOf(stat.xattrs),
    selinux: label === null ? null : display(label),
    verity: node.kind === 'file' ? node.content.verity.sha512 : null,
  }
}

function layerRecord(
  entry: TarEntry & Partial<VerityOf>,
  path: ByteString,
  layer: number,
): FileRecord {
  const slash = path.lastIndexOf('/') + 1
  const name = path.slice(slash)
  const hidden = hiddenBy(name)
  const { type } = entry
  const shown = hidden === null ? path : hidden === '' ? path.slice(0, Math.max(0, slash - 1)) : path.slice(0, slash) + hidden // prettier-ignore
  const kind: FileType = hidden === null ? type : hidden === '' ? 'opaque' : 'whiteout'
  return {
    path: `/${display(shown)}`,
    type: kind,
    ...metadataOf(entry),
    size: kind === 'file' ? entry.size : null,
    target: type === 'symlink' || type === 'hardlink' ? display(entry.linkTarget) : null,
    device: type === 'char' || type === 'block' ? { major: entry.devMajor, minor: entry.devMinor } : null, // prettier-ignore
    layer,
    xattrs: xattrsOf(entry.xattrs),
    selinux: textOrNull(entry.xattrs.get(SELINUX)?.replace(/\0$/, '')),
    verity: kind === 'file' ? (entry.verity?.sha512 ?? null) : null,
  }
}

interface VerityOf {
  verity: { sha512: string | null }
}

/** The name that a whiteout removes; empty for an opaque one, null for all else. */
function hiddenBy(name: ByteString): ByteString | null {
  if (name === OPAQUE) return ''
  return name.startsWith(WHITEOUT) ? name.slice(WHITEOUT.length) : null
}

function onTheWay(path: ByteString): FileRecord {
  const nothing = { mode: null, owner: null, size: null, mtime: null, target: null, device: null }
  return { path: `/${display(path)}`, type: 'dir', ...nothing, layer: null, xattrs: {}, selinux: null, verity: null } // prettier-ignore
}

function metadataOf({ mode, uid, gid, mtimeSec }: Pick<Stat, 'mode' | 'uid' | 'gid' | 'mtimeSec'>) {
  return { mode: mode.toString(8).padStart(4, '0'), owner: `${uid}:${gid}`, mtime: mtimeSec }
}

function xattrsOf(xattrs: ReadonlyMap<ByteString, ByteString>): Record<string, string> {
  const pairs = [...xattrs].map(([name, value]) => [display(name), shownValue(value)] as const)
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Text, or base64 after `0s` where it is none (getfattr(1)); a final NUL of a text is left out. */
function shownValue(value: ByteString): string {
  const text = decodeUtf8(value.replace(/\0$/, ''))
  if (text !== null && !/\p{Cc}/u.test(text) && !text.startsWith('0s')) return text
  return `0s${btoa(value)}`
}

function textOrNull(text: ByteString | undefined): string | null {
  return text === undefined ? null : display(text)
}

function noSuchFile(path: ByteString): SealscopeError {
  return new SealscopeError({
    code: 'no-such-path',
    what: 'there is no such file',
    where: { path: display(path) },
  })
}

function notAFile(path: ByteString, kind: string): SealscopeError {
  const names: Readonly<Record<string, string>> = { dir: 'a directory', hardlink: 'a hard link that leads to no file of this layer', symlink: 'a symbolic link' } // prettier-ignore
  return new SealscopeError({
    code: 'not-a-regular-file',
    what: 'this has no bytes to read',
    where: { path: display(path) },
    expected: 'a regular file',
    found: names[kind] ?? `a ${kind}`,
  })
}
