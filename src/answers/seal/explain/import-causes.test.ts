import { describe, expect, it } from 'vitest'
import { mergeLayers } from '../../../image/tree/merge'
import { importCauses, multiFrameCause } from './import-causes'
import { directory, file, hardlink, layersOf } from './testing/layers'

const causesOf = (layers: Parameters<typeof layersOf>[0], importError: string | null = null) => {
  const merged = mergeLayers(layersOf(layers).map((layer) => ({ ...layer, importError })))
  return importCauses(merged.importError ?? '', merged.problems)
}

describe('why bootc cannot import an image', () => {
  it('names the layer, the paths and a fix for each kind of problem', () => {
    const causes = causesOf([
      [directory('usr')],
      [file('opt/x', 'x'), file('opt/y', 'y'), hardlink('usr/a', 'usr/gone'), file('usr/../b', 'b')],
    ]) // prettier-ignore
    expect(causes.map(({ layer, paths, count, fix }) => [layer, paths, count, fix])).toEqual([
      [1, ['opt/x'], 1, 'write entries for all parent directories into the layer, before what lies in them'],
      [1, ['usr/a'], 1, 'write the file that the hard link names into this or a lower layer, before the link'],
      [1, ['usr/../b'], 1, 'write plain paths, without ..'],
    ]) // prettier-ignore
    expect(causes[0]?.message).toBe(
      'bootc 1.16.0 to 1.16.9 cannot import this image: layer 1, opt/x: Error unpacking container layer file "/opt/x": Directory entry "opt" does not exist',
    )
    expect(causes.every(({ id, proved }) => id === 'import' && proved)).toBe(true)
  })

  it.each([
    ['sparse tar entries are not supported', 'tar without --sparse'],
    ['Unsupported entry type Other(120)', 'leave out what is no file'],
    ['something else', 'write layer 0 again'],
  ])('%s', (message, fix) => {
    const [cause] = causesOf([[directory('usr')]], message)
    expect(cause?.message).toBe(`bootc 1.16.0 to 1.16.9 cannot import this image: layer 0: ${message}`) // prettier-ignore
    expect(cause?.fix).toContain(fix)
  })

  it('keeps a reason that has no place', () => {
    expect(importCauses('layer 2, expected sha256:1', [])[0]?.message).toContain(
      'layer 2, expected',
    )
  })

  it('names the layers of several frames', () => {
    expect(multiFrameCause([1]).message).toContain('layer 1 has several gzip members')
    expect(multiFrameCause([0, 2, 3]).message).toContain('layers 0, 2 and 3 have several')
    expect(multiFrameCause([]).message).toContain('a layer has several')
  })
})
