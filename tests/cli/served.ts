import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'

interface Descriptor {
  digest: string
}

const layout = join(process.cwd(), 'dist/samples/sealed')

/** Bytes of a blob of the sample `sealed`. */
export function sampleBlob(digest: string): Buffer {
  return readFileSync(join(layout, 'blobs', digest.replace(':', '/')))
}

/** The sample's manifest. */
export function sampleManifest(): Buffer {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: Descriptor[]
  }
  return sampleBlob(manifests[0]?.digest ?? '')
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Answers a request below `/v2/` as a registry that holds the sample under every name and tag. */
export function answerSample({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const [, kind, reference = ''] = /\/(manifests|blobs|referrers)\/([^/?]+)$/.exec(url) ?? []
  if (kind === 'manifests') {
    const type = 'application/vnd.oci.image.manifest.v1+json'
    response.writeHead(200, { 'Content-Type': type }).end(sampleManifest())
  } else if (kind === 'blobs') response.end(sampleBlob(reference))
  else response.writeHead(url === '/v2/' ? 200 : 404).end('{}')
}
