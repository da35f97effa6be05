import { describe, expect, it } from 'vitest'
import { ImageTree } from './image-tree'

const TREE = new ImageTree({
  users: [],
  groups: [],
  loginWays: [],
  complete: true,
  paths: ['etc/', 'etc/ssh/', 'etc/hosts', 'home -> var/home', 'loop -> loop', 'opt -> /var/opt', 'usr/', 'usr/lib/', 'usr/local -> ../var/usrlocal', 'var/'], // prettier-ignore
})

describe('a path of the image', () => {
  it.each([
    ['/', 'dir', '/', null],
    ['/etc/ssh', 'dir', '/etc/ssh', null],
    ['/etc/hosts', 'file', '/etc/hosts', null],
    ['/etc/no/x', 'missing', '/etc/no/x', null],
    ['/data', 'missing', '/data', null],
    ['/home', 'missing', '/var/home', '/home'],
    ['/home/x', 'missing', '/var/home/x', '/home'],
    ['/opt/a', 'missing', '/var/opt/a', '/opt'],
    ['/usr/local/bin/x', 'missing', '/var/usrlocal/bin/x', '/usr/local'],
    ['/usr/lib/foo/bar', 'missing', '/usr/lib/foo/bar', null],
    ['/usr/lib/foo', 'unknown', '/usr/lib/foo', null],
    ['/usr/bin/tool', 'missing', '/usr/bin/tool', null],
    ['/loop', 'missing', '/loop', '/loop'],
  ])('%s is %s', (path, kind, canonical, link) => {
    const found = TREE.lookUp(path)
    expect([found.kind, found.canonical, found.link?.path ?? null]).toEqual([kind, canonical, link])
  })

  it('is unknown without a record', () => {
    expect(new ImageTree(null).lookUp('/data').kind).toBe('unknown')
  })
})
