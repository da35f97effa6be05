import { describe, expect, it } from 'vitest'
import { sampleInHash, titleOf } from './store'

describe('the address', () => {
  it.each([
    ['#sample=sealed', 'sealed'],
    ['#sample=', null],
    ['', null],
    ['#sample=../../etc', null],
    [`#sample=${'a'.repeat(65)}`, null],
    ['#other=sealed', null],
  ])('%s names %s', (hash, name) => {
    expect(sampleInHash(hash)).toBe(name)
  })
})

it('a request is named by what the user chose', () => {
  expect(titleOf({ kind: 'sample', name: 'sealed' })).toBe('sample sealed')
  expect(titleOf({ kind: 'folder', files: [] })).toBe('')
})
