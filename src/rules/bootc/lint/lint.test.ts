import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { lintImage, lintText } from './lint'
import { parseSysusersLine } from './sysusers'
import { buildTree, treeReader, type TreeEntry } from '../testing/trees'

interface Run {
  args: string[]
  exit: number
  unordered?: boolean
  stdout?: string[]
  stderr?: string[]
}

const cases = JSON.parse(
  gunzipSync(readFileSync(new URL('./fixtures/lint.json.gz', import.meta.url))).toString(),
) as { name: string; tree: TreeEntry[]; runs: Run[] }[]

function skipped(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => (args[index - 1] === '--skip' ? [arg] : []))
}

describe('bootc container lint', () => {
  it.each(cases.map((test) => [test.name, test] as const))('%s', async (_, test) => {
    const tree = buildTree(test.tree)
    const reader = await treeReader(tree)
    for (const { args, exit, stdout = [], stderr = [] } of test.runs) {
      const run = lintImage({
        root: tree.root,
        reader,
        arch: 'x86_64',
        skip: skipped(args),
        fatalWarnings: args.includes('--fatal-warnings'),
        truncate: !args.includes('--no-truncate'),
      })
      // The golden run printed the absolute path of its own tmp.
      expect(lintText(run)).toBe(stdout.join('\n').replaceAll('$TMP', '/tmp'))
      const error = stderr.find((line) => line.startsWith('error: '))
      expect([run.error === null ? 0 : 1, run.error]).toEqual([exit, error?.slice(7) ?? null])
    }
  })
})

describe('findings beside the checks of bootc', () => {
  it('are told once, can be skipped, and do not count', async () => {
    const tree = buildTree([{ path: 'usr/lib/bootc/kargs.d/1.toml', type: 'file', content: '[' }])
    const finding = (id: string, severity: 'error' | 'warning' | 'info') => ({
      id,
      severity,
      path: null,
      layer: null,
      message: id,
      fix: null,
      source: 'x',
    })
    const findings = [
      finding('kargs-error', 'error'),
      finding('seal-broken', 'error'),
      finding('esp-too-small', 'warning'),
      finding('uki-unsigned', 'info'),
    ]
    const skip = ['api-base-directories', 'baseimage-composefs', 'baseimage-root', 'esp-too-small']
    const reader = await treeReader(tree)
    const run = lintImage({ root: tree.root, reader, arch: 'x86_64', skip, findings })
    expect(run).toMatchObject({ failed: 1, warnings: 0, stopped: true })
    const own = run.results.filter(({ origin }) => origin === 'sealscope')
    expect(own).toMatchObject([
      {
        name: 'seal-broken',
        type: 'fatal',
        origin: 'sealscope',
        status: 'failed',
        message: 'seal-broken',
      },
      {
        name: 'esp-too-small',
        type: 'warning',
        origin: 'sealscope',
        status: 'skipped',
        message: null,
      },
    ])
  })
})

describe('sysusers.d lines', () => {
  it('never throw, whatever they hold', () => {
    const parts = ['u', 'g', 'r', '"', ' ', ':', '-', '0', '99999999999', '/', 'é', '\u0085', 'u!']
    let state = 7
    for (let round = 0; round < 5000; round++) {
      let line = ''
      for (let length = round % 12; length > 0; length--) {
        state = (state * 48271) % 2147483647
        line += parts[state % parts.length] ?? ''
      }
      const entry = parseSysusersLine(line)
      if (entry !== null && entry !== 'malformed') expect(entry.name).not.toBe('')
    }
  })
})
