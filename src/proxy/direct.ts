import { isLoopbackHostname, type FetchRegistry } from '../oci/reference'
import { fetchHop, type FetchHopOptions } from './fetch-hop'
import { createRegistryReader, networkFailure } from './hops'

/** Fetches straight from registries, as the command line does. */
export function createDirectFetch(options?: FetchHopOptions): FetchRegistry {
  return createRegistryReader({ hop: fetchHop(options), check: checkTarget })
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
