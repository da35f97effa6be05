import { describe, expect, it } from 'vitest'
import type { BatchLine } from '../../contract/batch'
import { Answered, parseBatchLine, parseShard, references, shardOf } from './references'
import { summaryHtml, summaryMarkdown } from './report'
import { summarize } from './summary'

const DIGEST = `sha256:${'a'.repeat(64)}`

function line(ref: string, more: Partial<BatchLine> = {}): BatchLine {
  return { schema: 'sealscope.batch/1', ref, command: 'verify', digest: DIGEST, exit: 0, ...more }
}

describe('a list of references', () => {
  it('passes over empty lines and comments, and keeps line numbers', () => {
    const list = [...references(['a/b:1', '', '  # c', ' d '])]
    expect(list).toEqual([
      { ref: 'a/b:1', line: 1 },
      { ref: 'd', line: 4 },
    ])
  })

  it('is what its shards are together', () => {
    const list = Array.from({ length: 10 }, (_, at) => ({ ref: `r${at}`, line: at + 1 }))
    const parts = [0, 1, 2].map((index) => shardOf(list, { index, count: 3 }))
    expect(parts.map((part) => part.length)).toEqual([4, 3, 3])
    expect(parts.flat().sort((a, b) => a.line - b.line)).toEqual(list)
  })

  it.each(['3/3', '1/0', '-1/2', 'a/b', '1', ''])('has no shard %j', (text) => {
    expect(() => parseShard(text)).toThrow('expected I/N')
  })

  it('refuses a line that is no reference', () => {
    expect(() => [...references(['x'.repeat(5000)])]).toThrow('line 1')
  })
})

describe('resuming', () => {
  it('passes over what was answered by digest, and asks again what the network kept away', () => {
    const answered = new Answered()
    answered.add(line('a'))
    answered.add(line('b', { exit: 1 }))
    answered.add(line('c', { exit: 3 }))
    answered.add(line('d', { digest: null, exit: 2 }))
    const has = (ref: string) => answered.has(ref, 'verify', DIGEST)
    expect(['a', 'b', 'c', 'd'].map(has)).toEqual([true, true, false, false])
    expect(answered.has('a', 'verify', 'sha256:other')).toBe(false)
    expect(answered.has('a', 'lint', DIGEST)).toBe(false)
  })

  it('reads no line that was cut', () => {
    const text = JSON.stringify(line('a'))
    expect(parseBatchLine(text)).toMatchObject({ ref: 'a' })
    expect(parseBatchLine(text.slice(0, -5))).toBeNull()
    expect(parseBatchLine('{"schema":"other"}')).toBeNull()
  })
})

describe('the summary', () => {
  const accepts = [
    { bootc: '1.16.9', repository: 'new', accepts: true },
    { bootc: 'next', repository: 'new', accepts: false },
  ]
  const lines = [
    line('b', { exit: 1, result: { verdict: 'UKI_SEALED', holds: false, accepts: [] } }),
    line('a<x>', { result: { verdict: 'UKI_SEALED', holds: true, accepts } }),
    line('c', { exit: 3, error: { code: 'x', message: 'not | reached', where: {} } }),
    line('b', { exit: 0, result: { verdict: 'UKI_SEALED', holds: true, accepts: [] } }),
  ]

  it('counts the last line of a reference, in the order of references', () => {
    const summary = summarize(lines, null)
    expect(summary.rows.map(({ ref, exit }) => [ref, exit])).toEqual([
      ['a<x>', 0],
      ['b', 0],
      ['c', 3],
    ])
    expect(summary.exits).toEqual({ 0: 2, 3: 1 })
    expect(summary.rows[0]).toMatchObject({ takenBy: ['1.16.9'], refusedBy: ['next'] })
  })

  it('says what changed since an earlier run', () => {
    const before = [line('b', { exit: 1 }), line('gone')]
    const { changes } = summarize(lines, before)
    expect(changes).toContainEqual({ ref: 'b', what: 'exit', from: '1', to: '0' })
    expect(changes).toContainEqual({ ref: 'gone', what: 'gone', from: DIGEST, to: null })
    expect(changes).toContainEqual({ ref: 'c', what: 'new', from: null, to: DIGEST })
  })

  it('lets no reference or error break out of the report', () => {
    const summary = summarize(lines, null)
    expect(summaryHtml(summary)).not.toContain('<x>')
    expect(summaryHtml(summary)).not.toContain('<script')
    const row = summaryMarkdown(summary)
      .split('\n')
      .find((text) => text.includes('reached') && text.startsWith('| '))
    expect(row?.replaceAll('\\|', '').split('|')).toHaveLength(5)
  })
})
