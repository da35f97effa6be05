import { SealscopeError } from '../bytes/error'
import { readAll } from '../oci/image'
import { parseJson } from '../oci/manifest'

export interface BearerChallenge {
  realm: string
  service: string | null
  scope: string | null
}

const TOKEN_LIMIT = 64 * 1024
const HEADER_LIMIT = 8 * 1024

/** The Bearer challenge among those of a WWW-Authenticate header (RFC 9110 §11.6.1), or null. */
export function parseBearer(header: string): BearerChallenge | null {
  if (header.length > HEADER_LIMIT) return null
  const begin = /(?:^|,)\s*bearer\s+/i.exec(header)
  if (begin === null) return null
  const rest = header.slice(begin.index + begin[0].length)
  const parameters = new Map<string, string>()
  const pattern = /\s*([a-z0-9_-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)/iy
  for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
    const value = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? ''
    const name = (match[1] ?? '').toLowerCase()
    if (!parameters.has(name)) parameters.set(name, value)
  }
  const realm = parameters.get('realm')
  if (realm === undefined) return null
  return {
    realm,
    service: parameters.get('service') ?? null,
    scope: parameters.get('scope') ?? null,
  }
}

/** Asks a realm for an anonymous token (distribution-spec's token authentication). */
export async function requestToken(
  realm: URL,
  challenge: BearerChallenge,
  get: (url: URL) => Promise<Response>,
): Promise<string> {
  const url = new URL(realm)
  if (challenge.service !== null) url.searchParams.set('service', challenge.service)
  if (challenge.scope !== null) url.searchParams.set('scope', challenge.scope)
  const response = await get(url)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw failure(realm, `status ${response.status}`)
  }
  const bytes = await readAll(response.body ?? new Blob([]).stream(), TOKEN_LIMIT).catch(
    (cause: unknown) => {
      throw failure(realm, 'an answer that broke off', cause)
    },
  )
  if (bytes.length > TOKEN_LIMIT) throw failure(realm, 'an answer that is too long')
  const json = parseJson(bytes, `the token of ${realm.host}`)
  for (const token of [json['token'], json['access_token']]) {
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token
  }
  throw failure(realm, 'an answer without a token')
}

function failure(realm: URL, found: string, cause?: unknown): SealscopeError {
  return new SealscopeError({
    kind: 'network',
    code: 'registry-token',
    what: `${realm.host} gives no token without a login`,
    found,
    cause,
  })
}
