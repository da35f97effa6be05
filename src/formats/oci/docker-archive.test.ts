import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openArchiveImage } from './archive'
import type { ByteSource } from '../../base/byte-source'
import { readAll } from './image'

/** Written by `skopeo copy oci:… docker-archive:…:localhost/foo/bar:v1`. */
const archive = new Uint8Array(
  gunzipSync(readFileSync(new URL('./fixtures/docker-archive.tar.gz', import.meta.url))),
)

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, size) => bytes.slice(offset, offset + size),
    stream: (offset, size) => new Blob([bytes.slice(offset, offset + size)]).stream(),
  }
}

/** The archive with bytes of the same length in place of some. */
function replaced(from: string, to: string): Uint8Array {
  const bytes = archive.slice()
  const at = Buffer.from(bytes).indexOf(from)
  bytes.set(Buffer.from(to.padEnd(from.length)), at)
  return bytes
}

const open = (bytes: Uint8Array, tag: string | null = null) =>
  openArchiveImage(sourceOf(bytes), null, tag, null)

describe('an archive of docker save', () => {
  it('has the manifest that skopeo inspect --raw prints', async () => {
    const { kind, image } = await open(archive)
    expect(kind).toBe('docker-archive')
    expect(image.manifest.digest).toBe(
      'sha256:5c7eb4e2df81396e803ce794ca793bf7e126ba5ce34bf58d8238d0638f5e88ee',
    )
    expect(image.layers.map(({ size }) => size)).toEqual([85504, 39936])
    expect(image.layers.map(({ digest, diffId }) => digest === diffId)).toEqual([true, true])
  })

  it.each([null, 'localhost/foo/bar:v1', 'foo/bar:v1', 'v1', '@0'])('opens %s', async (tag) => {
    const { image } = await open(archive, tag)
    const [layer] = image.layers
    const bytes = await readAll(
      layer === undefined ? new Blob([]).stream() : await layer.open(),
      1e6,
    )
    expect(bytes.length).toBe(85504)
  })

  it.each(['v2', 'localhost/foo/bar', '@1', ''])(
    'names what there is when %j is asked for',
    async (tag) => {
      await expect(open(archive, tag)).rejects.toThrow('found localhost/foo/bar:v1')
    },
  )

  it.each([
    [replaced('"Config":', '"Konfig":'), 'manifest.json, key [0].Config, expected a file name'],
    [replaced('"Layers":["', '"Layers":[1,'), 'manifest.json is no JSON'],
    [replaced('"architecture"', '"architec'), 'the image config is no JSON'],
    [archive.slice(0, 60_000), 'found an archive that is cut short'],
    [archive.slice(100), 'this is no archive of an image'],
    [replaced('manifest.json', 'm'), 'a header has a wrong checksum'],
    [new Uint8Array(1024), 'the archive holds no image'],
  ])('says what is wrong (%#)', async (bytes, text) => {
    await expect(open(bytes)).rejects.toThrow(text)
  })
})
