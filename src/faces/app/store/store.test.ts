import { describe, expect, it } from 'vitest'
import { DEFAULT_OPTIONS } from '../../../answers/plan/options'
import { addressOf, readAddress } from './address'
import { formatOf } from './plan-store'
import { addRecent, forgetRecent, readRecent, removeRecent } from './recent'
import { titleOf } from './store'

describe('the address', () => {
  it.each([
    ['#sample=sealed', { kind: 'sample', ref: 'sealed' }],
    ['#image=localhost%3A5000%2Fa%2Fb%3Ac', { kind: 'registry', ref: 'localhost:5000/a/b:c' }],
  ])('%s names an image', (hash, source) => {
    const state = readAddress(hash)
    expect(state?.source).toEqual(source)
    expect(state === null ? '' : addressOf(state)).toBe(hash)
  })

  it.each(['', '#'])('%j is the start', (hash) => expect(readAddress(hash)).toBeNull())

  it.each(['#sample=', '#sample=../../etc', '#image=%', '#other=x', '#plan=x'])(
    '%s is refused',
    (hash) => expect(() => readAddress(hash)).toThrow(),
  )

  it('carries blueprint and options', () => {
    const state = {
      source: { kind: 'sample' as const, ref: 'sealed' },
      platform: null,
      blueprint: { text: 'name = "x"\n', format: 'toml' as const },
      options: { ...DEFAULT_OPTIONS, type: 'ami' },
    }
    expect(readAddress(addressOf(state))).toEqual(state)
  })
})

describe('what was opened before', () => {
  const storage = new Map<string, string>()
  const box = {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
  }

  it('is kept newest first, once, and forgotten', () => {
    addRecent(box, { kind: 'sample', name: 'a' })
    addRecent(box, { kind: 'registry', name: 'b' })
    addRecent(box, { kind: 'sample', name: 'a' })
    expect(readRecent(box).map(({ name }) => name)).toEqual(['a', 'b'])
    const left = removeRecent(box, { kind: 'sample', name: 'a' })
    expect(left).toEqual([{ kind: 'registry', name: 'b' }])
    expect(readRecent(box)).toEqual(left)
    expect(forgetRecent(box)).toEqual([])
    expect(readRecent(box)).toEqual([])
  })

  it.each(['x', '{}', '[1,{"kind":"x","name":"y"}]', 'null'])('survives %s', (text) => {
    expect(readRecent({ getItem: () => text })).toEqual([])
  })
})

it('a request is named by what the user chose', () => {
  expect(titleOf({ kind: 'sample', name: 'sealed' })).toBe('sample sealed')
  expect(titleOf({ kind: 'registry', reference: 'quay.io/a' })).toBe('quay.io/a')
  expect(titleOf({ kind: 'folder', files: [] })).toBe('')
})

it.each([
  ['{"name": "x"}', 'json'],
  [' {}', 'json'],
  ['[customizations]', 'toml'],
  ['name = "x"', 'toml'],
])('%s is read as %s', (text, format) => expect(formatOf(text)).toBe(format))
