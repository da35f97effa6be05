import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import type { LayerEntry } from '../../formats/tar/entry'
import { Effort, childAt, resolve } from './lookup'
import { mergeLayers, PROBLEM_LIMIT, type MergedTree } from './merge'
import type { Node } from './node'
import { PATH_LIMIT } from './path'

type Item = Pick<LayerEntry<unknown>, 'path' | 'type'> & { link?: string }

const dir = (path: string): Item => ({ path, type: 'dir' })
const file = (path: string): Item => ({ path, type: 'file' })
const hardlink = (path: string, link: string): Item => ({ path, type: 'hardlink', link })
const symlink = (path: string, link: string): Item => ({ path, type: 'symlink', link })

function entryOf({ path, type, link = '' }: Item, index: number): LayerEntry<unknown> {
  return {
    ...{ index, offset: 512 * index, path, type, linkTarget: link, size: 0 },
    ...{ mode: 0o644, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, devMajor: 0, devMinor: 0 },
    ...{ xattrs: new Map(), inline: new Uint8Array(0), captured: null },
    verity: { sha512: null, sha256: null },
  }
}

function merged(...items: Item[]): MergedTree {
  return mergeLayers([{ entries: items.map(entryOf), importError: null }])
}

function at({ root }: MergedTree, path: string): Node | undefined {
  return childAt(root, path)
}

/** Only folders, one below the other, `size` bytes long. */
function deep(size: number): string {
  return 'd/'.repeat(size / 2) + (size % 2 === 1 ? 'f' : '')
}

function depthOf({ root }: MergedTree): number {
  let depth = 0
  for (let node = root.entries.get('d'); node?.kind === 'dir'; node = node.entries.get('d')) depth++
  return depth
}

describe('paths that Linux does not take', () => {
  it('takes one of the longest kind', () => {
    const tree = merged(file(deep(PATH_LIMIT)))
    expect(depthOf(tree)).toBe(2047)
    expect(at(tree, deep(PATH_LIMIT))?.kind).toBe('file')
    expect(tree.importError).toContain('Directory entry "d" does not exist')
  })

  it.each([PATH_LIMIT + 1, 100_000, 1 << 20])(
    'leaves out one of %i bytes, not the rest',
    (size) => {
      const tree = merged(dir('usr'), file(deep(size)), file('usr/x'))
      expect(tree.problems).toHaveLength(1)
      expect(tree.importError).toMatch(
        new RegExp(
          `^layer 0, .+: the path is too long for Linux, expected at most 4095 bytes, found ${size}$`,
        ),
      )
      expect(tree.importError?.length).toBeLessThan(700)
      expect([...tree.root.entries.keys()]).toEqual(['usr'])
      expect(at(tree, 'usr/x')?.kind).toBe('file')
    },
  )

  it('leaves out a hard link to one, not the rest', () => {
    const target = `${'./'.repeat(PATH_LIMIT / 2)}usr/x`
    const tree = merged(dir('usr'), file('usr/x'), hardlink('usr/y', target), hardlink('usr/z', 'usr/x')) // prettier-ignore
    expect(tree.importError).toBe(
      `layer 0, usr/y: the target of the hard link is too long for Linux, expected at most 4095 bytes, found ${target.length}`,
    )
    expect(at(tree, 'usr/y')).toBeUndefined()
    expect(at(tree, 'usr/z')).toBe(at(tree, 'usr/x'))
  })

  it('keeps a symbolic link to one, which nothing follows', () => {
    const target = '/'.repeat(PATH_LIMIT + 1)
    const tree = merged(dir('usr'), symlink('usr/l', target), file('usr/l/x'), file('usr/y'))
    expect(at(tree, 'usr/l')).toMatchObject({ kind: 'symlink', target })
    expect(tree.importError).toContain('Directory entry "l" is not a subdirectory')
    expect(() => resolve(tree.root, 'usr/l', 'chroot')).toThrow('File name too long (os error 36)')
    expect(at(tree, 'usr/y')?.kind).toBe('file')
  })
})

describe('folders that no entry brought', () => {
  const parents = Array.from({ length: 60 }, (_, n) => file(`${n}/${'d/'.repeat(1999)}f`))

  it('are made up to a number in the whole image', () => {
    const tree = merged(...parents, dir('usr'), file('usr/x'))
    expect(tree.problems).toHaveLength(PROBLEM_LIMIT + 1)
    expect(tree.problems.at(-1)).toEqual({
      layer: 0,
      path: null,
      message:
        'more than 100000 folders of the image are missing: what lies below further ones is left out',
    })
    expect(at(tree, `49/${'d/'.repeat(1999)}f`)?.kind).toBe('file')
    expect(at(tree, '50')).toBeUndefined()
    expect(at(tree, 'usr/x')?.kind).toBe('file')
  })
})

describe('look-ups behind links', () => {
  const turns = 'x/../'.repeat(800)
  const links = Array.from({ length: 39 }, (_, n) => symlink(`s${n}`, `${turns}s${n + 1}`))

  it('take a bounded number of steps together', () => {
    const { root } = merged(dir('x'), ...links, dir('s39'))
    const effort = new Effort(400_000)
    const tries = Array.from({ length: 10 }, () => {
      try {
        return resolve(root, 's0', 'chroot', effort)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SealscopeError)
        return null
      }
    })
    expect(tries.map((node) => node?.kind ?? null)).toEqual([
      ...['dir', 'dir'],
      ...Array.from({ length: 8 }, () => null),
    ])
  })

  it('stop before they take long, and the rest of the tree is kept', () => {
    const lost = Array.from({ length: 20_000 }, (_, n) => hardlink(`h${n}`, 's0/nothing'))
    const tree = merged(dir('x'), ...links, dir('s39'), ...lost, dir('usr'), file('usr/x'))
    expect(tree.problems).toHaveLength(PROBLEM_LIMIT)
    expect(tree.importError).toBe('layer 0, h0: Directory entry "s0" is not a subdirectory')
    expect(at(tree, 'usr/x')?.kind).toBe('file')
  })
})
