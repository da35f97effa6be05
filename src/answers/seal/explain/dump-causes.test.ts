import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../../base/hash/kernels'
import { loadKernels } from '../../../base/hash/testing/load'
import { mergeLayers, type MergeLayer } from '../../../image/tree/merge'
import { transformedTree, type DigestInput } from '../candidates'
import { digestOf } from '../../../rules/composefs/digest'
import { dumpLines } from '../../../rules/composefs/dumpfile'
import type { ErofsVersion } from '../../../rules/composefs/erofs/inode'
import { BOOTABLE_FORM } from '../../../rules/composefs/forms'
import { dumpCauses } from './dump-causes'
import { directory, file, layersOf, policy } from './testing/layers'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

const BASE = ['usr', 'usr/lib', 'usr/share', 'etc', 'boot', 'sysroot'].map((path) => directory(path)) // prettier-ignore
const SEALED = [
  [...BASE, file('usr/lib/a', 'a'), file('usr/lib/b', 'b'), file('usr/share/c', 'c')],
  [...policy('/.* root_t\n')],
]
const FINAL = [
  ...SEALED,
  [{ ...file('usr/lib/a', 'other'), mode: 0o755 }, file('usr/lib/.wh.b', '')],
  [file('usr/share/.wh..wh..opq', ''), { ...directory('usr/lib', 5), mtimeNsec: 1 }, file('usr/lib/new', '')],
] // prettier-ignore

const inputOf = (layers: readonly MergeLayer[]): DigestInput => ({
  root: mergeLayers(layers).root,
  readFile: (leaf) => leaf.content.inline ?? new Uint8Array(0),
  verity: (algorithm) => kernels.verity(algorithm),
  importError: null,
  multiFrame: false,
})

function explained(version: ErofsVersion | 'wrong', edit = (dump: string) => dump) {
  const sealed = transformedTree(inputOf(layersOf(SEALED)), BOOTABLE_FORM)
  const verity = (algorithm: 'sha512' | 'sha256') => kernels.verity(algorithm)
  const claimed = version === 'wrong' ? 'ab'.repeat(64) : digestOf(sealed, version, 'sha512', verity) // prettier-ignore
  const layers = layersOf(FINAL)
  const dump = Buffer.from(edit([...dumpLines(sealed, 'sha512')].join('')), 'latin1')
  return dumpCauses({ claimed, algorithm: 'sha512', input: inputOf(layers), layers, dump, name: 'boot/x.dump' }) // prettier-ignore
}

describe('causes from the dump of the sealed tree', () => {
  it.each([[1], [2], [0]] as const)('are proved when the digest of the dump is claimed, V%i', (version) => {
    const causes = explained(version)
    const found = causes.map(({ id, layer, paths, proved }) => [id, layer, paths, proved])
    expect(found).toHaveLength(6)
    expect(found).toEqual(
      expect.arrayContaining([
        ['mode', 2, ['/usr/lib/a'], true],
        ['content', 2, ['/usr/lib/a'], true],
        ['missing', 2, ['/usr/lib/b'], true],
        ['missing', 3, ['/usr/share/c'], true],
        ['dir-mtime', 3, ['/usr/lib'], true],
        ['extra', 3, ['/usr/lib/new'], true],
      ]),
    )
    expect(causes.find(({ id, layer }) => id === 'missing' && layer === 3)?.message).toContain(
      'removed by layer 3',
    )
  }) // prettier-ignore

  it('are likely only when the dump is that of another tree, which is said first', () => {
    const [first, ...rest] = explained('wrong')
    expect([first?.id, first?.proved]).toEqual(['dump-of-another-tree', true])
    expect(rest.map(({ proved }) => proved)).toEqual(rest.map(() => false))
    expect(rest).toHaveLength(6)
  })

  it('say what is wrong with a dump that cannot be read', () => {
    const [only, ...rest] = explained(1, (dump) => dump.replace(' 0 40755 ', ' x 40755 '))
    expect([only?.id, rest]).toEqual(['dump-unreadable', []])
    expect(only?.message).toContain('boot/x.dump')
  })
})
