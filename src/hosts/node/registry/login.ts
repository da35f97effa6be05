import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { randomUUID } from 'node:crypto'
import { SealscopeError } from '../../../base/error'
import { parseReference, registryOrigin } from '../../../formats/oci/reference'
import { authKeys, keyOf, parseAuthFile, withLogin } from '../../../image/registry/auth-file'
import type { Credentials } from '../../../image/registry/credentials'
import { createDirectFetch, type DirectOptions } from '../../proxy/direct'
import { authFilePaths, authFileText, runHelper } from './logins'
import type { Environment } from './web-proxy'

/** A registry, or a repository of one, as it is written in an auth file. */
export interface LoginPlace {
  /** Host with port. */
  host: string
  key: string
}

/** Reads `HOST[:PORT][/NAME]`. Throws a usage error for anything else. */
export function parseLoginPlace(text: string): LoginPlace {
  const key = keyOf(text.trim().toLowerCase())
  const [host = ''] = key.split('/')
  try {
    // the grammar of hosts is that of references
    parseReference(key.includes('/') ? key : `${host}/x`)
    if (/^[a-z0-9.[\]:-]+$/.test(host)) return { host, key }
  } catch (cause) {
    throw noRegistry(cause)
  }
  throw noRegistry()
}

function noRegistry(cause?: unknown): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'login-registry',
    what: 'the registry cannot be read',
    expected: 'HOST[:PORT][/NAME], such as quay.io',
    cause,
  })
}

/** Asks the registry whether it takes a login. Throws a network error when it does not, or does not answer. */
export async function checkLogin(
  { host }: LoginPlace,
  credentials: Credentials,
  options: DirectOptions,
): Promise<void> {
  const read = createDirectFetch({ ...options, credentials: async () => credentials })
  const apiHost = host === 'docker.io' ? 'registry-1.docker.io' : host
  const url = `${registryOrigin(apiHost)}/v2/`
  const response = await read(url, { headers: {}, signal: undefined })
  await response.body?.cancel()
  if (response.status === 200) return
  throw new SealscopeError({
    kind: 'network',
    code: 'registry-login',
    what: `${host} does not take the login`,
    expected: 'status 200',
    found: `status ${response.status}`,
  })
}

/** The file into which a login goes: the one that is named, else that of podman. */
export function writtenAuthFile(option: string | null, environment: Environment): string {
  const [first = ''] = authFilePaths(option, environment)
  return first
}

/** Keeps a login in a file, or gives it to the program that the file names for the registry. */
export async function keepLogin(
  path: string,
  { host, key }: LoginPlace,
  credentials: Credentials,
  environment: Environment,
): Promise<void> {
  const text = authFileText(path)
  const helper = helperIn(text, path, host)
  if (helper === null) return writeSecret(path, withLogin(text, path, key, credentials))
  const [user, secret] =
    credentials.kind === 'password'
      ? [credentials.username, credentials.password]
      : ['<token>', credentials.token]
  const input = JSON.stringify({ ServerURL: host, Username: user, Secret: secret })
  const { code } = await runHelper(helper, 'store', input, environment)
  if (code !== 0) throw helperRefused(helper, code)
}

/** Takes a login out; false: there was none. */
export async function dropLogin(
  path: string,
  { host, key }: LoginPlace,
  environment: Environment,
): Promise<boolean> {
  const text = authFileText(path)
  const helper = helperIn(text, path, host)
  if (helper !== null) return (await runHelper(helper, 'erase', host, environment)).code === 0
  if (text === null || !parseAuthFile(text, path).auths.has(key)) return false
  writeSecret(path, withLogin(text, path, key, null))
  return true
}

/** Takes all logins of a file out. */
export function dropAllLogins(path: string): number {
  let text = authFileText(path)
  if (text === null) return 0
  const keys = [...parseAuthFile(text, path).auths.keys()]
  for (const key of keys) text = withLogin(text, path, key, null)
  if (keys.length > 0) writeSecret(path, text)
  return keys.length
}

function helperIn(text: string | null, path: string, host: string): string | null {
  if (text === null || text.trim() === '') return null
  const { helpers, store } = parseAuthFile(text, path)
  const [own] = authKeys({ host, repository: '' }).flatMap((key) => helpers.get(key) ?? [])
  return own ?? store
}

/** Whole or not at all, and for nobody else to read. */
function writeSecret(path: string, text: string): void {
  const folder = dirname(path)
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomUUID()}`
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
  chmodSync(fresh, 0o600)
  renameSync(fresh, path)
}

function helperRefused(name: string, code: number | null): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'credential-helper',
    what: `docker-credential-${name} does not keep the login`,
    expected: 'exit code 0',
    found: String(code),
  })
}
