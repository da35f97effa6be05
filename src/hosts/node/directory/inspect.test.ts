import { chmodSync, linkSync, lutimesSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs' // prettier-ignore
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computeCandidates } from '../../../answers/seal/candidates'
import { dumpLines } from '../../../rules/composefs/dumpfile'
import { forEachStat } from '../../../rules/composefs/transform'
import type { Kernels } from '../../../base/hash/kernels'
import { loadKernels } from '../../../base/hash/testing/load'
import { DiskContents } from './contents'
import { inspectDisk } from './inspect'
import { walkDisk, type DiskTree } from './walk'

interface GoldenRoot {
  name: string
  tree: { path: string; type: 'dir' | 'file'; mode: string; content?: string }[]
  digest: string | null
}

const golden = JSON.parse(
  gunzipSync(readFileSync(new URL('./fixtures/roots.json.gz', import.meta.url))).toString(),
) as { mtime: number; cases: GoldenRoot[] }

let kernels: Kernels
const top = mkdtempSync(join(tmpdir(), 'sealscope-roots-'))
beforeAll(async () => {
  kernels = await loadKernels()
})
afterAll(() => rmSync(top, { recursive: true, force: true }))

/** Writes a tree; folders that were made on the way are 0755, and all have the same time. */
function writeRoot({ name, tree }: GoldenRoot): string {
  const root = join(top, name)
  const folders = new Map([[root, 0o755]])
  for (const { path, type, mode, content } of tree) {
    const target = join(root, path)
    const bits = parseInt(mode, 8)
    for (let at = dirname(target); at.length > root.length; at = dirname(at)) {
      if (!folders.has(at)) folders.set(at, 0o755)
    }
    mkdirSync(type === 'dir' ? target : dirname(target), { recursive: true })
    if (type === 'dir') folders.set(target, bits)
    else {
      writeFileSync(target, content ?? '')
      chmodSync(target, bits)
      utimesSync(target, golden.mtime, golden.mtime)
    }
  }
  for (const [path, mode] of [...folders].sort(([a], [b]) => (a < b ? 1 : -1))) {
    chmodSync(path, mode)
    utimesSync(path, golden.mtime, golden.mtime)
  }
  return root
}

/** Golden roots belong to root; those of a test belong to whoever runs it. */
function ownedByRoot(tree: DiskTree): void {
  const rooted = (stat: { uid: number; gid: number }) => Object.assign(stat, { uid: 0, gid: 0 })
  forEachStat(tree.root, rooted)
}

describe('the digest that bootc container ukify 1.16.9 computes from a root directory', () => {
  it.each(golden.cases.map((test) => [test.name, test] as const))('%s', async (_, test) => {
    const root = writeRoot(test)
    const tree = walkDisk(root, new Map())
    ownedByRoot(tree)
    const contents = new DiskContents(root, tree, kernels)
    await contents.measure(['sha512'])
    const candidates = computeCandidates(
      {
        root: tree.root,
        readFile: (leaf) => contents.bytes(leaf),
        verity: (algorithm) => kernels.verity(algorithm),
        importError: null,
        multiFrame: false,
        view: 'disk',
      },
      'sha512',
    )
    const found = candidates.find(({ id }) => id === 'v1-nsec-kept/sha512')
    expect(found?.digest).toBe(test.digest)
    expect(found?.error === null).toBe(test.digest !== null)
    expect(tree.problems).toEqual([])
  })
})

describe('odd files', () => {
  it('keeps links, hard links, sockets and names that are no UTF-8', async () => {
    const root = join(top, 'odd')
    mkdirSync(join(root, 'usr/lib'), { recursive: true })
    writeFileSync(join(root, 'usr/file'), 'x'.repeat(5000))
    linkSync(join(root, 'usr/file'), join(root, 'usr/lib/same'))
    symlinkSync('loop', join(root, 'usr/loop'))
    symlinkSync('/etc', join(root, 'out'))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/usr/`), Buffer.from([0xff, 0x0a])]), '')
    const server = createServer()
    await new Promise<void>((done) => server.listen(join(root, 'usr/socket'), () => done()))
    const tree = walkDisk(root, new Map([['usr/file', new Map([['user.a', 'b']])]]))
    await new Promise((done) => server.close(done))
    await new DiskContents(root, tree, kernels).measure(['sha512'])
    const lines = [...dumpLines(tree.root, 'sha512')].join('').trim().split('\n')
    const kinds = lines.map((line) => line.replace(/^(\S+) (\d+) (\S+) .*$/, '$1 $3'))
    expect(kinds.map((line) => line.replace(/(4|10|12|14)0?(\d{4})$/, '$1'))).toMatchObject([
      expect.stringMatching(/^\/ 4/),
      expect.stringMatching(/^\/out 12/),
      expect.stringMatching(/^\/usr 4/),
      expect.stringMatching(/^\/usr\/file 10/),
      expect.stringMatching(/^\/usr\/lib 4/),
      expect.stringMatching(/^\/usr\/lib\/same @12/),
      expect.stringMatching(/^\/usr\/loop 12/),
      expect.stringMatching(/^\/usr\/socket 14/),
      expect.stringMatching(/^\/usr\/\\xff\\n 10/),
    ])
    expect(lines.find((line) => line.startsWith('/usr/file'))).toContain('user.a=b')
  })

  it('takes a file that was cut short for unreadable, and goes on', async () => {
    const root = join(top, 'changed')
    mkdirSync(join(root, 'usr'), { recursive: true })
    writeFileSync(join(root, 'usr/a'), 'y'.repeat(1000))
    writeFileSync(join(root, 'usr/b'), 'z'.repeat(1000))
    const tree = walkDisk(root, null)
    writeFileSync(join(root, 'usr/a'), 'y')
    rmSync(join(root, 'usr/b'))
    symlinkSync('/etc/passwd', join(root, 'usr/b'))
    lutimesSync(join(root, 'usr/b'), 0, 0)
    await new DiskContents(root, tree, kernels).measure(['sha512'])
    expect(tree.problems.map(({ code, where }) => [code, where.path])).toEqual([
      ['file-changed', 'usr/a'],
      ['file-unreadable', 'usr/b'],
    ])
  })
})

describe('facts of a root directory', () => {
  it('are those of an image without layers', async () => {
    const [first] = golden.cases
    expect(first).toBeDefined()
    if (first === undefined) return
    const path = writeRoot({ ...first, name: 'facts' })
    const request = { path, ref: 'x', platform: null, kernels, mayContinue: () => false }
    const { facts, digestInput } = await inspectDisk({ ...request, verity: ['sha512'] })
    expect(facts).toMatchObject({
      source: { kind: 'dir', ref: 'x' },
      image: null,
      os: { id: 'example', versionId: '12.7' },
      arch: 'x86_64',
      kernel: { version: '6.12.0-100.example.x86_64', unified: false },
      seal: { verdict: 'SPLIT_KERNEL', proof: { holds: null } },
      evidence: { complete: true },
    })
    expect(facts.findings.every(({ layer }) => layer === null)).toBe(true)
    expect(digestInput?.view).toBe('disk')
  })

  it('need a directory', async () => {
    const path = join(top, 'file')
    writeFileSync(path, '')
    const request = { path, ref: 'x', platform: null, kernels, mayContinue: () => false }
    await expect(inspectDisk({ ...request, verity: [] })).rejects.toThrow('is no directory')
  })
})
