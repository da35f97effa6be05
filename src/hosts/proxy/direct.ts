import { toSealscopeError } from '../../base/error'
import type { FindCredentials } from '../../image/registry/credentials'
import { isLoopbackHostname, type FetchRegistry } from '../../formats/oci/reference'
import { isPrivateAddress, isSiteAddress } from './addresses'
import { createRegistryReader, networkFailure } from './hops'
import { type AddressCheck, guardedHop, IDLE, type NodeHopOptions } from './node-hop'

export interface DirectOptions extends Partial<NodeHopOptions> {
  credentials?: FindCredentials
  /** Plain http, or certificates that nobody vouches for, will do for the registry itself. */
  insecure?: boolean
}

/** Fetches straight from registries, as the command line does. */
export function createDirectFetch(options: DirectOptions = {}): FetchRegistry {
  const readers = new Map<string, FetchRegistry>()
  return (url, request) => {
    const { host } = new URL(url)
    let reader = readers.get(host)
    if (reader === undefined) {
      reader = options.insecure === true ? insecureReader(url, options) : readerFor(url, options)
      readers.set(host, reader)
    }
    return reader(url, request)
  }
}

function readerFor(url: string, options: DirectOptions): FetchRegistry {
  const { hostname } = new URL(url)
  const { credentials, insecure = false, idle = IDLE, ...hop } = options
  return createRegistryReader({
    hop: guardedHop(createAddressCheck(hostname), { ...hop, idle }),
    check: (target, registry) => checkTarget(target, registry, insecure),
    ...(credentials === undefined ? {} : { credentials }),
  })
}

/** By https without checking certificates; by http when the registry speaks no TLS, and then always so. */
function insecureReader(url: string, options: DirectOptions): FetchRegistry {
  const { connection } = options
  const trusting: DirectOptions = {
    ...options,
    connection(target) {
      const found = connection?.(target) ?? { through: null, tls: {} }
      const own = target.host === new URL(url).host
      return own ? { ...found, tls: { ...found.tls, rejectUnauthorized: false } } : found
    },
  }
  const read = readerFor(url, trusting)
  let isPlain = false
  const plain: FetchRegistry = (at, request) => read(at.replace(/^https:/, 'http:'), request)
  return async (at, request) => {
    if (isPlain) return plain(at, request)
    try {
      return await read(at, request)
    } catch (thrown) {
      const { code } = toSealscopeError(thrown)
      if (code !== 'registry-tls' && code !== 'registry-unreachable') throw thrown
      const response = await plain(at, request).catch(() => {
        throw thrown
      })
      isPlain = true
      return response
    }
  }
}

/** https anywhere but this machine; this machine only when the registry itself is on it. */
function checkTarget(target: URL, registry: URL, insecure: boolean): void {
  const own = isLoopbackHostname(target.hostname)
  const isWeb = /^https?:$/.test(target.protocol)
  const allowed = own
    ? target.hostname === registry.hostname && isWeb
    : target.protocol === 'https:' || (insecure && isWeb && target.host === registry.host)
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
