import { createHash } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http'
import { isIP, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PROXY_ERROR_HEADER } from '../../image/registry/proxied'
import { isPrivateAddress } from './addresses'
import { createProxy, type ProxyHandler } from './handler'
import { unreachable } from './hops'
import { nodeHop, type ResolveAll } from './node-hop'
import { startServer } from './node-server'
import { parseProxyPath } from './proxy-path'
import { isHostName, rulesOf } from './rules'

const DIGEST = `sha256:${'a'.repeat(64)}`
const RIGHT = `sha256:${createHash('sha256').update('right').digest('hex')}`
let registry: Server
let host = ''
let proxy: ProxyHandler
let seen: IncomingMessage[] = []

beforeAll(async () => {
  registry = createServer(answer)
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`
  const rules = rulesOf({ registries: [], privates: [], loopback: true })
  proxy = createProxy({ rules, hop: (rule) => nodeHop(rule, { idle: 300 }), tokenTime: 300 })
})
afterAll(() => registry.close())
beforeEach(() => (seen = []))

function answer(request: IncomingMessage, response: ServerResponse): void {
  seen.push(request)
  const [, , name = ''] = (request.url ?? '').split('/')
  const to = (location: string) => response.writeHead(307, { Location: location }).end()
  if (name === 'metadata') to('http://169.254.169.254/latest/meta-data')
  else if (name === 'file') to('file:///etc/passwd')
  else if (name === 'other') to('https://evil.example/x')
  else if (name === 'number') to('http://2130706433:1/x')
  else if (name === 'port') to('http://127.0.0.1:1/x')
  else if (name === 'login') to(`http://user:pass@${host}/v2/ok/manifests/x`)
  else if (name === 'loop') to(request.url ?? '/')
  else if (name === 'realm') {
    const realm = 'Bearer realm="http://169.254.169.254/token",service="x"'
    response.writeHead(401, { 'WWW-Authenticate': realm }).end()
  } else if (name === 'basic') {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end('{}')
  } else if (name === 'drops') drip(response, 'HTTP/1.1 200 OK\r\nX-Drops: ')
  else if (name === 'crlf') {
    response.socket?.end(
      'HTTP/1.1 307 X\r\nLocation: /v2/ok\rSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n',
    )
  } else if (name === 'escaped') to('https://evil.example/%0d%0aSet-Cookie:%20a=b')
  else if (name === 'slow-token') {
    const realm = `Bearer realm="http://${host}/v2/token-in-drops"`
    response.writeHead(401, { 'WWW-Authenticate': realm }).end()
  } else if (name === 'token-in-drops') {
    drip(response, 'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n')
  } else if (name === 'long-token') {
    const realm = `Bearer realm="http://${host}/v2/token-too-long"`
    response.writeHead(401, { 'WWW-Authenticate': realm }).end()
  } else if (name === 'token-too-long') response.end(JSON.stringify({ token: 'x'.repeat(1 << 17) }))
  else if (name === 'silent') return
  else if (name === 'reset')
    response.socket?.end('HTTP/1.1 205 X\r\nContent-Length: 5\r\n\r\nhello')
  else if (name === 'switch') {
    response.socket?.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx',
    )
  } else if (name === 'close') response.socket?.end()
  else if (name === 'continue') response.socket?.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(9))
  else if (name === 'odd') response.socket?.end('HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nhi')
  else if (name === 'right' || name === 'wrong') {
    const text = name === 'right' ? 'right' : 'other'
    response.writeHead(200, { 'Content-Length': text.length }).end(text)
  } else if (name === 'chunked') {
    response.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end('right')
  } else if (name === 'headers') {
    response.writeHead(200, { 'X-Big': 'x'.repeat(64 * 1024) }).end()
  } else {
    const headers = {
      'Set-Cookie': 'a=b',
      'Content-Type': 'text/html',
      'X-Other': '1',
      ETag: '"e"',
    }
    response.writeHead(200, headers).end('<script>')
  }
}

/** A byte now and then, so that the connection never is silent, until the other side has enough. */
function drip({ socket }: ServerResponse, start: string): void {
  if (socket === null) return
  socket.write(start)
  const timer = setInterval(() => socket.write('x'), 50)
  socket.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer))
}

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return proxy(new Request('http://page.invalid/registry/x', init), path)
}

describe('what the proxy reads', () => {
  it.each([
    `quay.io/v2/a/b/manifests/v1`,
    `quay.io/v2/a/b/blobs/${DIGEST}`,
    `quay.io/v2/a__b/c-d/referrers/${DIGEST}`,
    'localhost:5000/v2/a/tags/list',
    '[::1]:5000/v2/',
  ])('%s', (path) => expect(parseProxyPath(path)).not.toBeNull())

  it.each([
    'quay.io/v2/_catalog',
    'quay.io/v2/a/blobs/uploads/',
    'quay.io/v2/a/../b/manifests/x',
    'quay.io/v2/a/%2e%2e/manifests/x',
    'quay.io/v1/a',
    'QUAY.IO/v2/a/manifests/x',
    'quay.io@evil.example/v2/a/manifests/x',
    `quay.io/v2/a/blobs/sha256:${'A'.repeat(64)}`,
    'quay.io/v2/a/manifests/x%00',
    `${'a/'.repeat(5000)}`,
    '%',
    '',
  ])('not %j', (path) => expect(parseProxyPath(path)).toBeNull())

  it('and a port that is none', async () => {
    const response = await ask('127.0.0.1:99999/v2/a/manifests/x')
    expect([response.status, response.headers.get(PROXY_ERROR_HEADER)]).toEqual([400, 'proxy-path'])
  })

  it('is not for other sites, and only to read', async () => {
    const other = await ask(`${host}/v2/ok/manifests/x`, { headers: { 'Sec-Fetch-Site': 'cross-site' } }) // prettier-ignore
    expect(other.status).toBe(403)
    const foreign = await ask(`${host}/v2/ok/manifests/x`, { headers: { Origin: 'http://evil.example' } }) // prettier-ignore
    expect([foreign.status, foreign.headers.get(PROXY_ERROR_HEADER)]).toEqual([403, 'proxy-site'])
    expect((await ask(`${host}/v2/ok/manifests/x`, { method: 'POST' })).status).toBe(405)
    expect(seen).toEqual([])
  })
})

describe('hostile registries', () => {
  it.each([
    ['metadata', 'registry-target'],
    ['file', 'registry-target'],
    ['other', 'registry-target'],
    ['number', 'registry-target'],
    ['port', 'registry-target'],
    ['login', 'registry-target'],
    ['realm', 'registry-target'],
    ['loop', 'redirect-limit'],
    ['silent', 'registry-timeout'],
    ['headers', 'registry-unreachable'],
    ['odd', 'registry-status'],
    ['drops', 'registry-timeout'],
    ['slow-token', 'registry-timeout'],
    ['long-token', 'registry-token'],
    ['crlf', 'registry-unreachable'],
    ['escaped', 'registry-target'],
    ['switch', 'registry-status'],
    ['close', 'registry-unreachable'],
    ['continue', 'registry-timeout'],
  ])('%s', async (name, code) => {
    const response = await ask(`${host}/v2/${name}/manifests/x`)
    expect(response.headers.get(PROXY_ERROR_HEADER)).toBe(code)
    expect(response.status).toBeGreaterThanOrEqual(502)
  })

  it('announce no length without the bytes', async () => {
    const response = await ask(`${host}/v2/reset/manifests/x`)
    expect([response.status, response.headers.get('content-length')]).toEqual([205, null])
  })

  it.each([
    ['right', 'manifests', true],
    ['right', 'blobs', true],
    ['wrong', 'manifests', false],
    ['wrong', 'blobs', false],
    ['chunked', 'blobs', false],
  ])('have %s %s kept only for the digest they have: %s', async (name, kind, isKept) => {
    const response = await ask(`${host}/v2/${name}/${kind}/${RIGHT}`)
    expect(response.headers.get('cache-control')?.includes('immutable')).toBe(isKept)
    expect(await response.text()).toBe(name === 'wrong' ? 'other' : 'right')
  })

  it('are asked past the caches when the page does so', async () => {
    const { url, server } = await startServer({ host: '127.0.0.1', port: 0, folders: [], proxy })
    const headers = { 'Cache-Control': 'no-cache' }
    await fetch(`${url}registry/${host}/v2/ok/manifests/x`, { headers })
    expect(seen[0]?.headers['cache-control']).toBe('no-cache')
    server.closeAllConnections()
    server.close()
  })

  it('set no cookie, no type and no login box', async () => {
    const response = await ask(`${host}/v2/ok/blobs/${DIGEST}`, { headers: { Cookie: 'a=b', Range: 'bytes=5-9' } }) // prettier-ignore
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.headers.get('x-other')).toBeNull()
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toBe('attachment')
    expect(seen[0]?.headers.cookie).toBeUndefined()
    expect(seen[0]?.headers.range).toBe('bytes=5-9')
    const login = await ask(`${host}/v2/basic/manifests/x`)
    expect([login.status, login.headers.get('www-authenticate')]).toEqual([401, null])
  })
})

describe('hosts', () => {
  it.each([
    'evil.example',
    'localhost.evil.example',
    '10.0.0.1',
    '169.254.169.254',
    'registry-1.docker.io.evil.example',
  ])('%s is on no list', async (name) => {
    const response = await ask(`${name}/v2/a/manifests/x`)
    expect([response.status, response.headers.get(PROXY_ERROR_HEADER)]).toEqual([403, 'proxy-host'])
  })

  it('of this machine are read only by a server that listens on it alone', async () => {
    const rules = rulesOf({ registries: [], privates: [], loopback: false })
    const open = createProxy({ rules, hop: (rule) => nodeHop(rule) })
    const response = await open(new Request('http://x.invalid/'), `${host}/v2/ok/manifests/x`)
    expect(response.status).toBe(403)
    const allowed = rulesOf({ registries: [], privates: [host], loopback: false })
    const own = createProxy({ rules: allowed, hop: (rule) => nodeHop(rule) })
    const good = await own(new Request('http://x.invalid/'), `${host}/v2/ok/manifests/x`)
    expect(good.status).toBe(200)
  })

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '127.1', '[::1]', 'a..b', 'quay.io.', 'QUAY.IO'])(
    '%s is no name',
    (name) => expect(isHostName(name)).toBe(false),
  )

  it.each(['::ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '100.64.0.1', 'x', 'fe80::1', 'fec0::1', '::'])(
    '%s is private',
    (address) => expect(isPrivateAddress(address)).toBe(true),
  ) // prettier-ignore

  it.each(['1.1.1.1', '2606:4700::1111'])('%s is not', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  )

  it.each([
    [['10.0.0.1']],
    [['1.1.1.1', '169.254.169.254']],
    [['2606:4700::1111', '::ffff:127.0.0.1']],
    [[]],
  ])('whose name leads to %j are not reached', async (addresses) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }))
    const asked: string[] = []
    const resolve: ResolveAll = (name, _, callback) => {
      asked.push(name)
      callback(null, found)
    }
    const rules = rulesOf({ registries: ['evil.example'], privates: [], loopback: true })
    const guarded = createProxy({ rules, hop: (rule) => nodeHop(rule, { idle: 300, resolve }) })
    const response = await guarded(new Request('http://x.invalid/'), 'evil.example/v2/')
    expect(response.headers.get(PROXY_ERROR_HEADER)).toBe('registry-address')
    expect(asked).toEqual(['evil.example'])
  })
})

it.each([
  ['ENOTFOUND', 'registry-unknown-host'],
  ['ECONNREFUSED', 'registry-unreachable'],
  ['ETIMEDOUT', 'registry-timeout'],
  ['CERT_HAS_EXPIRED', 'registry-tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'registry-tls'],
  ['EPROTO', 'registry-tls'],
  ['ELSE', 'registry-unreachable'],
])('a request that fails with %s is %s', (found, code) => {
  const cause = Object.assign(new Error('x'.repeat(10_000)), { code: found })
  const error = unreachable(new URL('https://quay.io/v2/'), cause)
  expect([error.kind, error.code]).toEqual(['network', code])
  expect(error.message).toContain('quay.io cannot be reached')
  expect(error.message.length).toBeLessThan(400)
})

it('is served below registry/, and lets go of the registry with its client', async () => {
  const { url, server } = await startServer({ host: '127.0.0.1', port: 0, folders: [], proxy })
  try {
    const good = await fetch(`${url}registry/${host}/v2/ok/manifests/x?n=1`)
    expect([good.status, await good.text()]).toEqual([200, '<script>'])
    const path = `${url}registry/${host}/v2/ok/manifests/x`
    expect(await statusOf(path, { headers: { Host: 'evil.example' } })).toBe(421)
    expect(await statusOf(path, { method: 'TRACE' })).toBe(405)
    const abort = new AbortController()
    const pending = fetch(`${url}registry/${host}/v2/silent/manifests/x`, { signal: abort.signal })
    abort.abort()
    await expect(pending).rejects.toThrow()
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

/** For what `fetch` would not send: another host's name, other methods. */
function statusOf(url: string, options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, options, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).end()
  })
}
