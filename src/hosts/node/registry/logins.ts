import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { SealscopeError } from '../../../base/error'
import {
  AUTH_FILE_LIMIT,
  type AuthFile,
  authKeys,
  parseAuthFile,
} from '../../../image/registry/auth-file'
import {
  type Credentials,
  credentialsOf,
  type FindCredentials,
} from '../../../image/registry/credentials'
import type { Environment } from './web-proxy'

/** Milliseconds that a helper may take: it may ask the user to unlock a keyring. */
const HELPER_TIME = 60_000
const HELPER_BYTES = 64 * 1024

/**
 * Where podman and skopeo look for logins, in their order (containers-auth.json(5)). `--authfile` and
 * `REGISTRY_AUTH_FILE` stand for themselves alone.
 */
export function authFilePaths(option: string | null, environment: Environment): string[] {
  const named = option ?? environment['REGISTRY_AUTH_FILE'] ?? ''
  if (named !== '') return [named]
  const home = environment['HOME'] ?? homedir()
  const config = environment['XDG_CONFIG_HOME'] ?? join(home, '.config')
  return [
    runtimeAuthFile(environment),
    join(config, 'containers/auth.json'),
    join(environment['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
  ]
}

/** The file that `podman login` writes. */
export function runtimeAuthFile(environment: Environment): string {
  const runtime = environment['XDG_RUNTIME_DIR'] ?? ''
  if (runtime !== '') return join(runtime, 'containers/auth.json')
  return join('/run/containers', String(process.getuid?.() ?? 0), 'auth.json')
}

/** Finds logins in the files and by the programs that they name. Files are read once, when first needed. */
export function createLogins(option: string | null, environment: Environment): FindCredentials {
  if (option !== null && !existsSync(option)) throw noSuchFile(option)
  let files: AuthFile[] | null = null
  return async (place) => {
    files ??= authFilePaths(option, environment).flatMap(readAuthFile)
    for (const file of files) {
      const found = await credentialsIn(file, place, environment)
      if (found !== null) return found
    }
    return null
  }
}

async function credentialsIn(
  file: AuthFile,
  place: Parameters<FindCredentials>[0],
  environment: Environment,
): Promise<Credentials | null> {
  const own = file.helpers.get(place.host)
  if (own !== undefined) return askHelper(own, place.host, environment)
  for (const key of authKeys(place)) {
    const found = file.auths.get(key)
    if (found !== undefined) return found
  }
  return file.store === null ? null : askHelper(file.store, place.host, environment)
}

function readAuthFile(path: string): AuthFile[] {
  const text = authFileText(path)
  return text === null || text.trim() === '' ? [] : [parseAuthFile(text, path)]
}

/** Null: there is no such file, or it is somebody else's. */
export function authFileText(path: string): string | null {
  try {
    if (statSync(path).size > AUTH_FILE_LIMIT) throw tooLong(path)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : ''
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null
    throw cause
  }
}

/** docker-credential-helpers: `docker-credential-NAME get` reads the registry, writes a JSON object. */
async function askHelper(
  name: string,
  host: string,
  environment: Environment,
): Promise<Credentials | null> {
  const server = host === 'docker.io' ? 'https://index.docker.io/v1/' : host
  const { code, text } = await runHelper(name, 'get', server, environment)
  if (code !== 0) {
    if (/credentials not found/i.test(text)) return null
    throw helperFailed(name, `exit code ${code ?? 'none'}`)
  }
  const { Username: user, Secret: secret } = helperAnswer(name, text)
  if (typeof user !== 'string' || typeof secret !== 'string') {
    throw helperFailed(name, 'an answer without Username and Secret')
  }
  return user === '' && secret === '' ? null : credentialsOf(user, secret)
}

function helperAnswer(name: string, text: string): { Username?: unknown; Secret?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    throw helperFailed(name, 'an answer that is no JSON')
  }
}

/** Runs a helper with its question on standard input; what it says is shown to nobody. */
export function runHelper(
  name: string,
  verb: 'get' | 'store' | 'erase',
  input: string,
  environment: Environment,
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, [verb], {
      env: { ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    // spawn's own time-out goes on after a program that is not there
    const timer = setTimeout(() => child.kill(), HELPER_TIME)
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.length > HELPER_BYTES) child.kill()
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(helperFailed(name, cause.code === 'ENOENT' ? 'no such program' : cause.message))
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, text })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function helperFailed(name: string, found: string): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'credential-helper',
    what: `docker-credential-${name} gives no login`,
    expected: 'a program that the auth file names',
    found,
  })
}

function noSuchFile(path: string): SealscopeError {
  const what = 'the file of registry logins is not there'
  return new SealscopeError({ kind: 'usage', code: 'auth-file', what, where: { path } })
}

function tooLong(path: string): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'auth-file',
    what: 'the file of registry logins is too long',
    where: { path },
    expected: `at most ${AUTH_FILE_LIMIT} bytes`,
  })
}
