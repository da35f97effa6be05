import { SealscopeError } from '../../base/error'
import { basicHeader, type Credentials } from '../../image/registry/credentials'
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

interface Challenge {
  scheme: string
  parameters: Map<string, string>
}

/** The challenges of a WWW-Authenticate header (RFC 9110 §11.6.1), names in lower case. */
function parseChallenges(header: string): Challenge[] {
  if (header.length > HEADER_LIMIT) return []
  const challenges: Challenge[] = []
  PART.lastIndex = 0
  for (let match = PART.exec(header); match !== null; match = PART.exec(header)) {
    const [, name = '', quoted, plain = '', scheme] = match
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
      continue
    }
    const parameters = challenges.at(-1)?.parameters
    const key = name.toLowerCase()
    if (parameters === undefined || parameters.has(key)) continue
    parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain)
  }
  return challenges
}

/** The first Bearer challenge of a WWW-Authenticate header, or null. */
export function parseBearer(header: string): BearerChallenge | null {
  const parameters = parseChallenges(header).find(({ scheme }) => scheme === 'bearer')?.parameters
  const realm = parameters?.get('realm')
  if (parameters === undefined || realm === undefined) return null
  return {
    realm,
    service: parameters.get('service') ?? null,
    scope: parameters.get('scope') ?? null,
  }
}

/** Whether a user and a password are asked for (RFC 7617). */
export function offersBasic(header: string): boolean {
  return parseChallenges(header).some(({ scheme }) => scheme === 'basic')
}

/** One request to a realm; a body makes it a POST. */
export type AskRealm = (
  url: URL,
  headers: Record<string, string>,
  body?: string,
) => Promise<Response>

/**
 * Asks a realm for a token (distribution-spec's token authentication): with a user and a password by Basic,
 * with an identity token by OAuth2, without either anonymously.
 */
export async function requestToken(
  realm: URL,
  challenge: BearerChallenge,
  credentials: Credentials | null,
  ask: AskRealm,
): Promise<string> {
  const response = await askRealm(realm, challenge, credentials, ask)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw failure(realm, credentials, `status ${response.status}`)
  }
  const broken = (found: string, cause?: unknown) => failure(realm, credentials, found, cause)
  const bytes = await readAll(response.body ?? new Blob([]).stream(), TOKEN_LIMIT).catch(
    (cause: unknown) => {
      throw broken('an answer that broke off', cause)
    },
  )
  if (bytes.length > TOKEN_LIMIT) throw broken('an answer that is too long')
  const json = tokenJson(bytes, broken)
  for (const token of [json['token'], json['access_token']]) {
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token
  }
  throw broken('an answer without a token')
}

function askRealm(
  realm: URL,
  { service, scope }: BearerChallenge,
  credentials: Credentials | null,
  ask: AskRealm,
): Promise<Response> {
  const url = new URL(realm)
  if (credentials?.kind === 'identity') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'sealscope' })
    form.set('refresh_token', credentials.token)
    if (service !== null) form.set('service', service)
    if (scope !== null) form.set('scope', scope)
    return ask(url, { 'Content-Type': 'application/x-www-form-urlencoded' }, form.toString())
  }
  if (service !== null) url.searchParams.set('service', service)
  if (scope !== null) url.searchParams.set('scope', scope)
  if (credentials === null) return ask(url, {})
  const { username, password } = credentials
  url.searchParams.set('account', username)
  return ask(url, { Authorization: basicHeader(username, password) })
}

function tokenJson(
  bytes: Uint8Array,
  broken: (found: string, cause?: unknown) => Error,
): Record<string, unknown> {
  try {
    return parseJson(bytes, 'the token')
  } catch (cause) {
    throw broken('an answer that is no JSON object', cause)
  }
}

function failure(
  realm: URL,
  credentials: Credentials | null,
  found: string,
  cause?: unknown,
): SealscopeError {
  return new SealscopeError({
    kind: 'network',
    code: credentials === null ? 'registry-token' : 'registry-login',
    what:
      credentials === null
        ? `${realm.host} gives no token without a login`
        : `${realm.host} gives no token for the login that was used`,
    found,
    cause,
  })
}
