import { expect, it } from 'vitest'
import { cleanPath, joinPath } from './path'

it.each([
  ['', '.'],
  ['/', '/'],
  ['//a//b/', '/a/b'],
  ['/../a/./b/../c', '/a/c'],
  ['../a/..', '..'],
  ['a/..', '.'],
])('cleans %j', (path, expected) => expect(cleanPath(path)).toBe(expected))

it('joins', () => {
  expect(joinPath('tree', '/usr/lib/raw/../blob')).toBe('tree/usr/lib/blob')
  expect(joinPath('tree', '')).toBe('tree')
})
