import { SealscopeError } from '../../base/error'
import { checkDigest } from './digest'
import { pastedReference } from './pasted'

/** An image in a registry, as `podman pull` names it, with what podman fills in. */
export interface ImageReference {
  /** Host with port as it is shown, e.g. `docker.io`. */
  host: string
  /** Host with port that answers `/v2/`; differs for Docker Hub only. */
  apiHost: string
  repository: string
  /** `latest` when neither a tag nor a digest was written. */
  tag: string | null
  /** When set, it decides and the tag is only shown. */
  digest: string | null
  /** The full name with everything filled in. */
  text: string
}

/** One GET to a registry: tokens and redirects are dealt with behind it. */
export type FetchRegistry = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal | undefined },
) => Promise<Response>

const LENGTH_LIMIT = 512
/** Longest text that is looked through for a reference. */
const PASTED_LIMIT = 4096
const REPOSITORY_LIMIT = 255
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])$`)
/** distribution-spec §"Pulling manifests", `<name>` and `<reference>`. */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`)
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

/**
 * Reads `[docker://][HOST[:PORT]/]NAME[:TAG][@DIGEST]` (grammar of distribution/reference), also out of what
 * people paste: `podman pull …`, `FROM …`, `ostree-image-signed:…`, the address of a registry's page. A
 * first part without a dot, a colon or `localhost` is no host: the image is one of Docker Hub.
 */
export function parseReference(text: string): ImageReference {
  const written = text.length > PASTED_LIMIT ? text : pastedReference(text)
  const fail = (code: string, what: string, expected: string, found: string, cause?: unknown) =>
    new SealscopeError({
      kind: 'usage',
      code: `reference-${code}`,
      what: `${what} in the image reference ${JSON.stringify(withoutLogin(text).slice(0, LENGTH_LIMIT))}`,
      expected,
      found: JSON.stringify(found.slice(0, LENGTH_LIMIT)),
      cause,
    })
  if (written === '') throw fail('empty', 'there is no name', 'HOST/NAME:TAG', text)
  if (written.length > LENGTH_LIMIT) {
    throw fail('length', 'there are too many characters', `at most ${LENGTH_LIMIT}`, written)
  }
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(written)
  if (scheme !== null) {
    throw fail('scheme', 'there is a scheme', 'HOST/NAME:TAG without one', scheme[0])
  }
  if (withoutLogin(written) !== written) {
    const expected = 'a name alone; log in with `sealscope login`, or by --authfile'
    throw fail('login', 'there is a login', expected, withoutLogin(written))
  }
  const { name, tag, digest } = splitSuffix(written)
  if (digest !== null) {
    try {
      checkDigest(digest, 'digest')
    } catch (cause) {
      const expected = 'sha256: with 64 or sha512: with 128 lower-case hex digits'
      throw fail('digest', 'the digest cannot be read', expected, digest, cause)
    }
  }
  if (tag !== null && !TAG.test(tag)) {
    const expected = '1 to 128 letters, digits, _, . or -, not beginning with . or -'
    throw fail('tag', 'the tag cannot be read', expected, tag)
  }
  const { host, repository } = splitHost(name)
  checkHost(host, fail)
  if (!REPOSITORY.test(repository) || repository.length > REPOSITORY_LIMIT) {
    const lower = repository.toLowerCase()
    const near = REPOSITORY.test(lower) ? `, so ${written.replace(repository, lower).slice(0, LENGTH_LIMIT)}` : '' // prettier-ignore
    const expected = `lower-case letters and digits, joined by . _ __ - or /, at most 255${near}`
    throw fail('name', 'the name cannot be read', expected, repository)
  }
  if (/^[0-9a-f]{64}$/.test(name)) {
    throw fail('name', 'there is an image ID', 'a name', name)
  }
  return complete(host, repository, tag, digest)
}

/** A reference without a user and a password in front of its host: what stands before an `@` that begins no digest. */
function withoutLogin(text: string): string {
  return text.replace(
    /^(docker:\/\/)?(?:.*@(?=[^@]*\/)|[^/]*:[^/]*@(?!(?:sha|md|blake)\w*:))/s,
    '$1…@',
  )
}

/** `https://HOST`, or `http://HOST` for a host that is this machine itself. */
export function registryOrigin(apiHost: string): string {
  const hostname = apiHost.replace(/:\d+$/, '')
  return `${isLoopbackHostname(hostname) ? 'http' : 'https'}://${apiHost}`
}

/** Whether a host name without port is this machine: `localhost`, `127.a.b.c` or `[::1]`. */
export function isLoopbackHostname(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}

function splitSuffix(written: string): { name: string; tag: string | null; digest: string | null } {
  const at = written.indexOf('@')
  const digest = at < 0 ? null : written.slice(at + 1)
  const named = at < 0 ? written : written.slice(0, at)
  const colon = named.lastIndexOf(':')
  if (colon < 0 || colon < named.lastIndexOf('/')) return { name: named, tag: null, digest }
  return { name: named.slice(0, colon), tag: named.slice(colon + 1), digest }
}

function splitHost(name: string): { host: string; repository: string } {
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  if (slash >= 0 && (isHost || first === '')) {
    return { host: first, repository: name.slice(slash + 1) }
  }
  return { host: 'docker.io', repository: name }
}

function checkHost(
  host: string,
  fail: (code: string, what: string, expected: string, found: string) => SealscopeError,
): void {
  const port = /:([^:\]]*)$/.exec(host)
  const hostname = port === null ? host : host.slice(0, port.index)
  if (port !== null && !isPort(port[1] ?? '')) {
    throw fail('port', 'the port cannot be read', 'a number from 1 to 65535', port[1] ?? '')
  }
  if (!HOST.test(hostname) || hostname.length > 253 || !isUrlHost(hostname)) {
    throw fail('host', 'the host cannot be read', 'a host name such as quay.io', hostname)
  }
}

/** Whether a URL takes the host as it stands: no 256.1.1.1, and no 127.1 that it would make 127.0.0.1. */
function isUrlHost(hostname: string): boolean {
  try {
    const kept = new URL(`https://${hostname}`).hostname
    return hostname.startsWith('[') || kept === hostname.toLowerCase()
  } catch {
    return false
  }
}

function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
}

function complete(
  written: string,
  path: string,
  writtenTag: string | null,
  digest: string | null,
): ImageReference {
  const hub = written === 'docker.io' || written === 'index.docker.io'
  const host = hub ? 'docker.io' : written
  const repository = hub && !path.includes('/') ? `library/${path}` : path
  const tag = writtenTag ?? (digest === null ? 'latest' : null)
  const suffix = `${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
  return {
    host,
    apiHost: hub ? 'registry-1.docker.io' : host,
    repository,
    tag,
    digest,
    text: `${host}/${repository}${suffix}`,
  }
}
