import { toSealscopeError } from '../../base/error'
import { INDEX_TYPES, MANIFEST_TYPES } from '../../formats/oci/manifest'
import { type Credentials, parseBasic } from '../../image/registry/credentials'
import { LOGIN_HEADER, PROXY_ERROR_HEADER, PROXY_HEADER } from '../../image/registry/proxied'
import { checkAnswer } from './checked'
import { createRegistryReader, networkFailure, type Hop } from './hops'
import { parseProxyPath, type ProxyPath } from './proxy-path'
import { mayFollow, type RegistryRule, ruleFor } from './rules'

const PASSED = [
  'content-length',
  'content-range',
  'accept-ranges',
  'docker-content-digest',
  'etag',
  'link',
  'oci-filters-applied',
  'retry-after',
  'ratelimit-limit',
  'ratelimit-remaining',
  'warning',
]
const DOCUMENT_TYPES = [...INDEX_TYPES, ...MANIFEST_TYPES]
/** One range from a first byte on: suffixes and lists fail at real registries. */
const RANGE = /^bytes=\d{1,15}-\d{0,15}$/
const QUERY = /^(?:\?(?:(?:n|last|artifactType)=[A-Za-z0-9._%/+:-]{1,256}&?)*)?$/
const YEAR = 31_536_000

export interface ProxyOptions {
  rules: readonly RegistryRule[]
  /** One request; the host decides how, and keeps it from private addresses. */
  hop: (rule: RegistryRule) => Hop
  /** Milliseconds within which a token must be there whole. */
  tokenTime?: number
}

export type ProxyHandler = (request: Request, below: string) => Promise<Response>

/**
 * Reads registries for a page: GET and HEAD of the paths that the distribution-spec reads, from
 * registries of a list, redirects and anonymous tokens dealt with here. Nothing it passes on is trusted:
 * the page checks every digest.
 * @returns a handler that takes a request and what follows the prefix in its path
 */
export function createProxy({ rules, hop, tokenTime }: ProxyOptions): ProxyHandler {
  const readers = new Map<RegistryRule, ReturnType<typeof createRegistryReader>>()
  const newReader = (rule: RegistryRule, login: Credentials | null) =>
    createRegistryReader({
      hop: hop(rule),
      check: (target, start) => checkTarget(rule, target, start),
      ...(tokenTime === undefined ? {} : { tokenTime }),
      ...(login === null ? {} : { credentials: async () => login }),
    })
  const readerOf = (rule: RegistryRule) => {
    const known = readers.get(rule)
    if (known !== undefined) return known
    const reader = newReader(rule, null)
    readers.set(rule, reader)
    return reader
  }
  return async (request, below) => {
    const refused = refusal(request)
    if (refused !== null) return refused
    const asked = parseProxyPath(below)
    if (asked === null) return own(400, 'proxy-path', 'this is no path that the proxy reads')
    const rule = ruleFor(rules, asked.host)
    if (rule === null) {
      return own(403, 'proxy-host', `the proxy does not read from ${asked.host}: its list of registries has no such host (add it with --allow-registry, or --allow-private when it is your own)`) // prettier-ignore
    }
    const { search } = new URL(request.url)
    if (!QUERY.test(search)) return own(400, 'proxy-query', 'this query is not passed on')
    try {
      const url = `${rule.scheme}://${asked.host}${asked.path}${search}`
      if (!URL.canParse(url)) return own(400, 'proxy-path', 'this is no path that the proxy reads')
      const method = request.method === 'HEAD' ? 'HEAD' : 'GET'
      const headers = forwarded(request)
      const login = parseBasic(request.headers.get(LOGIN_HEADER) ?? '')
      // a reader of its own: what one user's login opens is nobody else's
      const read = login === null ? readerOf(rule) : newReader(rule, login)
      const response = await read(url, { method, headers, signal: request.signal })
      const keep = login !== null ? null : rule.isPrivate ? 'private' : 'public'
      return await passOn(response, asked, keep)
    } catch (thrown) {
      const { code, message } = toSealscopeError(thrown)
      return own(code === 'registry-timeout' ? 504 : 502, code, message)
    }
  }
}

/** Other sites must not use the proxy through a visitor's browser. */
function refusal(request: Request): Response | null {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return own(405, 'proxy-method', 'the proxy only reads')
  }
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    return otherSite()
  }
  // over plain http browsers send no Sec-Fetch-Site, but other origins still have to name themselves
  const origin = request.headers.get('origin')
  if (site === null && origin !== null && !isOwnOrigin(origin, request)) return otherSite()
  return null
}

function isOwnOrigin(origin: string, request: Request): boolean {
  const host = request.headers.get('host') ?? new URL(request.url).host
  return origin === `http://${host}` || origin === `https://${host}`
}

function otherSite(): Response {
  return own(403, 'proxy-site', 'the proxy serves the page of its own origin only')
}

function checkTarget(rule: RegistryRule, target: URL, start: URL): void {
  if (mayFollow(rule, start, target)) return
  const place = `${target.protocol}//${target.host}`
  throw networkFailure('registry-target', `${start.host} leads to ${place}, which is not followed`)
}

function forwarded(request: Request): Record<string, string> {
  const headers: Record<string, string> = { 'User-Agent': 'sealscope' }
  const accept = request.headers.get('accept') ?? ''
  if (/^[\w./+,;=* -]{1,1024}$/.test(accept)) headers['Accept'] = accept
  const range = request.headers.get('range')
  if (range !== null && RANGE.test(range)) headers['Range'] = range
  // The client got bytes of a wrong digest, and asks past the caches.
  if (request.headers.get('cache-control') === 'no-cache') headers['Cache-Control'] = 'no-cache'
  return headers
}

async function passOn(
  response: Response,
  asked: ProxyPath,
  /** Who may keep checked bytes; null: nobody, they came by a login. */
  keep: 'public' | 'private' | null,
): Promise<Response> {
  const headers = ownHeaders()
  for (const name of PASSED) {
    const value = response.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  const known =
    DOCUMENT_TYPES.includes(type) || (asked.kind !== 'blobs' && type === 'application/json')
  headers.set('Content-Type', known ? type : 'application/octet-stream')
  const { body, isRight } = await checkAnswer(response, asked.digest)
  headers.set(
    'Cache-Control',
    isRight && keep !== null ? `${keep}, max-age=${YEAR}, immutable` : 'no-store',
  )
  const empty = [204, 205, 304].includes(response.status)
  // a length without its bytes would take those of the next answer on the connection
  if (response.status === 205) headers.delete('content-length')
  return new Response(empty ? null : body, { status: response.status, headers })
}

function ownHeaders(): Headers {
  return new Headers({
    [PROXY_HEADER]: '1',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Disposition': 'attachment',
  })
}

function own(status: number, code: string, message: string): Response {
  const headers = ownHeaders()
  headers.set('Content-Type', 'application/json')
  headers.set('Cache-Control', 'no-store')
  headers.set(PROXY_ERROR_HEADER, code)
  return new Response(JSON.stringify({ error: { code, message } }), { status, headers })
}
