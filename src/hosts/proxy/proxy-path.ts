/** What a path below the proxy asks for. */
export interface ProxyPath {
  /** Host with port. */
  host: string
  /** `/v2/…` */
  path: string
  /** Of the content, when the path names it by digest. */
  digest: string | null
  kind: 'manifests' | 'blobs' | 'referrers' | 'tags' | 'ping'
}

const HOST = /^(?:[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,45}\])(?::[0-9]{1,5})?$/
const NAME = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*'
const DIGEST = 'sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})'
const TAG = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}'
/** distribution-spec 1.1, the endpoints that read. */
const PATH = new RegExp(
  `^/v2/(?:|${NAME}/(?:(manifests)/(?:${TAG}|(${DIGEST}))|(blobs)/(${DIGEST})|(referrers)/${DIGEST}|(tags)/list))$`,
)
const LENGTH_LIMIT = 1024

/** Reads `<host>/v2/…`, what follows the proxy's own prefix; null when nobody may ask for it. */
export function parseProxyPath(text: string): ProxyPath | null {
  if (text.length > LENGTH_LIMIT) return null
  const slash = text.indexOf('/')
  const host = decode(text.slice(0, slash < 0 ? text.length : slash))
  const path = slash < 0 ? '' : decode(text.slice(slash))
  if (host === null || path === null || !HOST.test(host)) return null
  const match = PATH.exec(path)
  if (match === null) return null
  const [, manifests, manifestDigest, blobs, blobDigest, referrers, tags] = match
  const kind = manifests ?? blobs ?? referrers ?? tags ?? 'ping'
  return {
    host,
    path,
    digest: manifestDigest ?? blobDigest ?? null,
    kind: kind as ProxyPath['kind'],
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
