import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { isPrivateAddress, isSiteAddress } from './addresses'
import { type Hop, networkFailure, unreachable } from './hops'
import type { RegistryRule } from './rules'
import { proxyAuthorization, tunnelAgent } from './tunnel'

export interface HopTiming {
  /** Milliseconds until the headers must be there, and of silence after them. */
  idle: number
}

export interface NodeHopOptions extends HopTiming {
  /** Asks for all addresses of a name; `dns.lookup` when left out. */
  resolve?: ResolveAll
  /** How to connect to a host; absent: straight, with the certificates that Node trusts. */
  connection?: (url: URL) => Connection
}

/** How one host is reached. */
export interface Connection {
  /** A web proxy on the way. */
  through: URL | null
  /** Certificates of its own, or none that are checked. */
  tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & { rejectUnauthorized?: boolean }
}

/** Why a host must not be asked at these addresses; null when it may. An address is its own host. */
export type AddressCheck = (hostname: string, addresses: readonly string[]) => string | null

export type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

/** Milliseconds of silence that are borne. */
export const IDLE = 60_000
const HEADER_BYTES = 32 * 1024
const NO_BODY = [204, 205, 304]

/** Requests by the rule for a registry: of private addresses only those that the rule names. */
export function nodeHop(rule: RegistryRule, options?: NodeHopOptions): Hop {
  return guardedHop((hostname, addresses) => {
    if (rule.isPrivate) return privateWrong(rule, hostname, addresses)
    if (isIP(hostname) !== 0) return `${hostname} is an address, not a name`
    if (!addresses.some(isPrivateAddress)) return null
    return `${hostname} has a private address, which the proxy does not read from`
  }, options)
}

/** An operator's registry may be anywhere; what it leads to is on the internet, the site or this machine. */
function privateWrong(
  { host }: RegistryRule,
  hostname: string,
  addresses: readonly string[],
): string | null {
  if (hostname === host.replace(/:(\d+|\*)$/, '').replace(/^\[|\]$/g, '')) return null
  const isGood = (address: string) =>
    !isPrivateAddress(address) || isSiteAddress(address) || /^(127\.|::1$)/.test(address)
  const wrong = addresses.find((address) => !isGood(address))
  return wrong === undefined
    ? null
    : `${host} leads to ${hostname} (${wrong}), which the proxy does not read from`
}

/**
 * Requests by `node:https`. Every address that a name resolves to is checked in the look-up that the
 * connection itself uses, so that no second answer of a name server can slip in between.
 */
export function guardedHop(check: AddressCheck, options: NodeHopOptions = { idle: IDLE }): Hop {
  const guarded = guardedLookup(options.resolve ?? lookup, check)
  return async (url, init) => {
    const hostname = url.hostname.replace(/^\[|\]$/g, '')
    // no look-up is made for an address
    const wrong = isIP(hostname) === 0 ? null : check(hostname, [hostname])
    if (wrong !== null) throw networkFailure('registry-address', wrong)
    const connection = options.connection?.(url) ?? STRAIGHT
    const ask = () => askOnce(url, init, { guarded, idle: options.idle, connection })
    return ask().catch((thrown: unknown) => {
      if (thrown !== STALE) throw thrown
      return ask()
    })
  }
}

/** A kept connection was closed by the other side just as it was used again (node http, `reusedSocket`). */
const STALE = new Error('a kept connection is closed')

const STRAIGHT: Connection = { through: null, tls: {} }

interface Way {
  guarded: LookupFunction
  idle: number
  connection: Connection
}

function askOnce(
  url: URL,
  { method, headers, signal, body }: Parameters<Hop>[1],
  { guarded, idle, connection }: Way,
): Promise<Response> {
  return new Promise<Response>((resolve, reject) => {
    const ask = url.protocol === 'http:' ? httpRequest : httpsRequest
    const outgoing = ask(
      ...addressed(url, guarded, connection, {
        method,
        headers: { ...headers, 'Accept-Encoding': 'identity' },
        maxHeaderSize: HEADER_BYTES,
        timeout: idle,
        ...(signal === undefined ? {} : { signal }),
      }),
    )
    const late = (what: string) =>
      outgoing.destroy(
        networkFailure('registry-timeout', `${url.host} ${what} for ${idle / 1000} seconds`),
      )
    // headers that come in drops never are silence
    const timer = setTimeout(() => late('did not answer'), idle)
    outgoing.on('timeout', () => late('was silent'))
    outgoing.on('close', () => {
      clearTimeout(timer)
      // nothing else settles a connection that ended with neither an answer nor an error
      reject(networkFailure('registry-unreachable', `${url.host} gave no answer`))
    })
    // 101 (RFC 9110 §15.2.2), which nobody asked for: node hands the bare connection over
    outgoing.on('upgrade', ({ statusCode = 101 }: IncomingMessage, socket) => {
      socket.destroy()
      reject(wrongStatus(url, statusCode))
    })
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      if (outgoing.reusedSocket && cause.code === 'ECONNRESET') reject(STALE)
      else reject(signal?.aborted ? cause : unreachable(url, cause))
    })
    outgoing.on('response', (incoming) => {
      clearTimeout(timer)
      const status = incoming.statusCode ?? 0
      if (status >= 200 && status <= 599) return resolve(responseOf(incoming, method, status))
      incoming.destroy()
      reject(wrongStatus(url, status))
    })
    outgoing.end(body)
  })
}

/** The request as it goes to the host itself, or to a web proxy on the way. */
function addressed(
  url: URL,
  lookup: LookupFunction,
  { through, tls }: Connection,
  options: RequestOptions,
): [URL, RequestOptions] {
  if (through === null) return [url, { ...options, ...tls, lookup }]
  if (url.protocol === 'https:') return [url, { ...options, ...tls, agent: tunnelAgent(through) }]
  // RFC 9112 §3.2.2: the whole address stands in the request
  const headers = { ...options.headers, Host: url.host, ...proxyAuthorization(through) }
  return [new URL(through.origin), { ...options, path: url.href, headers }]
}

function wrongStatus({ host }: URL, status: number): Error {
  return networkFailure('registry-status', `${host} answers with status ${status}`)
}

function guardedLookup(resolveAll: ResolveAll, check: AddressCheck): LookupFunction {
  return (hostname, options, callback) => {
    resolveAll(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? []
      if (error !== null || first === undefined) {
        callback(error ?? networkFailure('registry-address', `${hostname} has no address`), '', 0)
        return
      }
      const wrong = check(hostname, found.map(({ address }) => address)) // prettier-ignore
      if (wrong !== null) callback(networkFailure('registry-address', wrong), '', 0)
      else if (options.all) callback(null, found)
      else callback(null, first.address, first.family)
    })
  }
}

function responseOf(incoming: IncomingMessage, method: string, status: number): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string') headers.set(name, value)
    else if (Array.isArray(value)) headers.set(name, value.join(', '))
  }
  if (method === 'HEAD' || NO_BODY.includes(status)) {
    incoming.resume()
    return new Response(null, { status, headers })
  }
  const body = bodyOf(incoming)
  MESSAGES.set(body, incoming)
  return new Response(body, { status, headers })
}

/** The messages behind bodies: what is only passed on need not run through Web streams. */
const MESSAGES = new WeakMap<ReadableStream, IncomingMessage>()

/** The message whose bytes a body gives, of which nothing was read; null for a body of another kind. */
export function messageOf(body: ReadableStream): IncomingMessage | null {
  return body.locked ? null : (MESSAGES.get(body) ?? null)
}

/**
 * What has come since the last read, in one piece: a body in chunks of a byte made 4 MiB of manifest
 * into 1.4 GB of pieces.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = incoming.iterator() as AsyncIterator<Uint8Array<ArrayBuffer>>
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = await pieces.next()
        if (piece.done === true) controller.close()
        else controller.enqueue(piece.value)
      },
      cancel: () => void incoming.destroy(),
    },
    { highWaterMark: 0 },
  )
}
