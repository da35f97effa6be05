import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
} from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { basicHeader } from '../../image/registry/credentials'
import { LOGIN_HEADER } from '../../image/registry/proxied'
import { createProxy } from './handler'
import { ClientLimits, LIMITS } from './limits'
import { nodeHop } from './node-hop'
import { type ServerOptions, startServer, stopServer } from './node-server'
import { mayFollow, rulesOf } from './rules'

const PAGE = `<p>${'page '.repeat(1000)}</p>`
const LOGIN = basicHeader('u', 'geheim')
let folder = ''
let registry: Server
let registryHost = ''
let seen: IncomingHttpHeaders[] = []
const opened: Server[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealscope-serving-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), PAGE)
  writeFileSync(join(folder, 'assets/small.js'), '1')
  registry = createServer((request, response) => {
    seen.push(request.headers)
    const { authorization } = request.headers
    if (request.url?.startsWith('/v2/private/') === true && authorization !== LOGIN) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end('{}')
    } else if (request.url?.startsWith('/v2/slow/') === true) {
      response.writeHead(200, { 'Content-Length': 10 }).write('01234')
      setTimeout(() => response.end('56789'), 300)
    } else if (request.url?.startsWith('/v2/big/') === true) {
      response.writeHead(200, { 'Content-Length': 2 ** 24 }).end(Buffer.alloc(2 ** 24, 7))
    } else response.end('open')
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  registryHost = `127.0.0.1:${(registry.address() as AddressInfo).port}`
})
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  seen = []
})
afterAll(() => {
  registry.closeAllConnections()
  registry.close()
  rmSync(folder, { recursive: true })
})

async function serve(options: Partial<ServerOptions> = {}) {
  const rules = rulesOf({ registries: [], privates: [registryHost], loopback: true })
  const proxy = createProxy({ rules, hop: (rule) => nodeHop(rule) })
  const folders = [{ prefix: '', folder }]
  const made = await startServer({ host: '127.0.0.1', port: 0, folders, proxy, ...options })
  opened.push(made.server)
  return { ...made, port: (made.server.address() as AddressInfo).port }
}

function get(port: number, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>(
    (resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        )
      })
      request.on('error', reject).end()
    },
  )
}

describe('a server knows its names', () => {
  it.each<[string, string[], string, number]>([
    ['127.0.0.1', [], 'localhost:9', 200],
    ['127.0.0.1', [], '127.0.0.1', 200],
    ['127.0.0.1', [], '[::1]:9', 200],
    ['127.0.0.1', [], 'seal.corp.example', 421],
    ['127.0.0.1', [], '10.0.0.1', 421],
    ['127.0.0.1', ['seal.corp.example'], 'seal.corp.example', 200],
    ['127.0.0.1', ['seal.corp.example'], 'Seal.corp.example:443', 200],
    ['127.0.0.1', ['seal.corp.example:8443'], 'seal.corp.example:8443', 200],
    ['127.0.0.1', ['seal.corp.example:8443'], 'seal.corp.example:1', 421],
    ['0.0.0.0', [], 'rebind.evil.test', 421],
    ['0.0.0.0', [], '10.0.0.1:8080', 200],
    ['0.0.0.0', [], '[fd00::1]:8080', 200],
    ['::ffff:127.0.0.1', [], 'rebind.evil.test', 421],
    ['0.0.0.0', ['seal.corp.example'], 'seal.corp.example', 200],
  ])('at %s, called %j, asked as %s: %i', async (host, publicHosts, name, status) => {
    const { port } = await serve({ host, publicHosts })
    for (const path of ['/', `/registry/${registryHost}/v2/a/manifests/x`]) {
      expect((await get(port, path, { Host: name })).status).toBe(status)
    }
    expect((await get(port, '/healthz', { Host: name })).status).toBe(200)
  })

  it('and answers to one at a time', async () => {
    const { port } = await serve()
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n')
      })
      socket.once('data', (part) => resolve(part.toString()))
    })
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
  })
})

describe('the files of the page', () => {
  it('are packed, and not sent again', async () => {
    const { port } = await serve()
    const { headers, body } = await get(port, '/', { 'Accept-Encoding': 'br, gzip' })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    expect([gunzipSync(body).toString(), body.length < 500]).toEqual([PAGE, true])
    const etag = headers.etag ?? ''
    expect((await get(port, '/', { 'If-None-Match': `"x", ${etag}` })).status).toBe(304)
    expect((await get(port, '/', { 'If-None-Match': '"x"' })).body.toString()).toBe(PAGE)
    expect((await get(port, '/assets/small.js')).headers['cache-control']).toContain('immutable')
  })

  it('are kept apart from other origins and from devices', async () => {
    const { headers } = await get((await serve()).port, '/')
    expect(headers).toMatchObject({
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()') as string,
    })
  })
})

it('counts, and logs without what is secret', async () => {
  const lines: string[] = []
  const { port } = await serve({ log: (line) => lines.push(line) })
  await get(port, `/registry/${registryHost}/v2/a/manifests/x?n=geheim`, { [LOGIN_HEADER]: LOGIN })
  await get(port, '/')
  const { body } = await get(port, '/metrics')
  expect(body.toString()).toContain('sealscope_requests_total{kind="registry",status="200"} 1')
  expect(body.toString()).toMatch(/sealscope_connections \d+\n/)
  expect(lines[0]).toMatch(/^\S+Z \S+ GET \/registry\/\S+\/manifests\/x 200 \d+ \d+ms$/)
  expect(lines.join('\n') + body.toString()).not.toMatch(/geheim|Basic/)
})

describe('strangers', () => {
  it('get so many places, which fill up again', () => {
    let now = 0
    const clients = new ClientLimits({ ...LIMITS, atOnce: 2, perMinute: 3 }, () => now)
    const leave = clients.enter('a')
    clients.enter('a')
    expect([clients.enter('a'), clients.enter('b') === null]).toEqual([null, false])
    leave?.()
    clients.enter('a')?.()
    expect(clients.enter('a')).toBeNull()
    now = 60_000
    leave?.()
    expect(clients.enter('a')).not.toBeNull()
  })

  it('are told to come later', async () => {
    const { port } = await serve({ limits: { ...LIMITS, perMinute: 1 } })
    const path = `/registry/${registryHost}/v2/a/manifests/x`
    expect((await get(port, path)).status).toBe(200)
    const late = await get(port, path)
    expect([late.status, late.headers['retry-after']]).toEqual([429, '1'])
    expect((await get(port, '/')).status).toBe(200)
  })

  it('that neither read nor write are let go of', async () => {
    const { port } = await serve({ limits: { ...LIMITS, silence: 100 } })
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined))
    const reader = connect(port, '127.0.0.1', () => {
      reader.write(
        `GET /registry/${registryHost}/v2/big/manifests/x HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      )
      reader.pause()
    })
    await expect
      .poll(async () => (await get(port, '/metrics')).body.toString(), { timeout: 5000 })
      .toContain('sealscope_broken_answers_total{kind="registry"} 1')
    reader.destroy()
  })
})

it('lets transfers end when it stops', async () => {
  const { port, server } = await serve()
  const reading = get(port, `/registry/${registryHost}/v2/slow/manifests/x`)
  await expect.poll(() => seen.length).toBe(1)
  await stopServer(server)
  expect((await reading).body.toString()).toBe('0123456789')
  await expect(get(port, '/')).rejects.toThrow()
})

it('passes a body on whole, without Web streams', async () => {
  const { body } = await get((await serve()).port, `/registry/${registryHost}/v2/big/manifests/x`)
  expect(body.equals(Buffer.alloc(2 ** 24, 7))).toBe(true)
})

describe('a login of the page', () => {
  it('opens what it opens for its request alone, and is kept by nobody', async () => {
    const { port } = await serve()
    const path = `/registry/${registryHost}/v2/private/manifests/sha256:${'0'.repeat(64)}`
    expect((await get(port, path)).status).toBe(401)
    const good = await get(port, path, { [LOGIN_HEADER]: LOGIN })
    expect([good.status, good.headers['cache-control']]).toEqual([200, 'no-store'])
    expect((await get(port, path)).status).toBe(401)
    expect(seen.map((headers) => headers[LOGIN_HEADER.toLowerCase()])).not.toContain(LOGIN)
  })
})

describe('where an operator lets a registry lead', () => {
  const privates = ['reg.corp:5000=storage.corp:9000,http://minio.corp:9001,.s3.corp,10.1.2.3']
  const [rule] = rulesOf({ registries: [], privates, loopback: false })
  const [open] = rulesOf({ registries: ['reg.example=cdn.example,10.1.2.3'], privates: [], loopback: false }) // prettier-ignore
  const start = new URL('https://reg.corp:5000/v2/')

  it.each([
    ['https://reg.corp:5000/x', true],
    ['https://reg.corp:5001/x', false],
    ['https://storage.corp:9000/x', true],
    ['https://storage.corp/x', false],
    ['https://storage.corp:9001/x', false],
    ['http://storage.corp:9000/x', false],
    ['http://minio.corp:9001/x', true],
    ['https://minio.corp:9001/x', false],
    ['https://a.s3.corp/x', true],
    ['https://a.s3.corp:8443/x', false],
    ['https://evils3.corp/x', false],
    ['https://10.1.2.3/x', true],
    ['https://u:p@storage.corp:9000/x', false],
  ])('%s: %s', (target, expected) => {
    if (rule === undefined) throw new Error('no rule')
    expect(mayFollow(rule, start, new URL(target))).toBe(expected)
  })

  it('a public one follows no port and no address', () => {
    if (open === undefined) throw new Error('no rule')
    const from = new URL('https://reg.example/v2/')
    const follows = (target: string) => mayFollow(open, from, new URL(target))
    expect(follows('https://cdn.example/x')).toBe(true)
    expect(follows('https://cdn.example:8443/x')).toBe(false)
    expect(follows('https://10.1.2.3/x')).toBe(false)
  })

  it.each(['h:1=a b', 'h:1=*', 'h:1=http://', 'h:1=..', 'h:1=a/b'])('%s is refused', (text) => {
    expect(() => rulesOf({ registries: [], privates: [text], loopback: false })).toThrow()
  })

  it('never to what a cloud keeps for its hosts', async () => {
    if (rule === undefined) throw new Error('no rule')
    const hop = nodeHop(rule, {
      idle: 300,
      resolve: (_, __, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
    })
    const asking = hop(new URL('https://storage.corp:9000/'), { method: 'GET', headers: {}, signal: undefined }) // prettier-ignore
    await expect(asking).rejects.toMatchObject({ code: 'registry-address' })
  })
})
