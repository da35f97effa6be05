import { describe, expect, it } from 'vitest'
import { requestOf } from './dropped-files'

const listed = (...paths: string[]) => paths.map((path) => ({ path, file: new File([], path) }))

describe('what was dropped', () => {
  it('is a file', () => {
    expect(requestOf(listed('image.tar'))).toMatchObject({ kind: 'file' })
  })

  it.each([
    ['a folder', ['x/oci-layout', 'x/index.json', 'x/blobs/sha256/aa', 'x/notes/index.json']],
    ['what is in a folder', ['oci-layout', 'index.json', 'blobs/sha256/aa', 'README']],
    [
      'a folder around it',
      ['y/a/index.json', 'y/x/oci-layout', 'y/x/index.json', 'y/x/blobs/sha256/aa'],
    ],
  ])('is %s: only the files of the layout nearest to the top', (_, paths) => {
    const request = requestOf(listed(...paths))
    const left = request.kind === 'folder' ? request.files.map(({ path }) => path) : []
    expect(left.map((path) => path.replace(/^(y\/)?x\//, ''))).toEqual(
      expect.arrayContaining(['oci-layout', 'index.json', 'blobs/sha256/aa']),
    )
    expect(left).toHaveLength(3)
  })

  it.each([
    [[], 'no file'],
    [['a.tar', 'b.tar'], '2 files were dropped'],
    [['x/a', 'x/b/c'], 'holds no OCI layout'],
  ])('%j is refused', (paths, message) => {
    expect(() => requestOf(listed(...paths))).toThrow(message)
  })
})
