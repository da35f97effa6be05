import type { Directory, Leaf, Node, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { sortedNames } from '../../../image/tree/walk'
import { forEachStat } from '../transform'
import type { Position } from './matcher'
import type { SelinuxPolicy } from './policy'

const NAME = 'security.selinux'
const LETTER = {
  file: '-',
  dir: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
} as const

/**
 * Labels a tree in place (composefs-boot selabel.rs `relabel_dir`); its stats must be its own. A file
 * under several names keeps the label of the first one visited, and gets a copy for each name that asks
 * for another; with `share` the last visited name decides for all (composefs-rs before 2026-05-22).
 * Without a policy all labels go.
 */
export function labelTree(root: Directory, policy: SelinuxPolicy | null, share: boolean): void {
  const labels = new LabelSetter()
  if (policy === null) forEachStat(root, (stat) => labels.set(stat, null))
  else new Labeller(policy, share, labels).run(root)
}

interface Frame {
  directory: Directory
  names: ByteString[]
  next: number
  /** Path with a slash at its end, and where the matcher stands after it. */
  prefix: ByteString
  position: Position
}

class Labeller {
  private readonly first = new Map<Leaf, ByteString | null>()
  private readonly aliasLengths: ReadonlySet<number>
  private readonly stack: Frame[] = []

  constructor(
    private readonly policy: SelinuxPolicy,
    private readonly share: boolean,
    private readonly labels: LabelSetter,
  ) {
    this.aliasLengths = new Set([...policy.aliases.keys()].map((alias) => alias.length))
  }

  run(root: Directory): void {
    this.enter(root, '/', this.policy.matcher.enter('/'))
    for (let frame = this.stack.at(-1); frame !== undefined; frame = this.stack.at(-1)) {
      const name = frame.names[frame.next++]
      if (name === undefined) this.stack.pop()
      else this.visit(frame, name, frame.directory.entries.get(name))
    }
  }

  private enter(directory: Directory, path: ByteString, position: Position): void {
    const { matcher } = this.policy
    this.labels.set(directory.stat, matcher.label(position, path, LETTER.dir))
    const slash = path.endsWith('/') ? '' : '/'
    this.stack.push({
      directory,
      names: sortedNames(directory),
      next: 0,
      prefix: path + slash,
      position: slash === '' ? position : matcher.advance(position, path, slash),
    })
  }

  private visit(frame: Frame, name: ByteString, node: Node | undefined): void {
    const { matcher } = this.policy
    const typed = frame.prefix + name
    const alias = this.aliasOf(typed)
    const path = alias ?? typed
    const position =
      alias === null ? matcher.advance(frame.position, frame.prefix, name) : matcher.enter(alias)
    if (node?.kind === 'dir') this.enter(node, path, position)
    else if (node !== undefined) {
      this.labelLeaf(frame.directory, name, node, matcher.label(position, path, LETTER[node.kind]))
    }
  }

  /** Long paths are not even looked up: hashing each would make deep trees quadratic. */
  private aliasOf(path: ByteString): ByteString | null {
    if (!this.aliasLengths.has(path.length)) return null
    return this.policy.aliases.get(path) ?? null
  }

  private labelLeaf(
    parent: Directory,
    name: ByteString,
    leaf: Leaf,
    label: ByteString | null,
  ): void {
    const before = this.first.get(leaf)
    if (before === undefined || before === label || this.share) {
      if (before === undefined) this.first.set(leaf, label)
      this.labels.set(leaf.stat, label)
      return
    }
    const copy: Leaf = { ...leaf, stat: { ...leaf.stat } }
    this.labels.set(copy.stat, label)
    parent.entries.set(name, copy)
  }
}

/** Sets labels; stats without other attributes share one map a label. */
class LabelSetter {
  private readonly alone = new Map<ByteString, ReadonlyMap<ByteString, ByteString>>()
  private readonly none: ReadonlyMap<ByteString, ByteString> = new Map()

  set(stat: Stat, label: ByteString | null): void {
    const { xattrs } = stat
    const others = xattrs.size - (xattrs.has(NAME) ? 1 : 0)
    if (others === 0) stat.xattrs = label === null ? this.none : this.onlyLabel(label)
    else if (label !== null) stat.xattrs = new Map(xattrs).set(NAME, label)
    else if (xattrs.size > others) {
      stat.xattrs = new Map([...xattrs].filter(([name]) => name !== NAME))
    }
  }

  private onlyLabel(label: ByteString): ReadonlyMap<ByteString, ByteString> {
    const known = this.alone.get(label)
    if (known !== undefined) return known
    const xattrs = new Map([[NAME, label]])
    this.alone.set(label, xattrs)
    return xattrs
  }
}

/** The label of one path, without leading slash; null for none. Whole paths are replaced by their aliases on the way. */
export function labelOf(
  { aliases, matcher }: SelinuxPolicy,
  path: ByteString,
  kind: Node['kind'],
): ByteString | null {
  let at = ''
  for (const part of path === '' ? [] : path.split('/')) {
    const typed = `${at}/${part}`
    at = aliases.get(typed) ?? typed
  }
  const whole = at === '' ? '/' : at
  return matcher.label(matcher.enter(whole), whole, LETTER[kind])
}
