import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAddressCheck, createDirectFetch } from './direct'
import { guardedHop } from './node-hop'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function ask(host: string): Promise<Response> {
  return createDirectFetch()(`http://${host}/v2/a/manifests/x`, { headers: {}, signal: undefined })
}

describe('where a registry may lead the command line', () => {
  it.each([
    '169.254.169.254',
    '[::ffff:127.0.0.1]',
    '[::1]',
    '0.0.0.0',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
  ])('not to %s, as a redirect or for a token', async (target) => {
    const answers: RequestListener[] = [
      (_, response) => response.writeHead(307, { Location: `https://${target}:1/x` }).end(),
      (_, response) =>
        response
          .writeHead(401, { 'WWW-Authenticate': `Bearer realm="https://${target}:1/"` })
          .end(),
    ]
    for (const answer of answers) {
      const host = await listen(answer)
      await expect(ask(host)).rejects.toMatchObject({
        kind: 'network',
        code: expect.stringMatching(/^registry-(address|target)$/) as string,
      })
    }
  })

  it('is judged by the addresses of its name', () => {
    const outside = createAddressCheck('quay.io')
    expect(outside('quay.io', ['1.1.1.1'])).toBeNull()
    expect(outside('cdn.example', ['1.1.1.2', '2606:4700::1'])).toBeNull()
    for (const address of ['10.0.0.1', '127.0.0.1', '::1', '169.254.169.254', 'fc00::1']) {
      expect(outside('cdn.example', ['1.1.1.1', address])).toContain(address)
    }
  })

  it('is the private network when the registry is in one, but not this machine', () => {
    const inside = createAddressCheck('registry.corp')
    expect(inside('registry.corp', ['10.0.0.1'])).toBeNull()
    expect(inside('storage.corp', ['10.0.0.2', 'fc00::2'])).toBeNull()
    expect(inside('storage.corp', ['127.0.0.1'])).not.toBeNull()
    expect(inside('metadata.corp', ['169.254.169.254'])).not.toBeNull()
  })

  it('is the registry itself, wherever it is', async () => {
    const host = await listen((request, response) => {
      if (request.url?.endsWith('/x')) response.writeHead(302, { Location: '/v2/a/b' })
      response.end('here')
    })
    expect(await (await ask(host)).text()).toBe('here')
  })
})

it('passes compressed bytes on as they are', async () => {
  const host = await listen((_, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip at all')
  })
  expect(await (await ask(host)).text()).toBe('no gzip at all')
})

it('hands over what has come in one piece, and stops when nobody reads on', async () => {
  let isClosed = false
  const host = await listen(({ socket }) => {
    socket.on('close', () => (isClosed = true)).on('error', () => undefined)
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    socket.write('1\r\n{\r\n'.repeat(20_000))
  })
  const reader = (await ask(host)).body?.getReader()
  let [pieces, bytes] = [0, 0]
  while (bytes < 20_000) {
    bytes += (await reader?.read())?.value?.length ?? 0
    pieces++
  }
  expect(pieces).toBeLessThan(1000)
  await reader?.cancel()
  await expect.poll(() => isClosed).toBe(true)
})

it('asks again when a kept connection was closed', async () => {
  let asked = 0
  // closes without a word when it is asked a second time over one connection
  const server = createTcpServer((socket) => {
    let first = true
    socket.on('error', () => undefined)
    socket.on('data', () => {
      asked++
      if (first) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      else socket.resetAndDestroy()
      first = false
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const hop = guardedHop(() => null)
  for (const count of [1, 3]) {
    const response = await hop(url, { method: 'GET', headers: {}, signal: undefined })
    expect([await response.text(), asked]).toEqual(['ok', count])
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  server.close()
})
