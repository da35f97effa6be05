import { expect, it } from 'vitest'
import type { ByteSource } from '../../base/byte-source'
import { pax, tar } from '../../image/layers/testing/layers'
import { indexTar } from './tar-index'

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, size) => bytes.slice(offset, offset + size),
    stream: (offset, size) => new Blob([bytes.slice(offset, offset + size)]).stream(),
  }
}
const names = async (bytes: Uint8Array) => [...(await indexTar(sourceOf(bytes))).keys()]
const file = { path: 'blobs/a', content: new Uint8Array(3) }

it('takes names and sizes from PAX records', async () => {
  const long = 'n/'.repeat(200) + 'end'
  const entries = await indexTar(sourceOf(tar([pax({ path: long, size: '3' }), file])))
  expect([...entries]).toEqual([[long, { kind: 'file', offset: 1536, size: 3 }]])
})

it('lets an xattr value with a line break forge nothing', async () => {
  const forged = { 'SCHILY.xattr.user.a': 'a\n20 path=index.json\n' }
  expect(await names(tar([pax(forged), file]))).toEqual(['blobs/a'])
  const behind = { 'SCHILY.xattr.user.a': 'a\0b\n', path: 'real' }
  expect(await names(tar([pax(behind), file]))).toEqual(['real'])
})

it('takes times that composefs would not', async () => {
  expect(await names(tar([pax({ mtime: '-1.5', path: 'old' }), file]))).toEqual(['old'])
})

it('refuses records that are none', async () => {
  await expect(names(tar([pax('99 path=x\n'), file]))).rejects.toThrow(
    'a PAX header cannot be read',
  )
})
