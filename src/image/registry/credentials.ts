/** What a registry is shown: a password, or a token that its realm exchanges (OAuth2 refresh token). */
export type Credentials =
  { kind: 'password'; username: string; password: string } | { kind: 'identity'; token: string }

/** Finds the credentials for a repository of a registry; null: it is asked without. */
export type FindCredentials = (place: RegistryPlace) => Promise<Credentials | null>

export interface RegistryPlace {
  /** Host with port, as an image is named: `docker.io`, not the host of its API. */
  host: string
  /** `name/space/repository` */
  repository: string
}

/** A user name by which a password is an identity token (docker-credential-helpers, `tokenUsername`). */
const TOKEN_USER = '<token>'

/** Credentials of a pair that a helper or a person gives. */
export function credentialsOf(username: string, secret: string): Credentials {
  return username === TOKEN_USER
    ? { kind: 'identity', token: secret }
    : { kind: 'password', username, password: secret }
}

/** `Basic …` (RFC 7617), the pair as UTF-8. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${toBase64(`${username}:${password}`)}`
}

/** Reads `Basic …`; null when it is none. */
export function parseBasic(header: string): Credentials | null {
  const [, text = ''] = /^Basic ([A-Za-z0-9+/=]{1,8192})$/.exec(header) ?? []
  const pair = text === '' ? null : fromBase64(text)
  const colon = pair?.indexOf(':') ?? -1
  return pair === null || colon < 1
    ? null
    : credentialsOf(pair.slice(0, colon), pair.slice(colon + 1))
}

/** UTF-8 in base64. */
export function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The text of base64; null when it is none. */
export function fromBase64(text: string): string | null {
  try {
    const binary = atob(text.trim())
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(binary, (character) => character.charCodeAt(0)),
    )
  } catch {
    return null
  }
}

/** The host of an image's name for the host of an API. */
export function namedHost(apiHost: string): string {
  return apiHost === 'registry-1.docker.io' || apiHost === 'index.docker.io' ? 'docker.io' : apiHost
}
