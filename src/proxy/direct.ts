import { SealscopeError } from '../bytes/error'
import { isLoopbackHostname, type FetchRegistry } from '../oci/reference'
import { parseBearer, requestToken } from './token'

const REDIRECT_LIMIT = 5
const REDIRECTS = [301, 302, 303, 307, 308]

/**
 * Fetches straight from registries, as the CLI does: anonymous tokens are asked for when a
 * registry wants them and kept per repository; redirects are followed hop by hop, and no host but
 * the registry itself is shown a token. Errors are of kind `network`; an abort is passed on.
 */
export function createDirectFetch(): FetchRegistry {
  const tokens = new Map<string, string>()
  return async (url, { headers, signal }) => {
    const target = new URL(url)
    checkTarget(target, target)
    const repository = target.origin + target.pathname.replace(/\/(manifests|blobs)\/[^/]*$/, '')
    const known = tokens.get(repository)
    const first = await follow(target, withToken(headers, known), signal)
    if (first.status !== 401) return first
    const challenge = parseBearer(first.headers.get('www-authenticate') ?? '')
    if (challenge === null) return first
    await first.body?.cancel()
    const realm = parseUrl(challenge.realm, target)
    checkTarget(realm, target)
    const token = await requestToken(realm, challenge, (at) => follow(at, {}, signal))
    tokens.set(repository, token)
    return follow(target, withToken(headers, token), signal)
  }
}

function withToken(headers: Record<string, string>, token: string | undefined) {
  return token === undefined ? headers : { ...headers, Authorization: `Bearer ${token}` }
}

async function follow(
  start: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let at = start
  let sent = headers
  for (let hops = 0; ; hops++) {
    const response = await getOnce(at, sent, signal)
    const location = response.headers.get('location')
    if (!REDIRECTS.includes(response.status) || location === null) return response
    await response.body?.cancel()
    if (hops === REDIRECT_LIMIT) {
      throw network('redirect-limit', `${start.host} redirects more than ${REDIRECT_LIMIT} times`)
    }
    const next = parseUrl(location, at)
    checkTarget(next, start)
    if (next.origin !== at.origin) {
      sent = Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'Authorization'))
    }
    at = next
  }
}

async function getOnce(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { ...headers, 'Accept-Encoding': 'identity' },
      redirect: 'manual',
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    throw network('registry-unreachable', describe(url, cause), cause)
  }
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it broke the connection off',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
}

function describe(url: URL, thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  return `${url.host} cannot be reached: ${REASONS[code] ?? message}`
}

function parseUrl(text: string, base: URL): URL {
  try {
    return new URL(text, base)
  } catch (cause) {
    throw network('registry-url', `${base.host} names an address that cannot be read`, cause)
  }
}

/** https anywhere but this machine; this machine only when the registry itself is on it. */
function checkTarget(target: URL, registry: URL): void {
  const own = isLoopbackHostname(target.hostname)
  const allowed = own
    ? target.hostname === registry.hostname && /^https?:$/.test(target.protocol)
    : target.protocol === 'https:'
  if (allowed && target.username === '' && target.password === '') return
  const place = `${target.protocol}//${target.host}`
  throw network('registry-target', `${registry.host} leads to ${place}, which is not followed`)
}

function network(code: string, what: string, cause?: unknown): SealscopeError {
  return new SealscopeError({ kind: 'network', code, what, cause })
}
