import { SealscopeError } from '../../base/error'
import { readAll } from '../../formats/oci/image'
import { parseJson } from '../../formats/oci/manifest'

export interface BearerChallenge {
  realm: string
  service: string | null
  scope: string | null
}

const TOKEN_LIMIT = 64 * 1024
const HEADER_LIMIT = 8 * 1024

/** A scheme, or a parameter with the comma before it (RFC 9110 §11.2, §11.3 and §5.6.6). */
const PART =
  /[\s,]*(?:([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([a-z0-9_-]+)(?=\s|,|$))/iy

/** The first Bearer challenge of a WWW-Authenticate header (RFC 9110 §11.6.1), or null. */
export function parseBearer(header: string): BearerChallenge | null {
  if (header.length > HEADER_LIMIT) return null
  const parameters = new Map<string, string>()
  let inBearer = false
  PART.lastIndex = 0
  for (let match = PART.exec(header); match !== null; match = PART.exec(header)) {
    const [, name = '', quoted, plain = '', scheme] = match
    if (scheme !== undefined) {
      if (inBearer) break
      inBearer = scheme.toLowerCase() === 'bearer'
    } else if (inBearer && !parameters.has(name.toLowerCase())) {
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
    }
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
  const json = tokenJson(bytes, realm)
  for (const token of [json['token'], json['access_token']]) {
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token
  }
  throw failure(realm, 'an answer without a token')
}

function tokenJson(bytes: Uint8Array, realm: URL): Record<string, unknown> {
  try {
    return parseJson(bytes, `the token of ${realm.host}`)
  } catch (cause) {
    throw failure(realm, 'an answer that is no JSON object', cause)
  }
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
