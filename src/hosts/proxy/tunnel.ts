import { request as httpRequest } from 'node:http'
import { Agent, type RequestOptions } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { networkFailure } from './hops'

/** Milliseconds in which a web proxy opens a connection. */
const CONNECT_TIME = 30_000

const agents = new Map<string, TunnelAgent>()

/** The agent that reaches https hosts through a web proxy; one for each proxy, so that connections are kept. */
export function tunnelAgent(proxy: URL): Agent {
  const known = agents.get(proxy.href)
  if (known !== undefined) return known
  const agent = new TunnelAgent(proxy)
  agents.set(proxy.href, agent)
  return agent
}

type Connected = (error: Error | null, stream: Duplex) => void

/** TLS inside of a tunnel that CONNECT opens (RFC 9110 §9.3.6). */
class TunnelAgent extends Agent {
  constructor(private readonly proxy: URL) {
    super({ keepAlive: true })
  }

  override createConnection(options: RequestOptions, done?: Connected): undefined {
    const host = options.host ?? ''
    const target = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 443}`
    const failed = (error: Error) => done?.(error, new Socket())
    const outgoing = httpRequest({
      host: this.proxy.hostname.replace(/^\[|\]$/g, ''),
      port: this.proxy.port || 80,
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...proxyAuthorization(this.proxy) },
      agent: false,
      timeout: CONNECT_TIME,
    })
    outgoing.on('timeout', () =>
      outgoing.destroy(this.failure('registry-timeout', 'does not answer')),
    )
    outgoing.on('error', failed)
    outgoing.on('response', (response) => {
      response.destroy()
      failed(
        this.failure('registry-unreachable', `answers with status ${response.statusCode ?? 0}`),
      )
    })
    outgoing.on('connect', (response, socket) => {
      if (response.statusCode === 200) {
        socket.setTimeout(0)
        const inner = options as ConnectionOptions
        done?.(null, connectTls({ ...inner, socket, servername: inner.servername ?? host }))
        return
      }
      socket.destroy()
      failed(
        this.failure('registry-unreachable', `answers with status ${response.statusCode ?? 0}`),
      )
    })
    outgoing.end()
    return undefined
  }

  private failure(code: string, what: string): Error {
    return networkFailure(code, `the web proxy ${this.proxy.host} ${what}`)
  }
}

/** Basic, from the user and the password in the proxy's address. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}
