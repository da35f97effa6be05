import { SealscopeError } from '../../base/error'
import { basicHeader, type FindCredentials, namedHost } from '../../image/registry/credentials'
import { offersBasic, parseBearer, requestToken } from './token'

/** One request to one address, without redirects. */
export type Hop = (
  url: URL,
  init: {
    method: 'GET' | 'HEAD' | 'POST'
    headers: Record<string, string>
    signal: AbortSignal | undefined
    /** Of a POST. */
    body?: string
  },
) => Promise<Response>

export interface HopOptions {
  hop: Hop
  /** Throws when a request that began at `start` must not go to `target`. */
  check: (target: URL, start: URL) => void
  /** Milliseconds within which a token must be there whole. */
  tokenTime?: number
  /** How to log in; absent: without. */
  credentials?: FindCredentials
}

export type FollowRequest = {
  method?: 'GET' | 'HEAD' | 'POST'
  body?: string
  headers: Record<string, string>
  signal: AbortSignal | undefined
}

const REDIRECT_LIMIT = 5
const REDIRECTS = [301, 302, 303, 307, 308]
/** Repositories whose token is kept; the oldest goes first. */
const TOKEN_LIMIT = 256
const TOKEN_TIME = 30_000
const MESSAGE_LIMIT = 300
const REPOSITORY_END = /\/(manifests|blobs|referrers|tags)\/[^/]*$/

/**
 * Reads from registries: logins and tokens are asked for when a registry wants them and kept per repository;
 * redirects are followed hop by hop, each one checked. Only the registry itself is shown a token, and only it
 * and its realm a login. Errors are of kind `network`; an abort is passed on.
 */
export function createRegistryReader(options: HopOptions) {
  const { hop, check } = options
  const known = new Map<string, string>()
  const follow = (start: URL, request: FollowRequest) => followHops(hop, check, start, request)
  return async (url: string, request: FollowRequest): Promise<Response> => {
    const target = new URL(url)
    check(target, target)
    const repository = target.origin + target.pathname.replace(REPOSITORY_END, '')
    const first = await follow(target, withHeader(request, known.get(repository)))
    if (first.status !== 401 || 'Authorization' in request.headers) return first
    const authorization = await authorizationFor(options, follow, target, request, first).catch(
      async (thrown: unknown) => {
        // what is not read holds the connection, and a command that has ended
        await first.body?.cancel()
        throw thrown
      },
    )
    if (authorization === null) return first
    await first.body?.cancel()
    known.delete(repository)
    known.set(repository, authorization)
    const [oldest] = known.keys()
    if (known.size > TOKEN_LIMIT && oldest !== undefined) known.delete(oldest)
    return follow(target, withHeader(request, authorization))
  }
}

/** The header that a registry's 401 asks for; null when there is nothing to show. */
async function authorizationFor(
  { check, tokenTime = TOKEN_TIME, credentials: find }: HopOptions,
  follow: (start: URL, request: FollowRequest) => Promise<Response>,
  target: URL,
  { signal }: FollowRequest,
  response: Response,
): Promise<string | null> {
  const header = response.headers.get('www-authenticate') ?? ''
  const challenge = parseBearer(header)
  if (challenge === null && !offersBasic(header)) return null
  const repository = target.pathname.replace(REPOSITORY_END, '').replace(/^\/v2\/?/, '')
  const login = (await find?.({ host: namedHost(target.host), repository })) ?? null
  if (challenge === null) {
    return login?.kind === 'password' ? basicHeader(login.username, login.password) : null
  }
  const realm = parseUrl(challenge.realm, target)
  check(realm, target)
  const token = await inTime(realm, tokenTime, signal, (cancel) =>
    requestToken(realm, challenge, login, (at, headers, body) =>
      follow(at, {
        headers,
        signal: cancel,
        ...(body === undefined ? {} : { method: 'POST', body }),
      }),
    ),
  )
  return `Bearer ${token}`
}

/** An answer in drops must not hold a request for ever. */
async function inTime<T>(
  { host }: URL,
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(milliseconds)
  try {
    return await work(outer === undefined ? deadline : AbortSignal.any([outer, deadline]))
  } catch (cause) {
    if (!deadline.aborted || outer?.aborted === true) throw cause
    throw networkFailure('registry-timeout', `${host} gave no token within ${milliseconds / 1000} seconds`, cause) // prettier-ignore
  }
}

function withHeader(request: FollowRequest, authorization: string | undefined): FollowRequest {
  if (authorization === undefined) return request
  return { ...request, headers: { ...request.headers, Authorization: authorization } }
}

async function followHops(
  hop: Hop,
  check: HopOptions['check'],
  start: URL,
  { method = 'GET', headers, signal, body }: FollowRequest,
): Promise<Response> {
  let at = start
  let sent = headers
  for (let hops = 0; ; hops++) {
    const init = { method, headers: sent, signal, ...(body === undefined ? {} : { body }) }
    const response = await hop(at, init)
    // what a POST carries is for the realm alone
    if (method === 'POST') return response
    const location = response.headers.get('location')
    if (!REDIRECTS.includes(response.status) || location === null) return response
    await response.body?.cancel()
    if (hops === REDIRECT_LIMIT) {
      throw networkFailure('redirect-limit', `${start.host} redirects more than ${REDIRECT_LIMIT} times`) // prettier-ignore
    }
    const next = parseUrl(location, at)
    check(next, start)
    if (next.origin !== at.origin) {
      sent = Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'Authorization'))
    }
    at = next
  }
}

function parseUrl(text: string, base: URL): URL {
  try {
    return new URL(text, base)
  } catch (cause) {
    throw networkFailure('registry-url', `${base.host} names an address that cannot be read`, cause)
  }
}

const UNKNOWN_HOST = 'registry-unknown-host'
const TIMEOUT = 'registry-timeout'
const TLS = 'registry-tls'
const UNREACHABLE = 'registry-unreachable'
/** By the code that Node gives a failed request. */
const REASONS: Record<string, readonly [code: string, words: string]> = {
  ENOTFOUND: [UNKNOWN_HOST, 'there is no such host'],
  EAI_AGAIN: [UNKNOWN_HOST, 'its name could not be looked up'],
  ECONNREFUSED: [UNREACHABLE, 'it refuses the connection'],
  ECONNRESET: [UNREACHABLE, 'it broke the connection off'],
  HPE_HEADER_OVERFLOW: [UNREACHABLE, 'its headers are too long'],
  UND_ERR_HEADERS_OVERFLOW: [UNREACHABLE, 'its headers are too long'],
  ETIMEDOUT: [TIMEOUT, 'it does not answer'],
  UND_ERR_CONNECT_TIMEOUT: [TIMEOUT, 'it does not answer'],
  UND_ERR_HEADERS_TIMEOUT: [TIMEOUT, 'it does not answer'],
  CERT_HAS_EXPIRED: [TLS, 'its certificate has expired'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [TLS, 'its certificate is signed by itself'],
  ERR_TLS_CERT_ALTNAME_INVALID: [TLS, 'its certificate is for another name'],
}
/** What OpenSSL and Node call all other troubles of a handshake. */
const TLS_CODE = /^(EPROTO|ERR_SSL_.*|ERR_TLS_.*|CERT_.*|UNABLE_TO_.*|SELF_SIGNED_CERT_IN_CHAIN)$/

/** Why a host could not be asked, in words, with a code for each kind of cause. */
export function unreachable(url: URL, thrown: unknown): SealscopeError {
  if (thrown instanceof SealscopeError) return thrown
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const found = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = (cause instanceof Error ? cause.message : String(cause)).slice(0, MESSAGE_LIMIT)
  const other = TLS_CODE.test(found) ? TLS : UNREACHABLE
  const [code, words] = REASONS[found] ?? [other, message]
  return networkFailure(code, `${url.host} cannot be reached: ${words}`, thrown)
}

export function networkFailure(code: string, what: string, cause?: unknown): SealscopeError {
  return new SealscopeError({ kind: 'network', code, what, cause })
}
