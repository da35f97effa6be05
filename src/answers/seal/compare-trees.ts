import type { DifferenceCause, TreeDifference } from '../../contract/answers'
import type { Directory, FileContent, Leaf, Node } from '../../image/tree/node'
import type { ByteString } from '../../base/byte-string'
import { escapeDump } from '../../rules/composefs/dumpfile'

const LABEL = 'security.selinux'

export interface TreeComparison {
  equal: boolean
  /** In byte order of the paths, parents first; at most the limit. */
  differences: TreeDifference[]
  /** All differences, also those over the limit. */
  count: number
  /** Number of differences per cause. */
  causes: Record<string, number>
}

/**
 * Compares two trees path by path: `missing` is only in the left one, `extra` only in the right one.
 * Contents are compared by the digests both have. Linear in the nodes of both.
 */
export function compareTrees(left: Directory, right: Directory, limit = 100_000): TreeComparison {
  const comparison = new Comparison(left, right, limit)
  comparison.run()
  const { differences, count, causes } = comparison
  return { equal: count === 0, differences, count, causes }
}

/** A path for people: UTF-8 where it is, dumpfile escapes where it is not. */
export function displayPath(path: ByteString): string {
  if (/^[ -~]*$/.test(path)) return path
  try {
    const bytes = Uint8Array.from(path, (char) => char.charCodeAt(0))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /\p{Cc}/u.test(text) ? escapeDump(path) : text
  } catch {
    return escapeDump(path)
  }
}

class Comparison {
  readonly differences: TreeDifference[] = []
  readonly causes: Record<string, number> = {}
  count = 0
  private readonly firstLeft: Map<Leaf, ByteString>
  private readonly firstRight: Map<Leaf, ByteString>

  constructor(
    private readonly left: Directory,
    private readonly right: Directory,
    private readonly limit: number,
  ) {
    this.firstLeft = firstNames(left)
    this.firstRight = firstNames(right)
  }

  run(): void {
    const stack: [ByteString, Node | undefined, Node | undefined][] = [['/', this.left, this.right]]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [path, left, right] = next
      this.compare(path, left, right)
      const names = new Set<ByteString>()
      for (const node of [left, right]) {
        if (node?.kind === 'dir') for (const name of node.entries.keys()) names.add(name)
      }
      const prefix = path === '/' ? '/' : `${path}/`
      for (const name of [...names].sort().reverse()) {
        stack.push([prefix + name, childOf(left, name), childOf(right, name)])
      }
    }
  }

  private compare(path: ByteString, left: Node | undefined, right: Node | undefined): void {
    if (left === undefined || right === undefined) {
      this.add(path, [left === undefined ? 'extra' : 'missing'], left, right)
      return
    }
    const causes = [...statCauses(left, right), ...kindCauses(left, right)]
    if (left.kind !== 'dir' && right.kind !== 'dir') {
      if (this.firstLeft.get(left) !== this.firstRight.get(right)) causes.push('hardlink')
    }
    if (causes.length > 0) this.add(path, causes, left, right)
  }

  private add(
    path: ByteString,
    causes: DifferenceCause[],
    left: Node | undefined,
    right: Node | undefined,
  ): void {
    this.count++
    for (const cause of causes) this.causes[cause] = (this.causes[cause] ?? 0) + 1
    if (this.differences.length >= this.limit) return
    this.differences.push({
      path: displayPath(path),
      kind: (right ?? left)?.kind ?? 'file',
      causes,
      left: left === undefined ? null : describe(left, causes),
      right: right === undefined ? null : describe(right, causes),
      layers: [layerOf(left), layerOf(right)],
    })
  }
}

function childOf(node: Node | undefined, name: ByteString): Node | undefined {
  return node?.kind === 'dir' ? node.entries.get(name) : undefined
}

function layerOf(node: Node | undefined): number | null {
  const layer = node?.origin?.layer ?? -1
  return layer < 0 ? null : layer
}

function statCauses(left: Node, right: Node): DifferenceCause[] {
  const [a, b] = [left.stat, right.stat]
  const causes: DifferenceCause[] = []
  if (a.mtimeSec !== b.mtimeSec) causes.push('mtime')
  else if (a.mtimeNsec !== b.mtimeNsec) causes.push('nsec')
  if (a.mode !== b.mode) causes.push('mode')
  if (a.uid !== b.uid || a.gid !== b.gid) causes.push('owner')
  if (a.xattrs.get(LABEL) !== b.xattrs.get(LABEL)) causes.push('label')
  if (!sameXattrs(a.xattrs, b.xattrs)) causes.push('xattr')
  return causes
}

function sameXattrs(
  a: ReadonlyMap<ByteString, ByteString>,
  b: ReadonlyMap<ByteString, ByteString>,
): boolean {
  if (a === b) return true
  for (const [name, value] of a) if (name !== LABEL && b.get(name) !== value) return false
  for (const name of b.keys()) if (name !== LABEL && !a.has(name)) return false
  return true
}

function kindCauses(left: Node, right: Node): DifferenceCause[] {
  if (left.kind !== right.kind) return ['type']
  if (left.kind === 'symlink' && right.kind === 'symlink') {
    return left.target === right.target ? [] : ['target']
  }
  if (left.kind === 'file' && right.kind === 'file') {
    return sameContent(left.content, right.content) ? [] : ['content']
  }
  const device = (node: Node) => ('major' in node ? `${node.major}:${node.minor}` : '')
  return device(left) === device(right) ? [] : ['device']
}

function sameContent(a: FileContent, b: FileContent): boolean {
  if (a.size !== b.size) return false
  if (a.inline !== null && b.inline !== null) {
    return a.inline.every((byte, at) => byte === b.inline?.[at])
  }
  for (const hash of ['sha512', 'sha256'] as const) {
    const [one, other] = [a.verity[hash], b.verity[hash]]
    if (one !== null && other !== null) return one === other
  }
  return true
}

/** What the causes are about, as text. */
function describe(node: Node, causes: readonly DifferenceCause[]): string {
  const { stat } = node
  const parts: string[] = []
  for (const cause of causes) {
    if (cause === 'mtime' || cause === 'nsec') {
      parts.push(`mtime ${stat.mtimeSec}.${String(stat.mtimeNsec).padStart(9, '0')}`)
    } else if (cause === 'mode') parts.push(`mode ${stat.mode.toString(8).padStart(4, '0')}`)
    else if (cause === 'owner') parts.push(`owner ${stat.uid}:${stat.gid}`)
    else if (cause === 'label') parts.push(`label ${displayPath(stat.xattrs.get(LABEL) ?? 'none')}`)
    else if (cause === 'xattr') parts.push(`xattrs ${describeXattrs(stat.xattrs)}`)
    else if (cause === 'target' && node.kind === 'symlink')
      parts.push(`-> ${displayPath(node.target)}`) // prettier-ignore
    else if (cause === 'content' && node.kind === 'file') parts.push(describeContent(node.content))
    else if (cause === 'device' && 'major' in node) parts.push(`${node.major}:${node.minor}`)
    else if (cause !== 'hardlink') parts.push(node.kind)
  }
  return parts.length > 0 ? parts.join(', ') : node.kind
}

function describeXattrs(xattrs: ReadonlyMap<ByteString, ByteString>): string {
  const shown = [...xattrs]
    .filter(([name]) => name !== LABEL)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${escapeDump(name)}=${escapeDump(value.slice(0, 64))}`)
  return shown.length === 0 ? 'none' : shown.join(' ').slice(0, 400)
}

function describeContent(content: FileContent): string {
  const digest = content.verity.sha512 ?? content.verity.sha256
  return `${content.size} bytes${digest === null ? '' : ` ${digest.slice(0, 16)}…`}`
}

/** The first name, in depth-first byte order, of each leaf that has several. */
function firstNames(root: Directory): Map<Leaf, ByteString> {
  const seen = new Set<Leaf>()
  const linked = new Set<Leaf>()
  const directories = [root]
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    for (const child of next.entries.values()) {
      if (child.kind === 'dir') directories.push(child)
      else if (seen.has(child)) linked.add(child)
      else seen.add(child)
    }
  }
  const first = new Map<Leaf, ByteString>()
  if (linked.size === 0) return first
  const stack: [ByteString, Node][] = [['', root]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, node] = next
    if (node.kind !== 'dir') {
      if (linked.has(node) && !first.has(node)) first.set(node, path)
      continue
    }
    for (const name of [...node.entries.keys()].sort().reverse()) {
      const child = node.entries.get(name)
      if (child !== undefined) stack.push([`${path}/${name}`, child])
    }
  }
  return first
}
