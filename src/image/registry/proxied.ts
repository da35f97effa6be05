import { SealscopeError } from '../../base/error'
import { basicHeader, type Credentials, type FindCredentials, namedHost } from './credentials'
import type { FetchRegistry } from '../../formats/oci/reference'
import { isObject } from '../../formats/oci/manifest'

/** Path below which a page finds the proxy, relative to itself. */
export const PROXY_PREFIX = 'registry/'

/** The proxy itself gives up sooner: a minute for each of its steps. */
const ANSWER_TIME = 180_000

/**
 * How the page says a login to the proxy, which shows it to the registry in the path and its token realm alone:
 * `Basic …`, of `<token>` for an identity token.
 */
export const LOGIN_HEADER = 'Sealscope-Login'

/** Set on everything that comes through the proxy: without it, somebody else has answered. */
export const PROXY_HEADER = 'Sealscope-Proxy'

/** Set on answers that are the proxy's own, not a registry's. */
export const PROXY_ERROR_HEADER = 'Sealscope-Proxy-Error'

/**
 * Reads registries through the proxy of the page's own server.
 * @param base address of the page
 * @param send `fetch`
 * @param login what the user entered for a registry, kept in memory only
 * @param time milliseconds within which an answer must begin
 */
export function createProxiedFetch(
  base: string,
  send: typeof fetch,
  time = ANSWER_TIME,
  login: FindCredentials = async () => null,
): FetchRegistry {
  return async (url, { headers, signal }) => {
    const { host, pathname, search } = new URL(url)
    const address = new URL(`${PROXY_PREFIX}${host}${pathname}${search}`, base)
    // what the browser keeps is passed over, too, when a digest was wrong
    const cache = headers['Cache-Control'] === 'no-cache' ? 'reload' : 'default'
    const found = await login({ host: namedHost(host), repository: '' })
    const own: Record<string, string> = found === null ? {} : { [LOGIN_HEADER]: headerOf(found) }
    const response = await inTime(signal, time, (cancel) =>
      send(address, { headers: { ...headers, ...own }, cache, signal: cancel }),
    )
    if (!response.headers.has(PROXY_HEADER)) throw withoutProxy()
    const code = response.headers.get(PROXY_ERROR_HEADER)
    if (code !== null) throw failure(code, await messageOf(response))
    return response
  }
}

/** Asks, and gives up when no answer has begun in time; its body is not hurried. */
async function inTime(
  outer: AbortSignal | undefined,
  milliseconds: number,
  ask: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), milliseconds)
  try {
    return await ask(outer === undefined ? late.signal : AbortSignal.any([outer, late.signal]))
  } catch (cause) {
    if (outer?.aborted === true) throw cause
    const what = 'the server of this page does not answer'
    if (!late.signal.aborted) throw failure('proxy-unreachable', what, cause)
    throw failure('registry-timeout', `${what} within ${milliseconds / 1000} seconds`, cause)
  } finally {
    clearTimeout(timer)
  }
}

function headerOf(login: Credentials): string {
  return login.kind === 'password'
    ? basicHeader(login.username, login.password)
    : basicHeader('<token>', login.token)
}

function withoutProxy(): SealscopeError {
  return failure(
    'no-proxy',
    'this page is served without a registry proxy, so it cannot read from registries: run `sealscope serve`, or drop an archive made with `skopeo copy docker://… oci-archive:image.tar`',
  )
}

async function messageOf(response: Response): Promise<string> {
  const json: unknown = await response.json().catch(() => null)
  const error = isObject(json) && isObject(json['error']) ? json['error']['message'] : null
  return typeof error === 'string' ? error : `the proxy answers with status ${response.status}`
}

function failure(code: string, what: string, cause?: unknown): SealscopeError {
  return new SealscopeError({ kind: 'network', code, what, cause })
}
