import { SealscopeError } from '../bytes/error'
import { parseBearer, requestToken } from './token'

/** One request to one address, without redirects. */
export type Hop = (
  url: URL,
  init: {
    method: 'GET' | 'HEAD'
    headers: Record<string, string>
    signal: AbortSignal | undefined
  },
) => Promise<Response>

export interface HopOptions {
  hop: Hop
  /** Throws when a request that began at `start` must not go to `target`. */
  check: (target: URL, start: URL) => void
}

export type FollowRequest = {
  method?: 'GET' | 'HEAD'
  headers: Record<string, string>
  signal: AbortSignal | undefined
}

const REDIRECT_LIMIT = 5
const REDIRECTS = [301, 302, 303, 307, 308]
/** Repositories whose token is kept; the oldest goes first. */
const TOKEN_LIMIT = 256

/**
 * Reads from registries: anonymous tokens are asked for when a registry wants them and kept per
 * repository; redirects are followed hop by hop, each one checked, and no host but the registry itself
 * is shown a token. Errors are of kind `network`; an abort is passed on.
 */
export function createRegistryReader({ hop, check }: HopOptions) {
  const tokens = new Map<string, string>()
  const follow = (start: URL, request: FollowRequest) => followHops(hop, check, start, request)
  return async (url: string, request: FollowRequest): Promise<Response> => {
    const target = new URL(url)
    check(target, target)
    const repository = target.origin + target.pathname.replace(/\/(manifests|blobs)\/[^/]*$/, '')
    const known = tokens.get(repository)
    const first = await follow(target, withToken(request, known))
    if (first.status !== 401 || 'Authorization' in request.headers) return first
    const challenge = parseBearer(first.headers.get('www-authenticate') ?? '')
    if (challenge === null) return first
    await first.body?.cancel()
    const realm = parseUrl(challenge.realm, target)
    check(realm, target)
    const ask = (at: URL) => follow(at, { headers: {}, signal: request.signal })
    const token = await requestToken(realm, challenge, ask)
    tokens.delete(repository)
    tokens.set(repository, token)
    const [oldest] = tokens.keys()
    if (tokens.size > TOKEN_LIMIT && oldest !== undefined) tokens.delete(oldest)
    return follow(target, withToken(request, token))
  }
}

function withToken(request: FollowRequest, token: string | undefined): FollowRequest {
  if (token === undefined) return request
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }
}

async function followHops(
  hop: Hop,
  check: HopOptions['check'],
  start: URL,
  { method = 'GET', headers, signal }: FollowRequest,
): Promise<Response> {
  let at = start
  let sent = headers
  for (let hops = 0; ; hops++) {
    const response = await hop(at, { method, headers: sent, signal })
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

const REASONS: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it broke the connection off',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** Why a host could not be asked, in words. */
export function unreachable(url: URL, thrown: unknown): SealscopeError {
  if (thrown instanceof SealscopeError) return thrown
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  const what = `${url.host} cannot be reached: ${REASONS[code] ?? message}`
  return networkFailure('registry-unreachable', what, thrown)
}

export function networkFailure(code: string, what: string, cause?: unknown): SealscopeError {
  return new SealscopeError({ kind: 'network', code, what, cause })
}
