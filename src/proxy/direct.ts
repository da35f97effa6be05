import { isLoopbackHostname, type FetchRegistry } from '../oci/reference'
import { createRegistryReader, networkFailure, unreachable, type Hop } from './hops'

/** Fetches straight from registries, as the command line does. */
export function createDirectFetch(): FetchRegistry {
  return createRegistryReader({ hop: fetchHop, check: checkTarget })
}

const fetchHop: Hop = async (url, { method, headers, signal }) => {
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, 'Accept-Encoding': 'identity' },
      redirect: 'manual',
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    throw unreachable(url, cause)
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
  throw networkFailure(
    'registry-target',
    `${registry.host} leads to ${place}, which is not followed`,
  )
}
