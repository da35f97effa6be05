import { SealscopeError } from '../../base/error'
import { shortened } from '../../base/trim'
import type { LayerEntry, LayerListing } from '../../formats/tar/entry'
import { copyDirectory, createNode, emptyDirectory, statOf } from './create'
import { describeProblem, quoted, rooted, SHOWN, unpacking } from './import-problem'
import type { ImportProblem } from './import-problem'
import { Effort, resolve } from './lookup'
import type { Directory, Leaf, Node, Origin } from './node'
import type { ByteString } from '../../base/byte-string'
import { PATH_LIMIT, splitPath } from './path'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

export interface MergedTree {
  root: Directory
  /** Problems in layer order; the first `PROBLEM_LIMIT`, and that of too many missing folders. */
  problems: ImportProblem[]
  /** The first problem as a sentence; null when composefs-rs can import these layers. */
  importError: string | null
}

/** What merging needs of a layer. */
export type MergeLayer = Pick<LayerListing<unknown>, 'entries' | 'importError'>

export const PROBLEM_LIMIT = 1000
/** Folders that no entry brought, in an image: paths of 4 KiB could name some two thousand each. */
const MADE_LIMIT = 100_000
/** Steps that may be taken behind links for entries that have no place otherwise. */
const FOLLOW_LIMIT = 10_000_000

/**
 * Applies layers in image order. `lenient` shows everything that can be shown: missing parents are made,
 * links to directories are followed, what has no place is left out. `strict` throws at the first
 * problem, as composefs-oci image.rs `process_entry` stops. Linear in the bytes of all paths.
 */
export function mergeLayers(
  layers: readonly MergeLayer[],
  mode: 'lenient' | 'strict' = 'lenient',
): MergedTree {
  const merge = new LayerMerge(null, mode)
  layers.forEach((layer, index) => merge.apply(layer, index))
  return merge.result()
}

/**
 * A further layer on a merged tree, which is left as it is: directories on the way to a change are
 * copied, all else is shared. Costs what the layer's entries cost, not what the tree holds.
 */
export function mergeOnto(base: MergedTree, layer: MergeLayer, index: number): MergedTree {
  const merge = new LayerMerge(base, 'lenient')
  merge.apply(layer, index)
  return merge.result()
}

class LayerMerge {
  private readonly root: Directory
  private readonly problems: ImportProblem[]
  /** Directories that may be changed; null: all of them. */
  private readonly own: Set<Directory> | null
  private lastPath: string | null = null
  private lastParent: Directory
  private made = 0
  private saidMade = false
  private readonly effort = new Effort(FOLLOW_LIMIT)

  constructor(
    base: MergedTree | null,
    private readonly mode: 'lenient' | 'strict',
  ) {
    this.root = base === null ? emptyDirectory(null) : copyDirectory(base.root)
    this.own = base === null ? null : new Set([this.root])
    this.problems = [...(base?.problems ?? [])]
    this.lastParent = this.root
  }

  apply(layer: MergeLayer, index: number): void {
    for (const entry of layer.entries) this.applyEntry(entry, { layer: index, entry: entry.index })
    if (layer.importError !== null) this.report(index, null, layer.importError)
  }

  result(): MergedTree {
    const { root, problems } = this
    const [first] = problems
    return { root, problems, importError: first === undefined ? null : describeProblem(first) }
  }

  private applyEntry(entry: LayerEntry<unknown>, origin: Origin): void {
    const { path } = entry
    if (path.length > PATH_LIMIT) return this.reportLong(entry, origin, 'path', path)
    const cut = path.lastIndexOf('/')
    const name = path.slice(cut + 1)
    const plain = cut > 0 && name !== '' && name !== '.' && name !== '..'
    if (plain && path.slice(0, cut) === this.lastPath) {
      return this.place(this.lastParent, name, entry, origin)
    }
    const parts = this.componentsOf(path, origin)
    const last = parts?.pop()
    if (parts === null) return
    if (last === undefined) return this.applyRoot(entry, origin)
    const parent = this.parentOf(parts, path, origin)
    if (parent === null) return
    if (plain && !path.includes('..')) {
      this.lastPath = path.slice(0, cut)
      this.lastParent = parent
    }
    this.place(parent, last, entry, origin)
  }

  /** Path components; `..` is an error of composefs-rs, resolved here when it stays inside. */
  private componentsOf(path: ByteString, origin: Origin): string[] | null {
    const parts = splitPath(path)
    if (!parts.includes('..')) return parts
    // Rust's Path::file_name: such a path names the root.
    if (parts.at(-1) === '..') return []
    const folder = rooted(path).slice(0, rooted(path).lastIndexOf('/'))
    this.report(origin.layer, path, `${unpacking(path)}: Invalid filename ${quoted(folder)}`)
    const clean: string[] = []
    for (const part of parts) {
      if (part !== '..') clean.push(part)
      else if (clean.pop() === undefined) return null
    }
    return clean
  }

  private applyRoot(entry: LayerEntry<unknown>, origin: Origin): void {
    if (entry.type !== 'dir') {
      const message = `Unpacking layer tar: filename ${quoted(rooted(entry.path))} must be a directory`
      return this.report(origin.layer, entry.path, message)
    }
    this.root.stat = statOf(entry)
    this.root.origin = origin
  }

  private parentOf(parts: readonly string[], path: string, origin: Origin): Directory | null {
    let at = this.root
    for (const part of parts) {
      const next = at.entries.get(part)
      if (next?.kind === 'dir') {
        at = this.writable(at, part, next)
        continue
      }
      const what = next === undefined ? 'does not exist' : 'is not a subdirectory'
      this.report(origin.layer, path, `${unpacking(path)}: Directory entry ${quoted(part)} ${what}`)
      if (next !== undefined) return this.follow(parts)
      const made = this.make(at, part, origin)
      if (made === null) return null
      at = made
    }
    return at
  }

  private make(parent: Directory, name: string, origin: Origin): Directory | null {
    if (this.made === MADE_LIMIT) {
      this.reportMade(origin.layer)
      return null
    }
    this.made++
    const made = emptyDirectory(null)
    this.own?.add(made)
    parent.entries.set(name, made)
    return made
  }

  /** Where tools that extract to a disk would put the entry: behind links, if these lead to a directory. */
  private follow(parts: readonly string[]): Directory | null {
    try {
      const node = resolve(this.root, parts.join('/'), 'chroot', this.effort)
      return node?.kind === 'dir' && (this.own === null || this.own.has(node)) ? node : null
    } catch (thrown) {
      if (thrown instanceof SealscopeError) return null
      throw thrown
    }
  }

  private place(
    parent: Directory,
    name: ByteString,
    entry: LayerEntry<unknown>,
    origin: Origin,
  ): void {
    const linked = entry.type === 'hardlink' ? this.linkTarget(entry, origin) : undefined
    if (linked === null) return
    if (name === OPAQUE) return this.clear(parent)
    if (name.startsWith(WHITEOUT)) {
      const hidden = name.slice(WHITEOUT.length)
      if (parent.entries.get(hidden)?.kind === 'dir') this.lastPath = null
      parent.entries.delete(hidden)
      return
    }
    const old = parent.entries.get(name)
    if (entry.type === 'dir' && old?.kind === 'dir') {
      const kept = this.writable(parent, name, old)
      kept.stat = statOf(entry)
      kept.origin = origin
      return
    }
    if (old?.kind === 'dir') this.lastPath = null
    const node = linked ?? createNode(entry, origin)
    if (node.kind === 'dir') this.own?.add(node)
    parent.entries.set(name, node)
  }

  private clear(directory: Directory): void {
    directory.entries.clear()
    this.lastPath = null
  }

  /** The leaf a hard link names; null (and a problem) when there is none. */
  private linkTarget(entry: LayerEntry<unknown>, origin: Origin): Leaf | null {
    const { linkTarget: target, path } = entry
    if (target.length > PATH_LIMIT) {
      this.reportLong(entry, origin, 'target', target)
      return null
    }
    const parts = splitPath(target)
    const name = parts.pop()
    if (name === undefined || name === '..' || parts.includes('..')) {
      this.report(origin.layer, path, `Invalid filename ${quoted(rooted(target))}`)
      return this.followLink(target)
    }
    let folder = this.root
    for (const part of parts) {
      const next = folder.entries.get(part)
      if (next?.kind !== 'dir') return this.noTarget(next, part, true, entry, origin)
      folder = next
    }
    const found = folder.entries.get(name)
    if (found === undefined || found.kind === 'dir') {
      return this.noTarget(found, name, false, entry, origin)
    }
    return found
  }

  private noTarget(
    found: Node | undefined,
    name: ByteString,
    folder: boolean,
    entry: LayerEntry<unknown>,
    origin: Origin,
  ): Leaf | null {
    const what = folder ? 'is not a subdirectory' : 'is a directory'
    const message = `Directory entry ${quoted(name)} ${found === undefined ? 'does not exist' : what}`
    this.report(origin.layer, entry.path, message)
    return this.followLink(entry.linkTarget)
  }

  /** What a hard link would name on a disk, where links on the way are followed. */
  private followLink(target: ByteString): Leaf | null {
    try {
      const node = resolve(this.root, target, 'chroot', this.effort)
      return node !== undefined && node.kind !== 'dir' ? node : null
    } catch (thrown) {
      if (thrown instanceof SealscopeError) return null
      throw thrown
    }
  }

  /** The child directory itself when it may be changed, else a copy that takes its place. */
  private writable(parent: Directory, name: ByteString, child: Directory): Directory {
    if (this.own === null || this.own.has(child)) return child
    const copy = copyDirectory(child)
    this.own.add(copy)
    parent.entries.set(name, copy)
    return copy
  }

  /** What no system call takes and no dumpfile can hold: nothing of it is put into the tree. */
  private reportLong(
    entry: LayerEntry<unknown>,
    { layer }: Origin,
    what: 'path' | 'target',
    { length }: ByteString,
  ): void {
    const of = what === 'path' ? 'the path' : 'the target of the hard link'
    const message = `${of} is too long for Linux, expected at most ${PATH_LIMIT} bytes, found ${length}`
    this.report(layer, entry.path, message)
  }

  /** Said once, however many problems there are: each folder that was made is one. */
  private reportMade(layer: number): void {
    if (this.saidMade) return
    this.saidMade = true
    const message = `more than ${MADE_LIMIT} folders of the image are missing: what lies below further ones is left out`
    this.problems.push({ layer, path: null, message })
  }

  private report(layer: number, whole: ByteString | null, message: string): void {
    const path = whole === null ? null : shortened(whole, SHOWN)
    if (this.mode === 'strict') {
      const where = path === null ? { layer } : { layer, path }
      throw new SealscopeError({ code: 'layer-import', what: message, where })
    }
    if (this.problems.length < PROBLEM_LIMIT) this.problems.push({ layer, path, message })
  }
}
