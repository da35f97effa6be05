import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readInstallConfig } from './install-config'
import { readKargs } from './kargs'
import { findKernel } from './kernel'
import { buildTree, treeReader, type TreeEntry } from './testing/trees'

interface Outcome {
  exit: number
  stdout?: string
  stderr?: string[]
}

interface Fixture {
  kernel: {
    name: string
    tree: TreeEntry[]
    result: Outcome & { json?: { kernel: { version: string; unified: boolean } | null } }
  }[]
  kargs: {
    name: string
    tree: TreeEntry[]
    results: Record<string, Outcome & { kargs?: string[] }>
  }[]
  'install-config': {
    name: string
    tree: TreeEntry[]
    results: Record<string, { plain: Outcome; all: Outcome }>
  }[]
}

const fixture = JSON.parse(
  gunzipSync(readFileSync(new URL('./fixtures/bootc.json.gz', import.meta.url))).toString(),
) as Fixture

/** The line `error: …` that bootc prints, without its prefix. */
function upstreamError(outcome: Outcome): string {
  const line = outcome.stderr?.find((text) => text.startsWith('error: ')) ?? ''
  return line.slice('error: '.length)
}

describe('bootc container inspect finds the kernel', () => {
  it.each(fixture.kernel.map((test) => [test.name, test] as const))('%s', async (_, test) => {
    const tree = buildTree(test.tree)
    const found = findKernel(tree.root, await treeReader(tree))
    if (test.result.exit !== 0) {
      expect(found.error).toContain(upstreamError(test.result))
      return
    }
    const { kernel } = found
    const simple = kernel && { version: kernel.version, unified: kernel.unified }
    expect([found.error, simple]).toEqual([null, test.result.json?.kernel ?? null])
  })
})

describe('bootc reads kargs.d', () => {
  it.each(fixture.kargs.map((test) => [test.name, test] as const))('%s', async (_, test) => {
    const tree = buildTree(test.tree)
    const reader = await treeReader(tree)
    for (const [arch, result] of Object.entries(test.results)) {
      if (result.exit === 0) expect(readKargs(tree.root, reader, arch)).toEqual(result.kargs)
      // TOML messages are ours; what stands before them (file, fixed texts) is bootc's.
      else {
        const text = upstreamError(result).split(': TOML parse error')[0] ?? ''
        expect(() => readKargs(tree.root, reader, arch)).toThrow(text)
      }
    }
  })
})

describe('bootc install print-configuration --all', () => {
  it.each(fixture['install-config'].map((test) => [test.name, test] as const))(
    '%s',
    async (_, test) => {
      const tree = buildTree(test.tree)
      const reader = await treeReader(tree)
      for (const [arch, { all }] of Object.entries(test.results)) {
        if (all.exit === 0) {
          expect(readInstallConfig(tree.root, reader, arch).raw).toEqual(
            JSON.parse(all.stdout ?? ''),
          )
        } else {
          const text = upstreamError(all).split(': TOML parse error')[0] ?? ''
          expect(() => readInstallConfig(tree.root, reader, arch)).toThrow(text)
        }
      }
    },
  )
})
