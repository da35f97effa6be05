import { isLoopbackHostname } from '../../formats/oci/reference'

/** One registry that the proxy reads, and where its blobs and tokens may come from. */
export interface RegistryRule {
  /** Host with port when it is not the scheme's own; `*` is any port. */
  host: string
  /** `[http://]HOST[:PORT]` or `.SUFFIX` that its redirects and token realms may lead to, beside itself. */
  follow: readonly string[]
  scheme: 'https' | 'http'
  /** It may have a private address. */
  isPrivate: boolean
}

function registry(host: string, ...follow: string[]): RegistryRule {
  return { host, follow, scheme: 'https', isPrivate: false }
}

/** Registries that hold bootc images, with the hosts that their blobs come from. */
export const PUBLIC_REGISTRIES: readonly RegistryRule[] = [
  registry('quay.io', '.quay.io', '.amazonaws.com'),
  registry('registry.redhat.io', '.quay.io', '.redhat.com', '.redhat.io'),
  registry('registry.access.redhat.com', '.quay.io', '.redhat.com', '.redhat.io'),
  registry('ghcr.io', 'pkg-containers.githubusercontent.com'),
  registry('registry-1.docker.io', '.docker.io', '.docker.com', '.cloudflarestorage.com'),
  registry('registry.fedoraproject.org', '.fedoraproject.org', '.quay.io'),
  registry('registry.gitlab.com', 'gitlab.com', '.gitlab-static.net', '.googleapis.com'),
  registry('registry.opensuse.org', '.opensuse.org'),
  registry('registry.suse.com', '.suse.com'),
]

export interface AllowOptions {
  /** `HOST` or `HOST=SUFFIX,SUFFIX`. */
  registries: readonly string[]
  /** `HOST:PORT` over https, `http://HOST:PORT` over http (loopback names are http); `=FOLLOW,…` behind. */
  privates: readonly string[]
  /** The server is reached from this machine only: registries on it are allowed. */
  loopback: boolean
}

/** The rules of one server. Throws for a host that cannot be read. */
export function rulesOf({ registries, privates, loopback }: AllowOptions): RegistryRule[] {
  const added = registries.map((text) => {
    const [host = '', suffixes = ''] = text.split('=')
    if (!isHostName(host.replace(/:\d+$/, ''))) throw new TypeError(`no host name: ${text}`)
    return registry(host.toLowerCase(), ...followOf(suffixes))
  })
  const own = privates.map(privateRule)
  const local = loopback ? ['localhost:*', '127.0.0.1:*', '[::1]:*'].map(privateRule) : []
  return [...own, ...local, ...added, ...PUBLIC_REGISTRIES]
}

/** Where a registry may lead to, as an operator names it. Throws for what cannot be read. */
function followOf(text: string): string[] {
  const list = text
    .toLowerCase()
    .split(',')
    .filter((entry) => entry !== '')
  const wrong = list.find((entry) => !FOLLOW.test(entry))
  if (wrong !== undefined) throw new TypeError(`no HOST[:PORT] or .SUFFIX to follow: ${wrong}`)
  return list
}

/** A suffix begins with its dot, so that no other name ends in it. */
const FOLLOW =
  /^(?:https?:\/\/)?(?:\.?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/

function privateRule(whole: string): RegistryRule {
  const [text = '', follow = ''] = whole.split('=')
  const plain = text.startsWith('http://')
  const host = text.replace(/^https?:\/\//, '').toLowerCase()
  const name = host.replace(/:(\d+|\*)$/, '')
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/.test(name)) throw new TypeError(`no HOST:PORT: ${text}`)
  const scheme = plain || isLoopbackHostname(name) ? 'http' : 'https'
  return { host, follow: followOf(follow), scheme, isPrivate: true }
}

/** The rule for a host as it stands in an address, null when there is none. */
export function ruleFor(rules: readonly RegistryRule[], host: string): RegistryRule | null {
  const anyPort = `${host.replace(/:\d+$/, '')}:*`
  return rules.find((rule) => rule.host === host || rule.host === anyPort) ?? null
}

/**
 * Whether a request that began at a registry may go on to `target`: the registry itself, or over https
 * to a host of its rule. The address behind the name is checked by the socket's own look-up.
 */
export function mayFollow(rule: RegistryRule, start: URL, target: URL): boolean {
  if (target.username !== '' || target.password !== '') return false
  if (target.origin === start.origin) return true
  // an address, or a name without a dot, only where the operator's own registry may lead there
  if (!rule.isPrivate && !isHostName(target.hostname)) return false
  return rule.follow.some((entry) => isFollowed(entry, target))
}

function isFollowed(entry: string, { protocol, host, port }: URL): boolean {
  const scheme = entry.startsWith('http://') ? 'http:' : 'https:'
  const name = entry.replace(/^https?:\/\//, '')
  if (protocol !== scheme) return false
  if (!name.startsWith('.')) return host === name
  const hasPort = /:\d+$/.test(name)
  return (hasPort || port === '') && host.endsWith(name)
}

/** A DNS name whose last label begins with a letter: no number in any notation of an address. */
export function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)
  )
}
