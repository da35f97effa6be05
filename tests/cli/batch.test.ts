import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { BatchLine } from '../../src/contract/batch'
import { sealscope } from './run'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-batch-'))
const list = join(folder, 'images.txt')
const REFS = ['sample:sealed', 'sample:mismatch', 'sample:nothing', 'sample:classic', '-x']
writeFileSync(list, `# all\n${REFS.join('\n')}\n`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BatchLine)

describe('batch', () => {
  it('answers each reference as the command alone does, and ends with the worst', async () => {
    const run = await sealscope('batch', list, '--jobs', '2')
    const lines = linesOf(run.stdout)
    const exits = Object.fromEntries(lines.map(({ ref, exit }) => [ref, exit]))
    const worst = Math.max(...lines.map(({ exit }) => exit))
    expect(run.code).toBe(worst)
    expect(exits['sample:nothing']).toBe(2)
    expect(Object.keys(exits).sort()).toEqual([...REFS].sort())
    const alone = await sealscope('verify', 'sample:mismatch', '--json')
    const mismatch = lines.find(({ ref }) => ref === 'sample:mismatch')
    expect([mismatch?.exit, mismatch?.result]).toEqual([alone.code, JSON.parse(alone.stdout)])
  })

  it('gives in shards what it gives at once, and nothing twice when it is resumed', async () => {
    const shards = await Promise.all(
      ['0/2', '1/2'].map((shard) => sealscope('batch', list, '--shard', shard)),
    )
    const refs = shards.flatMap((run) => linesOf(run.stdout).map(({ ref }) => ref))
    expect(refs.sort()).toEqual([...REFS].sort())
    const done = join(folder, 'done.jsonl')
    // The last line is cut, as by a machine that went down.
    writeFileSync(done, `${shards.map((run) => run.stdout).join('')}{"schema":"sealsc`)
    const again = linesOf((await sealscope('batch', list, '--resume', done)).stdout)
    expect(again.map(({ ref }) => ref).sort()).toEqual(['-x', 'sample:nothing'])
  })

  it('makes one table of all lines', async () => {
    const out = join(folder, 'all.jsonl')
    writeFileSync(out, (await sealscope('batch', list)).stdout)
    const markdown = await sealscope('batch', '--summary', out)
    expect(markdown.code).toBe(0)
    expect(markdown.stdout).toContain('# 5 images')
    const sarif = JSON.parse((await sealscope('batch', '--summary', '--sarif', out)).stdout) as {
      runs: { results: unknown[] }[]
    }
    const bad = linesOf(readFileSync(out, 'utf8')).filter(({ exit }) => exit !== 0)
    expect(sarif.runs[0]?.results).toHaveLength(bad.length)
  })

  it.each([
    [['--jobs', '0'], '1 to 64'],
    [['--shard', '2/2'], 'I/N'],
    [['--command', 'serve'], 'inspect, verify, lint'],
  ])('refuses %j', async (options, words) => {
    const run = await sealscope('batch', list, ...options)
    expect([run.code, run.stderr.includes(words)]).toEqual([2, true])
  })
})
