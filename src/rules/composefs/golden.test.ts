import { beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { mergeLayers } from '../../image/tree/merge'
import { computeCandidates, transformedTree, type DigestInput } from '../../answers/seal/candidates'
import { dumpLines } from './dumpfile'
import { parseDumpfile } from './dumpfile-parse'
import { erofsImage } from './erofs/write'
import { readFixture, readLayerBytes, readerOf } from './testing/golden'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

interface Tree {
  name: string
  hash: 'sha512' | 'sha256'
  dump: string
  digests: Record<string, string>
}

const trees = readFixture<Tree[]>(new URL('./fixtures/trees.json.gz', import.meta.url))

describe('EROFS images of trees, as cfsctl and mkcomposefs write them', () => {
  it.each(trees.map((tree) => [tree.name, tree] as const))('%s', (_, tree) => {
    const root = parseDumpfile(tree.dump)
    for (const version of [0, 1, 2] as const) {
      const hasher = kernels.verity(tree.hash)
      hasher.update(erofsImage(root, version, tree.hash))
      expect(toHex(hasher.digest())).toBe(tree.digests[`v${version}`])
    }
  })

  it('survive a way through the dumpfile', () => {
    for (const tree of trees) {
      const root = parseDumpfile(tree.dump)
      const again = parseDumpfile([...dumpLines(root, tree.hash)].join(''))
      expect(Buffer.compare(erofsImage(again, 1, tree.hash), erofsImage(root, 1, tree.hash))).toBe(
        0,
      )
    }
  })
})

interface TarCase {
  name: string
  tar: string
  digests: Record<string, string> | null
  dump: string | null
  error: string | null
}

const tars = readFixture<TarCase[]>(new URL('./fixtures/tar.json.gz', import.meta.url))
const PLAIN = {
  xattrs: 'allowlist-only',
  bootable: false,
  keepNsec: false,
  sharedLabel: false,
  engine: 'hybrid',
} as const

describe('layers that are odd tar streams, as cfsctl imports them', () => {
  it.each(tars.map((test) => [test.name, test] as const))('%s', async (_, test) => {
    const layer = await readLayerBytes(kernels, Buffer.from(test.tar, 'base64'), 0, null)
    const { root, importError } = mergeLayers([layer.listing])
    const input: DigestInput = {
      root,
      importError: importError ?? layer.error?.message ?? null,
      readFile: readerOf([layer]),
      verity: (algorithm) => kernels.verity(algorithm),
      multiFrame: false,
    }
    const found = new Map(computeCandidates(input, 'sha512').map((item) => [item.id, item]))
    if (test.digests === null) {
      expect(found.get('v1/sha512/allowlist-only/plain')?.error).toBeTruthy()
      return
    }
    for (const [id, digest] of Object.entries(test.digests))
      expect(found.get(id)?.digest).toBe(digest)
    expect([...dumpLines(transformedTree(input, PLAIN), 'sha512')].join('')).toBe(test.dump)
  })
})
