import { describe, expect, it } from 'vitest'
import { directoryTimes, layerIndications } from './indications'
import { directory, file, layersOf } from './testing/layers'

const UKI = [directory('boot'), file('boot/EFI/Linux/x.efi', '')]
const seen = (...layers: Parameters<typeof layersOf>[0]) =>
  layerIndications(layersOf(layers)).map(({ id, layer, paths, proved }) => [id, layer, paths, proved]) // prettier-ignore

describe('what layers show when nothing is proved', () => {
  it('layers after the one with the UKI that change something outside of /boot', () => {
    const base = [directory('usr'), directory('run')]
    expect(seen(base, UKI, [file('boot/x', ''), file('run/x', '')])).toEqual([])
    expect(seen(base, UKI, [directory('usr'), file('usr/y', '')], [file('boot/z', '')])).toEqual([
      ['later-layers', 2, ['/usr', '/usr/y'], false],
    ])
    expect(seen(base, [file('usr/y', ''), directory('usr')])).toEqual([])
  })

  it('directories that a layer changes without an entry for them', () => {
    const layers = [[directory('usr'), directory('usr/lib')], [file('usr/lib/x', ''), directory('usr/share')]] // prettier-ignore
    expect(seen(...layers)).toEqual([['dir-mtime', null, ['/usr', '/usr/lib'], false]])
  })

  it('nanoseconds, and attributes that only old releases keep', () => {
    const entry = { ...file('usr/x', ''), mtimeNsec: 1, xattrs: new Map([['trusted.x', '']]) }
    expect(seen([directory('usr'), entry, { ...file('boot/x', ''), mtimeNsec: 1 }])).toEqual([
      ['nsec', null, ['/usr/x'], false],
      ['xattr', null, ['/usr/x'], false],
    ])
  })

  it('directories into which most is written first, those with the time of /usr left out', () => {
    const layers = layersOf([
      ['usr', 'boot', 'run', 'sysroot', 'etc', 'usr/lib', 'boot/EFI'].map((path) => directory(path)),
      [file('usr/lib/a', ''), file('usr/lib/b', ''), file('etc/c', '')],
    ]) // prettier-ignore
    const [cause] = directoryTimes(layers, 'nothing fits')
    expect(cause?.paths).toEqual(['/usr/lib', '/etc', '/usr'])
    expect(cause?.message).toMatch(/^nothing fits; likeliest is/)
  })
})
