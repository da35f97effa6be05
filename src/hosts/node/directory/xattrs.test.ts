import { describe, expect, it } from 'vitest'
import { parseGetfattr, parsePairs } from './xattrs'

describe('extended attributes as programs print them', () => {
  it('reads getfattr -d -e hex, with escaped names and empty values', () => {
    const text = [
      '# file: /r',
      'security.selinux=0x610062',
      '',
      '# file: /r/usr/a\\012b\\134c',
      'user.x\\075y=0x00ff',
      'user.empty=""',
      'user.none',
      '',
    ].join('\n')
    expect(parseGetfattr(text, '/r')).toEqual(
      new Map([
        ['', new Map([['security.selinux', 'a\0b']])],
        [
          'usr/a\nb\\c',
          new Map([
            ['user.x=y', '\0\xff'],
            ['user.empty', ''],
            ['user.none', ''],
          ]),
        ],
      ]),
    )
  })

  it('reads the hex pairs of the Python helper', () => {
    const hex = (value: string) => Buffer.from(value, 'latin1').toString('hex')
    const line = `${hex('/usr/\xff \n')}: ${hex('user.a=b')}=${hex('\0')} ${hex('security.capability')}=`
    const names = new Map([['user.a=b', '\0'], ['security.capability', '']]) // prettier-ignore
    expect(parsePairs(`${line}\n`)).toEqual(new Map([['usr/\xff \n', names]]))
    expect(parsePairs('')).toEqual(new Map())
  })
})
