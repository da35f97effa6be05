import { describe, expect, it } from 'vitest'
import type { PackageList } from '../../formats/packages/package-list'
import { packageChanges, packageSummary } from './package-changes'

function list(...words: string[]): PackageList {
  const packages = words.map((word) => {
    const [name = '', version = '', arch = 'x86_64'] = word.split(' ')
    return { name, version, arch }
  })
  return { database: 'rpm', packages }
}

describe('packages of two images', () => {
  it('tells what comes, what goes and what has another version', () => {
    const changes = packageChanges(list('a 1', 'b 1', 'c 1'), list('b 1', 'c 2', 'd 1'))
    expect(changes).toEqual({
      added: [{ name: 'd', version: '1' }],
      removed: [{ name: 'a', version: '1' }],
      changed: [{ name: 'c', from: '1', to: '2' }],
    })
    expect(changes && packageSummary(changes)).toBe(
      '3 packages change: 1 in another version, 1 added, 1 removed',
    )
  })

  it('takes a second kernel for an addition, not for a change', () => {
    expect(packageChanges(list('kernel 1'), list('kernel 2', 'kernel 1'))).toEqual({
      added: [{ name: 'kernel', version: '2' }],
      removed: [],
      changed: [],
    })
  })

  it('pairs architectures with their own, and says so where only that differs', () => {
    const before = list('glibc 1 i686', 'glibc 1 x86_64', 'tz 1 noarch')
    const after = list('glibc 2 x86_64', 'glibc 1 i686', 'tz 1 x86_64')
    expect(packageChanges(before, after)?.changed).toEqual([
      { name: 'glibc', from: '1', to: '2' },
      { name: 'tz', from: '1 (noarch)', to: '1 (x86_64)' },
    ])
  })

  it('says nothing where a list is not known', () => {
    expect(packageChanges(null, list('a 1'))).toBeNull()
    expect(packageChanges(list('a 1'), null)).toBeNull()
    const none = packageChanges(list('a 1'), list('a 1'))
    expect(none && packageSummary(none)).toBe('no package changes')
  })
})
