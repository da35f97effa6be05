import { expect, it } from 'vitest'
import { openImage, type BlobStore } from './image'
import { SealscopeError } from '../../base/error'

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
async function describeBlob(bytes: Uint8Array<ArrayBuffer>, mediaType: string) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
}

it('a foreign layer that is not there says what it is and where it is to be had', async () => {
  const config = text({ rootfs: { diff_ids: [`sha256:${'1'.repeat(64)}`] } })
  const manifest = text({
    config: await describeBlob(config, 'application/vnd.oci.image.config.v1+json'),
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
        digest: `sha256:${'2'.repeat(64)}`,
        size: 5,
        urls: ['https://example.com/layer'],
      },
    ],
  })
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const start = { ...(await describeBlob(manifest, type)), annotations: {}, platform: null }
  const store: BlobStore = {
    async open({ size }) {
      if (size === manifest.length) return new Blob([manifest]).stream()
      if (size === config.length) return new Blob([config]).stream()
      throw new SealscopeError({ kind: 'network', code: 'registry-not-found', what: 'not there' })
    },
  }
  const [layer] = (await openImage(store, start, null)).layers
  const opened = layer?.open()
  await expect(opened).rejects.toMatchObject({ kind: 'network', where: { layer: 0 } })
  await expect(opened).rejects.toThrow('a foreign layer need not be where the image is, and is to be had from https://example.com/layer: not there') // prettier-ignore
})
