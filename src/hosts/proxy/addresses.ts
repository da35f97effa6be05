import { BlockList, isIP } from 'node:net'

/** Addresses that are nobody's on the internet (IANA special-purpose registries, RFC 6890). */
const V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const
/** The first two and 2002::/16 hold IPv4 addresses inside. */
const V6 = [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const

/**
 * Networks in which a site's own registry, its storage and its tokens live; the last two also stand for
 * names of the internet, where a resolver makes addresses up (fake-IP) or translates them (RFC 6052).
 */
const SITE = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['198.18.0.0', 15],
  ['64:ff9b::', 96],
] as const

const DENIED = new BlockList()
for (const [net, bits] of V4) DENIED.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of V6) DENIED.addSubnet(net, bits, 'ipv6')

const SITES = new BlockList()
for (const [net, bits] of SITE) SITES.addSubnet(net, bits, isIP(net) === 6 ? 'ipv6' : 'ipv4')

/** Whether an address is of a private network, and neither this machine nor its link. */
export function isSiteAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && SITES.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Whether an address is private, of this machine, or no address at all. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  return family === 0 || DENIED.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
