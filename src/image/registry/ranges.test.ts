import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { parseReference, type FetchRegistry } from '../../formats/oci/reference'
import { openRegistryImage } from './client'

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const LAYER = Uint8Array.from({ length: 1000 }, (_, index) => index % 256)
const text = (value: unknown) => new Uint8Array(Buffer.from(JSON.stringify(value)))
const CONFIG = text({ rootfs: { diff_ids: [digestOf(LAYER)] } })
const TYPE = 'application/vnd.oci.image.manifest.v1+json'
const MANIFEST = text({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(CONFIG), size: CONFIG.length }, // prettier-ignore
  layers: [{ mediaType: 'x', digest: digestOf(LAYER), size: LAYER.length }],
})

/** A registry that answers ranges as `answer` does. */
async function layerOf(answer: (range: string) => Response) {
  const asked: string[] = []
  const fetchRegistry: FetchRegistry = async (url, { headers }) => {
    if (url.includes('/manifests/')) {
      return new Response(MANIFEST, { headers: { 'Content-Type': TYPE } })
    }
    if (url.endsWith(digestOf(CONFIG))) return new Response(CONFIG)
    asked.push(headers['Range'] ?? 'none')
    return answer(headers['Range'] ?? '')
  }
  const image = await openRegistryImage(parseReference('quay.io/a/b'), null, fetchRegistry)
  return { layer: image.layers[0], asked }
}

it.each([
  [0, 100],
  [900, 100],
])('reads %i and %i bytes by a range', async (offset, size) => {
  const { layer, asked } = await layerOf(() => {
    const part = LAYER.slice(offset, offset + size)
    const headers = { 'Content-Range': `bytes ${offset}-${offset + size - 1}/1000` }
    return new Response(part, { status: 206, headers })
  })
  expect(await layer?.readRange?.(offset, size)).toEqual(LAYER.slice(offset, offset + size))
  expect(asked).toEqual([`bytes=${offset}-${offset + size - 1}`])
})

it.each([
  ['everything', () => new Response(LAYER)],
  ['another place', () => new Response(LAYER.slice(5, 15), { status: 206, headers: { 'Content-Range': 'bytes 5-14/1000' } })], // prettier-ignore
])('takes no answer with %s for the range', async (_, answer) => {
  const { layer } = await layerOf(answer)
  await expect(layer?.readRange?.(10, 10)).rejects.toMatchObject({ kind: 'network' })
})
