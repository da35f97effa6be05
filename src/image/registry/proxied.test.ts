import { expect, it } from 'vitest'
import { createProxiedFetch, PROXY_ERROR_HEADER, PROXY_HEADER } from './proxied'

const MANIFEST = 'https://quay.io/v2/a/b/manifests/v1'

function proxied(base: string, answer: () => Response | Promise<Response>) {
  const asked: string[] = []
  const read = createProxiedFetch(base, async (input) => {
    asked.push(String(input))
    return answer()
  })
  const ask = () => read(MANIFEST, { headers: { Accept: '*/*' }, signal: undefined })
  return { ask, asked }
}

it.each([
  ['http://localhost:8080/', 'http://localhost:8080/registry/quay.io/v2/a/b/manifests/v1'],
  [
    'https://x.example/tools/seal/',
    'https://x.example/tools/seal/registry/quay.io/v2/a/b/manifests/v1',
  ],
  [
    'https://x.example/seal/index.html?a#b',
    'https://x.example/seal/registry/quay.io/v2/a/b/manifests/v1',
  ],
])('asks beside the page at %s', async (base, address) => {
  const { ask, asked } = proxied(
    base,
    () => new Response('{}', { headers: { [PROXY_HEADER]: '1' } }),
  )
  expect((await ask()).status).toBe(200)
  expect(asked).toEqual([address])
})

it.each([
  ['the 404 of a static host', () => new Response('<html>', { status: 404 })],
  ['a page in place of every path', () => new Response('<html>')],
])('is told by %s that there is no proxy', async (_, answer) => {
  await expect(proxied('http://x.example/', answer).ask()).rejects.toMatchObject({
    kind: 'network',
    code: 'no-proxy',
  })
})

it("passes on the proxy's own words", async () => {
  const headers = { [PROXY_HEADER]: '1', [PROXY_ERROR_HEADER]: 'registry-tls' }
  const json = JSON.stringify({ error: { code: 'registry-tls', message: 'its certificate has expired' } }) // prettier-ignore
  const answer = () => new Response(json, { status: 502, headers })
  const thrown: unknown = await proxied('http://x.example/', answer).ask().catch((error: unknown) => error) // prettier-ignore
  expect(thrown).toMatchObject({ kind: 'network', code: 'registry-tls' })
  expect(String(thrown)).toContain('its certificate has expired')
})

it('tells a server that is gone from a registry that is gone', async () => {
  const answer = () => Promise.reject(new TypeError('Failed to fetch'))
  await expect(proxied('http://x.example/', answer).ask()).rejects.toMatchObject({
    code: 'proxy-unreachable',
  })
})

it('gives up on a server that never answers', async () => {
  const send: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  const read = createProxiedFetch('http://x.example/', send, 20)
  const asking = read(MANIFEST, { headers: {}, signal: undefined })
  await expect(asking).rejects.toMatchObject({ kind: 'network', code: 'registry-timeout' })
})

it.each([
  ['no-cache', 'reload'],
  ['', 'default'],
])('with the cache header %j asks the browser to %s', async (header, mode) => {
  const modes: (string | undefined)[] = []
  const read = createProxiedFetch('http://x.example/', async (_, init) => {
    modes.push(init?.cache)
    return new Response('{}', { headers: { [PROXY_HEADER]: '1' } })
  })
  await read(MANIFEST, { headers: header === '' ? {} : { 'Cache-Control': header }, signal: undefined }) // prettier-ignore
  expect(modes).toEqual([mode])
})
