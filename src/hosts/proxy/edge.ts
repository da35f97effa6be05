import { PROXY_PREFIX } from '../../image/registry/proxied'
import { createProxy } from './handler'
import { fetchHop } from './fetch-hop'
import { PUBLIC_REGISTRIES } from './rules'

/**
 * The proxy for hosts that run `export default { fetch }`. Such a host has no private network behind it
 * and no look-up to guard: the list of registries is the guard.
 */
const handler = createProxy({ rules: PUBLIC_REGISTRIES, hop: () => fetchHop() })

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const at = pathname.indexOf(`/${PROXY_PREFIX}`)
  if (at < 0) return new Response('404\n', { status: 404 })
  return handler(request, pathname.slice(at + PROXY_PREFIX.length + 1))
}

// Edge hosts look for the default export.
export default { fetch: answer }
