import { isLoopbackHostname, type FetchRegistry } from '../../formats/oci/reference'
import { isPrivateAddress, isSiteAddress } from './addresses'
import { createRegistryReader, networkFailure } from './hops'
import { type AddressCheck, guardedHop, type HopTiming } from './node-hop'

/** Fetches straight from registries, as the command line does. */
export function createDirectFetch(timing?: HopTiming): FetchRegistry {
  const readers = new Map<string, FetchRegistry>()
  return (url, request) => {
    const { host, hostname } = new URL(url)
    let reader = readers.get(host)
    if (reader === undefined) {
      const hop = guardedHop(createAddressCheck(hostname), timing)
      reader = createRegistryReader({ hop, check: checkTarget })
      readers.set(host, reader)
    }
    return reader(url, request)
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

/**
 * The registry was named by the user and may be anywhere. Where it leads to must be on the internet, or,
 * when the registry itself is in a private network, in one, too: never this machine or its link by
 * another name, where cloud hosts keep their credentials.
 */
export function createAddressCheck(registry: string): AddressCheck {
  let isPrivate = false
  return (hostname, addresses) => {
    if (hostname === registry.replace(/^\[|\]$/g, '')) {
      isPrivate ||= addresses.some(isPrivateAddress)
      return null
    }
    const wrong = addresses.find((address) => isPrivateAddress(address) && !(isPrivate && isSiteAddress(address))) // prettier-ignore
    if (wrong === undefined) return null
    const place = wrong === hostname ? hostname : `${hostname} (${wrong})`
    return `${registry} leads to ${place}, a private address, which is not followed`
  }
}
