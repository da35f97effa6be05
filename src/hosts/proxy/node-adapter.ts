import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LOGIN_HEADER } from '../../image/registry/proxied'
import type { ProxyHandler } from './handler'
import { messageOf } from './node-hop'

/** What the proxy looks at; all else a client sends stays here. */
const FORWARDED = [
  'accept',
  'cache-control',
  'range',
  'sec-fetch-site',
  'origin',
  'host',
  LOGIN_HEADER.toLowerCase(),
]
const READING = ['GET', 'HEAD'] as const

/**
 * Answers a Node request by the proxy. When the client goes away, so does the request to the registry;
 * the body is passed on as fast as the client reads, never kept.
 * @returns the status that was answered
 */
export async function answerByProxy(
  handler: ProxyHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  below: string,
): Promise<number> {
  const abort = new AbortController()
  outgoing.on('close', () => abort.abort())
  const headers = new Headers()
  for (const name of FORWARDED) {
    const value = incoming.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const url = new URL(incoming.url ?? '/', 'http://proxy.invalid')
  // Request throws for TRACE; what does not read is refused under any name
  const method = READING.find((name) => name === incoming.method) ?? 'POST'
  const request = new Request(url, { method, headers, signal: abort.signal })
  const response = await handler(request, below)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null || method === 'HEAD') {
    outgoing.end()
    return response.status
  }
  const body =
    messageOf(response.body) ??
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
  await pipeline(body, outgoing).catch(() => {
    // A registry or a client that breaks off: the page sees a short body and says so.
    outgoing.destroy()
  })
  return response.status
}
