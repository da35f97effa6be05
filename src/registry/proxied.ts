import { SealscopeError } from '../bytes/error'
import type { FetchRegistry } from '../oci/reference'
import { isObject } from '../oci/manifest'

/** Path below which a page finds the proxy, relative to itself. */
export const PROXY_PREFIX = 'registry/'

/** Set on everything that comes through the proxy: without it, somebody else has answered. */
export const PROXY_HEADER = 'Sealscope-Proxy'

/** Set on answers that are the proxy's own, not a registry's. */
export const PROXY_ERROR_HEADER = 'Sealscope-Proxy-Error'

/**
 * Reads registries through the proxy of the page's own server.
 * @param base address of the page
 * @param send `fetch`
 */
export function createProxiedFetch(base: string, send: typeof fetch): FetchRegistry {
  return async (url, { headers, signal }) => {
    const { host, pathname, search } = new URL(url)
    const address = new URL(`${PROXY_PREFIX}${host}${pathname}${search}`, base)
    const response = await send(address, { headers, ...(signal ? { signal } : {}) }).catch(
      (cause: unknown) => {
        if (signal?.aborted === true) throw cause
        throw failure('proxy-unreachable', 'the server of this page does not answer', cause)
      },
    )
    if (!response.headers.has(PROXY_HEADER)) throw withoutProxy()
    const code = response.headers.get(PROXY_ERROR_HEADER)
    if (code !== null) throw failure(code, await messageOf(response))
    return response
  }
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
