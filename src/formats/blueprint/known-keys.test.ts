import { expect, it } from 'vitest'
import { knownKeys } from './known-keys'

const KNOWN: [string[], string[]][] = [
  [[], ['customizations', 'packages']],
  [['customizations'], ['hostname', 'user', 'disk', 'kernel']],
  [
    ['customizations', 'user'],
    ['name', 'groups', 'key', 'password'],
  ],
  [
    ['customizations', 'kernel'],
    ['append', 'name'],
  ],
]

it.each(KNOWN)('the object at %j knows its keys', (path, keys) => {
  expect(knownKeys(path)).toEqual(expect.arrayContaining(keys))
})

const UNKNOWN = [
  ['customizations', 'nothing'],
  ['a', 'b', 'c', 'd', 'e', 'f'],
]

it.each(UNKNOWN.map((path) => ({ path })))('there is no object at $path', ({ path }) =>
  expect(knownKeys(path)).toEqual([]),
)
