import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readAll } from '../../formats/oci/image'
import { parseReference } from '../../formats/oci/reference'
import { createDirectFetch } from '../../hosts/proxy/direct'
import { openRegistryImage } from './client'
import { PATIENCE } from './patience'

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const LAYER = Buffer.from('a layer')
const CONFIG = Buffer.from(
  JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [digestOf(LAYER)] },
  }),
)
const TYPE = 'application/vnd.oci.image.manifest.v1+json'
const describeBlob = (bytes: Buffer) => ({
  mediaType:
    bytes === CONFIG
      ? 'application/vnd.oci.image.config.v1+json'
      : 'application/vnd.oci.image.layer.v1.tar',
  digest: digestOf(bytes),
  size: bytes.length,
})
const MANIFEST = Buffer.from(
  JSON.stringify({ mediaType: TYPE, config: describeBlob(CONFIG), layers: [describeBlob(LAYER)] }),
)
const OTHER = `sha256:${'0'.repeat(64)}`

let registry: Server
let cdn: Server
let host = ''
let cdnHost = ''
let cutLayer = false
let hugeSent = 0
let cdnAuthorization: (string | undefined)[] = []
let tokenRequests: string[] = []
let shaken = 0
let asked: (string | undefined)[] = []

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', `http://${host}`)
  if (url.pathname === '/token') {
    tokenRequests.push(url.search)
    response.end(JSON.stringify({ access_token: 'secret' }))
  } else if (url.pathname.startsWith('/v2/evil/')) {
    response.writeHead(307, { Location: 'http://registry.example/x' }).end()
  } else if (url.pathname.startsWith('/v2/loop/')) {
    response.writeHead(307, { Location: url.pathname }).end()
  } else if (url.pathname.startsWith('/v2/busy/')) {
    response.writeHead(429, { 'Retry-After': '170' }).end()
  } else if (url.pathname.startsWith('/v2/shaky/')) {
    shaken++
    if (shaken === 1) response.socket?.destroy()
    else if (shaken === 2) response.writeHead(500).end()
    else if (shaken === 3) {
      response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"cut"')
    } else response.end(url.pathname.includes('/blobs/') ? CONFIG : MANIFEST)
  } else if (url.pathname.startsWith('/v2/huge/')) {
    response.writeHead(200, { 'Content-Type': TYPE, 'Content-Length': 2 ** 31 })
    const part = Buffer.alloc(256 * 1024, ' ')
    const more = () => {
      do hugeSent += part.length
      while (response.write(part))
    }
    response.on('drain', more)
    more()
  } else if (url.pathname.startsWith('/v2/flips/')) {
    asked.push(request.headers['cache-control'])
    if (url.pathname.includes('/blobs/')) response.end(CONFIG)
    else response.end(asked.length === 1 ? '{}' : MANIFEST)
  } else if (request.headers.authorization !== 'Bearer secret') {
    const challenge = `Basic realm="x", Bearer realm="http://${host}/token",service="s",scope="repository:a/b:pull"`
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end()
  } else if (/^\/v2\/a\/b\/manifests\/(v1|sha256:0+|sha256:.*)$/.test(url.pathname)) {
    response.writeHead(200, { 'Content-Type': `${TYPE}; charset=utf-8` }).end(MANIFEST)
  } else if (url.pathname.startsWith('/v2/a/b/blobs/')) {
    response.writeHead(307, { Location: `http://${cdnHost}${url.pathname}` }).end()
  } else {
    const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }]
    response.writeHead(404).end(JSON.stringify({ errors }))
  }
}

beforeAll(async () => {
  ;({ server: registry, host } = await listen(answer))
  ;({ server: cdn, host: cdnHost } = await listen((request, response) => {
    cdnAuthorization.push(request.headers.authorization)
    const isLayer = request.url?.endsWith(digestOf(LAYER)) === true
    response.end(isLayer ? LAYER.subarray(0, cutLayer ? 3 : LAYER.length) : CONFIG)
  }))
})

afterAll(() => {
  registry.close()
  cdn.close()
})

/** Patience that does not wait. */
const QUICK = { ...PATIENCE, wait: async () => undefined }

const open = (name: string) =>
  openRegistryImage(parseReference(`${host}/${name}`), null, createDirectFetch(), undefined, QUICK)

it('gets a token, follows the redirect without it, and reads the layer', async () => {
  cdnAuthorization = []
  tokenRequests = []
  const image = await open('a/b:v1')
  expect(image.manifest).toMatchObject({ digest: digestOf(MANIFEST), size: MANIFEST.length })
  const [layer] = image.layers
  if (layer === undefined) throw new Error('no layer')
  expect(Buffer.from(await readAll(await layer.open(), 100))).toEqual(LAYER)
  expect(tokenRequests).toEqual(['?service=s&scope=repository%3Aa%2Fb%3Apull'])
  expect(cdnAuthorization).toEqual([undefined, undefined])
})

it('opens by digest and refuses another one', async () => {
  expect((await open(`a/b@${digestOf(MANIFEST)}`)).layers).toHaveLength(1)
  await expect(open(`a/b@${OTHER}`)).rejects.toMatchObject({
    kind: 'network',
    code: 'manifest-digest',
  })
})

it('asks once more, past caches, for a manifest of another digest', async () => {
  asked = []
  const image = await open(`flips/x@${digestOf(MANIFEST)}`).catch((error: unknown) => error)
  expect(image).toMatchObject({ manifest: { digest: digestOf(MANIFEST) } })
  expect(asked.slice(0, 2)).toEqual([undefined, 'no-cache'])
})

it('says that a layer ends too early', async () => {
  const [layer] = (await open('a/b:v1')).layers
  if (layer === undefined) throw new Error('no layer')
  cutLayer = true
  const reading = layer.open().then((stream) => readAll(stream, 100))
  await expect(reading).rejects.toMatchObject({ kind: 'network', code: 'registry-truncated' })
  cutLayer = false
})

it.each([
  ['a/b:none', 'registry-not-found', 'MANIFEST_UNKNOWN: manifest unknown'],
  ['busy/x', 'registry-limit', 'try again after 170 seconds'],
  ['evil/x', 'registry-target', 'http://registry.example'],
  ['loop/x', 'redirect-limit', 'more than 5 times'],
])('explains %s', async (name, code, words) => {
  const thrown: unknown = await open(name).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ kind: 'network', code })
  expect(String(thrown)).toContain(words)
})

it('is patient with a registry that is shaky: a reset, a 500, a manifest that is cut', async () => {
  shaken = 0
  expect((await open('shaky/x')).manifest.digest).toBe(digestOf(MANIFEST))
  expect(shaken).toBe(5)
})

it('stops reading a manifest of two gigabytes', async () => {
  await expect(open('huge/x')).rejects.toMatchObject({ code: 'manifest-size' })
  expect(hugeSent).toBeLessThan(2 ** 27)
})

it('says that nobody answers', async () => {
  const silent = await listen(() => undefined)
  const reading = openRegistryImage(
    parseReference(`${silent.host}/x`),
    null,
    createDirectFetch({ idle: 200 }),
  )
  await expect(reading).rejects.toMatchObject({ kind: 'network', code: 'registry-timeout' })
  silent.server.closeAllConnections()
  silent.server.close()
})

it('says that nobody listens', async () => {
  const reference = parseReference('127.0.0.1:1/x')
  const opening = openRegistryImage(reference, null, createDirectFetch(), undefined, QUICK)
  await expect(opening).rejects.toMatchObject({
    kind: 'network',
    code: 'registry-unreachable',
  })
})
