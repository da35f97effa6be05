import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import type { Directory, Leaf, Node, Stat } from '../../image/tree/node'
import { cloneTree } from '../../image/tree/walk'
import { compareTrees, displayPath } from './compare-trees'
import { dumpLines } from '../../rules/composefs/dumpfile'
import { parseDumpfile } from '../../rules/composefs/dumpfile-parse'

const DUMP = `/ 0 40755 5 0 0 0 1700000000.0 - - -
/dev 0 40755 2 0 0 0 1700000000.0 - - -
/dev/null 0 20666 1 0 0 259 1700000000.0 - - -
/etc 0 40755 2 0 0 0 1700000000.0 - - - security.selinux=etc_t
/etc/a 3 100644 2 0 0 0 1700000000.0 - abc - security.capability=x user.n=1
/etc/b 0 @120000 - - - - 0.0 /etc/a - -
/etc/link 6 120777 1 0 0 0 1700000000.0 target - -
/usr 0 40755 2 0 0 0 1700000000.5 - - -
/usr/big 100 100755 1 0 0 0 1700000000.0 ab/${'cd'.repeat(63)} - ab${'cd'.repeat(63)}
`

function node(root: Directory, path: string): Node {
  let at: Node | undefined = root
  for (const name of path.split('/').filter(Boolean)) {
    at = at?.kind === 'dir' ? at.entries.get(name) : undefined
  }
  if (at === undefined) throw new Error(`no ${path}`)
  return at
}

function changed(edit: (root: Directory) => void): ReturnType<typeof compareTrees> {
  const right = parseDumpfile(DUMP)
  edit(right)
  return compareTrees(parseDumpfile(DUMP), right)
}

const setStat = (path: string, more: Partial<Stat>) => (root: Directory) => {
  const found = node(root, path)
  found.stat = { ...found.stat, ...more }
}
const replace = (folder: string, name: string, leaf: Node | null) => (root: Directory) => {
  const at = node(root, folder)
  if (at.kind !== 'dir') return
  if (leaf === null) at.entries.delete(name)
  else at.entries.set(name, leaf)
}
const leafOf = (path: string): Leaf => {
  const found = node(parseDumpfile(DUMP), path)
  if (found.kind === 'dir') throw new Error(path)
  return found
}

describe('what differs between two trees', () => {
  it.each([
    ['mtime', setStat('usr', { mtimeSec: 1, mtimeNsec: 5 }), '/usr', 'mtime 1700000000.000000005', 'mtime 1.000000005'],
    ['nsec', setStat('usr', { mtimeNsec: 7 }), '/usr', 'mtime 1700000000.000000005', 'mtime 1700000000.000000007'],
    ['mode', setStat('usr/big', { mode: 0o644 }), '/usr/big', 'mode 0755', 'mode 0644'],
    ['owner', setStat('usr/big', { gid: 4 }), '/usr/big', 'owner 0:0', 'owner 0:4'],
    ['label', setStat('etc', { xattrs: new Map() }), '/etc', 'label etc_t', 'label none'],
    ['xattr', setStat('etc', { xattrs: new Map([['security.selinux', 'etc_t'], ['user.x', '']]) }), '/etc', 'xattrs none', 'xattrs user.x='],
    ['missing', replace('usr', 'big', null), '/usr/big', 'file', null],
    ['extra', replace('usr', 'more', leafOf('usr/big')), '/usr/more', null, 'file'],
    ['type', replace('usr', 'big', leafOf('etc/link')), '/usr/big', 'mode 0755, file', 'mode 0777, symlink'],
    ['target', replace('etc', 'link', { ...leafOf('etc/link'), kind: 'symlink', target: 'other' }), '/etc/link', '-> target', '-> other'],
    ['device', replace('dev', 'null', { ...leafOf('dev/null'), kind: 'char', major: 5, minor: 1 }), '/dev/null', '1:3', '5:1'],
    ['content', replace('usr', 'big', { ...leafOf('usr/big'), kind: 'file', content: { size: 99, inline: null, verity: { sha512: null, sha256: null } } }), '/usr/big', '100 bytes abcdcdcdcdcdcdcd…', '99 bytes'],
  ])('%s', (cause, edit, path, left, right) => {
    const { differences, causes, equal } = changed(edit)
    expect([equal, causes[cause]]).toEqual([false, 1])
    expect(differences).toMatchObject([{ path, left, right }])
    expect(differences[0]?.causes).toContain(cause)
  }) // prettier-ignore

  it('sees hard links that are copies, and differences under every name of one', () => {
    const broken = changed(replace('etc', 'b', leafOf('etc/a')))
    expect(broken.differences.map(({ path, causes }) => [path, causes])).toEqual([
      ['/etc/a', ['hardlink']],
      ['/etc/b', ['hardlink']],
    ])
    const both = changed(setStat('etc/a', { mode: 0o600 }))
    expect(both.differences.map(({ path }) => path)).toEqual(['/etc/a', '/etc/b'])
  })

  it('lists parents first, counts what is over the limit, and ignores the order of children', () => {
    const left = parseDumpfile(DUMP)
    const turned = cloneTree(left)
    const stack: Directory[] = [turned]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      next.entries = new Map([...next.entries].reverse())
      for (const child of next.entries.values()) if (child.kind === 'dir') stack.push(child)
    }
    expect(compareTrees(left, turned)).toMatchObject({ equal: true, count: 0 })
    const { entries } = parseDumpfile(DUMP)
    const empty = { ...left, entries: new Map([...entries].filter(([name]) => name !== 'etc')) }
    const gone = compareTrees(left, empty, 2)
    expect(gone.differences.map(({ path }) => path)).toEqual(['/etc', '/etc/a'])
    expect([gone.count, gone.causes]).toEqual([4, { missing: 4 }])
  })

  it('shows paths that are no text as dumpfiles do', () => {
    expect(displayPath('/usr/\xc3\xa4')).toBe('/usr/ä')
    expect(displayPath('/usr/\xff')).toBe('/usr/\\xff')
    expect(displayPath('/usr/\x1b[0m')).toBe('/usr/\\x1b[0m')
  })
})

/** mulberry32. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function randomTree(next: (below: number) => number): Directory {
  const stat = (): Stat => ({
    mode: next(0o10000),
    uid: next(3),
    gid: next(3),
    mtimeSec: next(4),
    mtimeNsec: next(3),
    xattrs: new Map(next(4) === 0 ? [['user.\xe4=', `v${next(9)}\0`]] : []),
  })
  const origin = { layer: 0, entry: 0 }
  const root: Directory = { kind: 'dir', stat: stat(), origin: null, entries: new Map() }
  const directories = [root]
  const leaves: Leaf[] = []
  for (let count = next(40); count > 0; count--) {
    const parent = directories[next(directories.length)] ?? root
    const name = `${['a', 'b c', '\xff', '-', '=', '\\'][next(6)] ?? ''}${next(30)}`
    if (parent.entries.has(name)) continue
    const linked = leaves[next(leaves.length + 3)]
    if (linked !== undefined) parent.entries.set(name, linked)
    else if (next(3) === 0) {
      const made: Directory = { kind: 'dir', stat: stat(), origin, entries: new Map() }
      directories.push(made)
      parent.entries.set(name, made)
    } else {
      const inline = Uint8Array.from({ length: next(20) }, () => next(256))
      const content = { size: inline.length, inline, verity: { sha512: null, sha256: null } }
      const leaf: Leaf = next(4) === 0 ? { kind: 'symlink', stat: stat(), origin, target: `t${next(5)}` } : { kind: 'file', stat: stat(), origin, content } // prettier-ignore
      leaves.push(leaf)
      parent.entries.set(name, leaf)
    }
  }
  return root
}

describe('trees and their dumpfiles', () => {
  it('are equal, and two trees differ exactly where the lines of their dumpfiles do (300 seeds)', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const left = randomTree(random(seed))
      const text = [...dumpLines(left, 'sha512')]
      expect(compareTrees(left, parseDumpfile(text.join(''))).count, `seed ${seed}`).toBe(0)
      const right = cloneTree(left)
      const next = random(seed * 7919)
      const victims = [...right.entries.values()]
      const victim = victims[next(victims.length || 1)]
      if (victim === undefined) continue
      victim.stat = { ...victim.stat, [['mode', 'uid', 'mtimeSec'][next(3)] ?? 'gid']: 77 }
      const lines = [...dumpLines(right, 'sha512')]
      const differing = lines.filter((line, at) => line !== text[at]).length
      const { differences, count } = compareTrees(left, right)
      // A hard link is a line that names the first path, so that its other names do not differ as lines.
      const names = new Set(differences.map(({ path }) => path))
      expect([names.size, count > 0, count >= differing], `seed ${seed}`).toEqual([
        count,
        true,
        true,
      ])
      const back = compareTrees(right, left)
      expect(back.differences.map(({ path }) => path)).toEqual([...names])
    }
  })

  it('compare in the same way when lines are lost, doubled or moved', () => {
    const lines = DUMP.trimEnd().split('\n')
    for (let seed = 1; seed <= 200; seed++) {
      const next = random(seed)
      const copy = [...lines]
      const at = 1 + next(copy.length - 1)
      const taken = copy.splice(at, 1)
      if (next(2) === 0) copy.splice(1 + next(copy.length), 0, ...taken)
      let right: Directory
      try {
        right = parseDumpfile(`${copy.join('\n')}\n`)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SealscopeError)
        continue
      }
      const { count, equal } = compareTrees(parseDumpfile(DUMP), right)
      expect(equal).toBe(count === 0)
      expect(count === 0).toBe([...dumpLines(right, 'sha512')].join('') === DUMP)
    }
  })
})
