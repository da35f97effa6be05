import { SealscopeError } from '../../base/error'
import { isObject } from '../../formats/oci/manifest'
import {
  type Credentials,
  credentialsOf,
  fromBase64,
  type RegistryPlace,
  toBase64,
} from './credentials'

/** containers-auth.json(5), and docker's config.json, as far as they say how to log in. */
export interface AuthFile {
  /** By registry or `registry/name/space`. */
  auths: Map<string, Credentials>
  /** Program for a registry: `docker-credential-NAME`. */
  helpers: Map<string, string>
  /** Program for all others; docker's only. */
  store: string | null
}

/** Bytes of a file that is still read. */
export const AUTH_FILE_LIMIT = 4 * 1024 * 1024
/** No path, and nothing that a shell or an option parser would see. */
const HELPER = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/
/** How Docker Hub is called in files. */
const HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']

/**
 * Reads a file of logins. Entries that nobody can use are passed over, as podman does. Throws an input error
 * that never quotes the text, which holds passwords.
 */
export function parseAuthFile(text: string, path: string): AuthFile {
  const root = parseObject(text, path)
  const auths = new Map<string, Credentials>()
  for (const [key, value] of Object.entries(objectIn(root, 'auths'))) {
    const found = isObject(value) ? entryOf(value) : null
    if (found !== null) auths.set(keyOf(key), found)
  }
  const helpers = new Map<string, string>()
  for (const [key, value] of Object.entries(objectIn(root, 'credHelpers'))) {
    if (typeof value === 'string' && HELPER.test(value)) helpers.set(keyOf(key), value)
  }
  const store = root['credsStore']
  return {
    auths,
    helpers,
    store: typeof store === 'string' && HELPER.test(store) ? store : null,
  }
}

/** Keys to look for, from the repository to its registry (containers-auth.json(5), "FORMAT"). */
export function authKeys({ host, repository }: RegistryPlace): string[] {
  const parts = repository === '' ? [] : repository.split('/')
  const paths = parts.map((_, index) => `${host}/${parts.slice(0, parts.length - index).join('/')}`)
  return [...paths, host]
}

/** A login written into a file's text, everything else of it kept; null takes it out. */
export function withLogin(
  text: string | null,
  path: string,
  key: string,
  credentials: Credentials | null,
): string {
  const root = text === null || text.trim() === '' ? {} : parseObject(text, path)
  const auths: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(objectIn(root, 'auths'))) {
    if (keyOf(name) !== keyOf(key)) auths[name] = value
  }
  if (credentials?.kind === 'password') {
    auths[key] = { auth: toBase64(`${credentials.username}:${credentials.password}`) }
  } else if (credentials !== null) {
    auths[key] = { auth: toBase64('<token>:'), identitytoken: credentials.token }
  }
  return `${JSON.stringify({ ...root, auths }, null, '\t')}\n`
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // the parser's own message quotes what it stumbled over
    value = null
  }
  if (isObject(value)) return value
  throw new SealscopeError({
    kind: 'usage',
    code: 'auth-file',
    what: 'a file of registry logins cannot be read',
    where: { path },
    expected: 'a JSON object as containers-auth.json(5) describes it',
  })
}

function objectIn(root: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = Object.hasOwn(root, key) ? root[key] : undefined
  return isObject(value) ? value : {}
}

function entryOf(entry: Record<string, unknown>): Credentials | null {
  const { auth, identitytoken: token, username, password } = entry
  if (typeof token === 'string' && token !== '') return { kind: 'identity', token }
  if (typeof auth === 'string' && auth !== '') {
    const pair = fromBase64(auth)
    const colon = pair?.indexOf(':') ?? -1
    if (pair === null || colon < 0) return null
    // docker pads what it writes with zero bytes
    return credentialsOf(pair.slice(0, colon), pair.slice(colon + 1).replace(/\0+$/, ''))
  }
  if (typeof username === 'string' && typeof password === 'string' && username !== '') {
    return credentialsOf(username, password)
  }
  return null
}

/** `https://index.docker.io/v1/` → `docker.io`; `https://quay.io` → `quay.io`; a namespace is kept. */
export function keyOf(text: string): string {
  const bare = text.replace(/^https?:\/\//, '')
  const isAddress = bare !== text
  const [host = '', ...path] = bare.replace(/\/+$/, '').split('/')
  const name = HUB.includes(host) ? 'docker.io' : host
  return path.length === 0 || isAddress || /^v\d$/.test(path[0] ?? '')
    ? name
    : `${name}/${path.join('/')}`
}
