import { describe, expect, it } from 'vitest'
import { keyError } from './toml-file'

const lineOf = (text: string, key: string) =>
  keyError(text, 'x.toml', 'refused', key, 'a list', 'a text').where.line

describe('keyError', () => {
  it('finds the line of a key', () => {
    expect(lineOf('a = 1\n[b]\n"c" = 2\n', 'b.c')).toBe(3)
    expect(lineOf('# c = 1\nd = { c = 2 }\n', 'd.c')).toBe(2)
    expect(lineOf('cc = 1\nc = 2\n', 'c')).toBe(2)
  })

  it('finds that of a key of half a megabyte', () => {
    const key = 'k-'.repeat(1 << 18)
    expect(lineOf(`a = 1\n${key} = 2\n`, key)).toBe(2)
    expect(keyError('', 'x.toml', 'refused', key, 'a list', 'a text').message.length).toBeLessThan(8000) // prettier-ignore
  })
})
