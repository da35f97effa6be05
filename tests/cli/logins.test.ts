import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTls } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Run, sealscope, sealscopeIn } from './run'
import { answerSample } from './served'

const BASIC = `Basic ${Buffer.from('robot:geheim').toString('base64')}`
const fixture = (name: string) => join(process.cwd(), 'tests/cli/fixtures/tls', name)
const servers: Server[] = []
let home = ''
let host = ''
let seen: IncomingMessage[] = []

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Names below `basic/` want Basic, those below `token/` a token, all others nothing. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  seen.push(request)
  const { url = '', headers } = request
  const [, , kind] = url.split('/')
  const challenge = (text: string) => response.writeHead(401, { 'WWW-Authenticate': text }).end()
  if (url.startsWith('/realm')) {
    const isGood = headers.authorization === BASIC
    response.writeHead(isGood ? 200 : 401).end(JSON.stringify({ token: 'given' }))
  } else if ((kind === 'basic' || url === '/v2/') && headers.authorization !== BASIC) {
    challenge('Basic realm="x"')
  } else if (kind === 'token' && headers.authorization !== 'Bearer given') {
    challenge(`Bearer realm="http://${host}/realm",service="s"`)
  } else answerSample(request, response)
}

beforeAll(async () => {
  host = await listen(createServer(answer))
})
beforeEach(() => {
  seen = []
  home = mkdtempSync(join(tmpdir(), 'sealscope-home-'))
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** The tool of a user who has nothing but this folder. */
function run(...args: string[]): Promise<Run> {
  return runWith({}, ...args)
}

function runWith(more: Record<string, string>, ...args: string[]): Promise<Run> {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), ...more } // prettier-ignore
  return sealscopeIn(environment, ...args)
}

function write(name: string, content: string): string {
  const path = join(home, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

const logins = (key: string) => JSON.stringify({ auths: { [key]: { auth: BASIC.slice(6) } } })
const quick = (...more: string[]) => ['inspect', '--quick', '--retry', '0', ...more]

describe('a login', () => {
  it.each([
    ['run/containers/auth.json'],
    ['.config/containers/auth.json'],
    ['.docker/config.json'],
  ])('is found in %s', async (name) => {
    write(name, logins(host))
    for (const kind of ['basic', 'token']) {
      expect(await run(...quick(`docker://${host}/${kind}/os:1`))).toMatchObject({ code: 0 })
    }
  })

  it('is missed, and says so', async () => {
    for (const kind of ['basic', 'token']) {
      const missing = await run(...quick(`docker://${host}/${kind}/os:1`))
      expect([missing.code, missing.stdout]).toEqual([3, ''])
      expect(missing.stderr).toContain('without a login')
    }
  })

  it('is that of the nearest name, of --authfile, or of REGISTRY_AUTH_FILE', async () => {
    write('.docker/config.json', JSON.stringify({ auths: { [host]: { auth: 'eDp5' } } }))
    const path = write('own.json', logins(`${host}/basic/os`))
    const source = `docker://${host}/basic/os:1`
    expect((await run(...quick(source))).code).toBe(3)
    expect((await run(...quick(source, '--authfile', path))).code).toBe(0)
    expect((await runWith({ REGISTRY_AUTH_FILE: path }, ...quick(source))).code).toBe(0)
    const gone = await run(...quick(source, '--authfile', join(home, 'gone.json')))
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('is not there')])
    const broken = write('broken.json', '{"auths": geheim')
    const bad = await run(...quick(source, '--authfile', broken))
    expect([bad.code, bad.stderr]).toEqual([2, expect.not.stringContaining('geheim')])
  })

  it.each(['credHelpers', 'credsStore'])('comes from a program that %s names', async (kind) => {
    const program = write(
      'bin/docker-credential-test',
      `#!/bin/sh
read -r server; [ "$1 $server" = "get ${host}" ] || exit 9
echo '{"ServerURL":"x","Username":"robot","Secret":"geheim"}'\n`,
    )
    chmodSync(program, 0o755)
    const value = kind === 'credHelpers' ? { [host]: 'test' } : 'test'
    write('.docker/config.json', JSON.stringify({ [kind]: value }))
    const PATH = `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`
    const good = await runWith({ PATH }, ...quick(`docker://${host}/token/os:1`))
    expect([good.code, good.stderr]).toEqual([0, ''])
    const none = await run(...quick(`docker://${host}/token/os:1`))
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('docker-credential-test')])
  })

  it('is not shown to another registry, and is printed nowhere', async () => {
    write('.docker/config.json', logins('other.example'))
    await run(...quick(`docker://${host}/basic/os:1`))
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    write('.docker/config.json', logins(host))
    const all = await run('inspect', `docker://${host}/token/os:1`, '--json')
    expect(all.code).toBe(0)
    expect(all.stdout + all.stderr).not.toMatch(/geheim|robot|given/)
    const typed = await run('inspect', `docker://robot:geheim@${host}/os`, '--json')
    expect([typed.code, typed.stdout + typed.stderr]).toEqual([2, expect.not.stringContaining('geheim')]) // prettier-ignore
  })
})

describe('sealscope login', () => {
  const login = (password: string, ...more: string[]) =>
    withInput(password, 'login', host, '--username', 'robot', '--password-stdin', ...more)

  function withInput(input: string, ...args: string[]): Promise<Run> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: join(home, 'run') }
    const tool = join(process.cwd(), 'dist/cli/sealscope.js')
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [tool, ...args], { env })
      const found: Run = { code: 0, stdout: '', stderr: '' }
      child.stdout.on('data', (part: Buffer) => (found.stdout += part.toString()))
      child.stderr.on('data', (part: Buffer) => (found.stderr += part.toString()))
      child.on('close', (code) => resolve({ ...found, code: code ?? -1 }))
      child.stdin.end(input)
    })
  }

  it('keeps what the registry takes, for its user alone, where podman looks', async () => {
    expect(await login('geheim\n')).toMatchObject({ code: 0, stderr: '' })
    const path = join(home, 'run/containers/auth.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      auths: { [host]: { auth: BASIC.slice(6) } },
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await run(...quick(`docker://${host}/basic/os:1`))).toMatchObject({ code: 0 })
    expect(await run('logout', host)).toMatchObject({ code: 0 })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ auths: {} })
    expect((await run('logout', host)).code).toBe(2)
  })

  it('keeps nothing that the registry refuses', async () => {
    const bad = await login('falsch')
    expect([bad.code, bad.stderr]).toEqual([3, expect.stringContaining('does not take the login')])
    expect(bad.stderr + bad.stdout).not.toContain('falsch')
    expect(existsSync(join(home, 'run/containers/auth.json'))).toBe(false)
  })

  it('leaves what else stands in the file', async () => {
    const path = write('a.json', JSON.stringify({ auths: { x: { auth: 'eDp5' } }, keep: 1 }))
    expect((await login('geheim', '--authfile', path)).code).toBe(0)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ auths: { x: {} }, keep: 1 })
    expect((await run('logout', '--all', '--authfile', path)).stdout).toContain('2 logins')
  })

  it.each([
    [['login', 'quay.io', '--password-stdin'], '--username'],
    [['login', 'quay.io', '--username', 'x'], 'no terminal'],
    [['login', 'x/y z', '--username', 'x', '--password-stdin'], 'the registry cannot be read'],
    [['logout'], 'no registry'],
  ])('%j is refused', async (args, words) => {
    const bad = await withInput('', ...args)
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining(words)])
  })
})

describe('registries.conf', () => {
  it('leads to a mirror, and to the registry when that is down', async () => {
    const conf = write(
      'r.conf',
      `[[registry]]\nprefix = "quay.invalid/org"\nlocation = "${host}/moved"
[[registry.mirror]]\nlocation = "127.0.0.1:1/m"\n[aliases]\n"os" = "quay.invalid/org/os"`,
    )
    for (const source of ['docker://quay.invalid/org/os:1', 'os:1']) {
      const found = await run('inspect', source, '--json', '--registries-conf', conf, '--retry', '0') // prettier-ignore
      expect([found.code, found.stderr]).toEqual([0, ''])
      const named = { kind: 'registry', ref: 'quay.invalid/org/os:1' }
      expect(JSON.parse(found.stdout)).toMatchObject({ source: named })
    }
    expect(seen[0]?.url).toBe('/v2/moved/os/manifests/1')
  })

  it('blocks, and is refused when it is broken', async () => {
    const conf = write('r.conf', `[[registry]]\nlocation = "${host}"\nblocked = true`)
    const blocked = await run(...quick(`docker://${host}/os`, '--registries-conf', conf))
    expect([blocked.code, blocked.stderr]).toEqual([2, expect.stringContaining('is blocked')])
    expect(seen).toEqual([])
    const broken = await run(...quick('quay.io/x', '--registries-conf', write('b.conf', 'x = [')))
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('b.conf')])
  })
})

describe('certificates and web proxies', () => {
  let secure: Server
  let proxy = ''
  let tunnels: string[] = []

  beforeAll(async () => {
    const read = (name: string) => readFileSync(fixture(name))
    const options = { cert: read('server.cert'), key: read('server.key'), ca: read('ca.crt'), requestCert: true, rejectUnauthorized: false } // prettier-ignore
    secure = createTls(options, (request, response) => {
      const isKnown = (request.socket as unknown as { authorized: boolean }).authorized
      if (request.url?.startsWith('/v2/own/') === true && !isKnown) response.writeHead(403).end()
      else answerSample(request, response)
    })
    const port = Number((await listen(secure)).split(':')[1])
    const tunnel = createServer((_, response) => response.writeHead(400).end())
    tunnel.on('connect', ({ url = '', headers }, socket) => {
      tunnels.push(`${url} ${headers['proxy-authorization'] ?? ''}`)
      const far = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        far.pipe(socket).pipe(far)
      })
      far.on('error', () => socket.destroy())
      socket.on('error', () => far.destroy())
    })
    proxy = `http://me:pw@${await listen(tunnel)}`
  })
  beforeEach(() => (tunnels = []))

  function certDir(...names: string[]): string {
    for (const name of names) copyFileSync(fixture(name), write(`certs/${name}`, ''))
    return join(home, 'certs')
  }
  const through = (...args: string[]) => runWith({ HTTPS_PROXY: proxy }, ...args)

  it('reach a registry of an own authority through the proxy', async () => {
    const source = 'docker://registry.test/any/os:1'
    const untrusted = await through(...quick(source))
    expect([untrusted.code, untrusted.stderr]).toEqual([3, expect.stringContaining('certificate')])
    const good = await through(...quick(source, '--cert-dir', certDir('ca.crt')))
    expect([good.code, good.stderr]).toEqual([0, ''])
    expect(new Set(tunnels)).toEqual(
      new Set([`registry.test:443 Basic ${Buffer.from('me:pw').toString('base64')}`]),
    )
    const extra = await runWith(
      { HTTPS_PROXY: proxy, NODE_EXTRA_CA_CERTS: fixture('ca.crt') },
      ...quick(source),
    )
    expect(extra.code).toBe(0)
  })

  it('show who asks', async () => {
    const source = 'docker://registry.test/own/os:1'
    expect((await through(...quick(source, '--cert-dir', certDir('ca.crt')))).code).toBe(3)
    const folder = certDir('ca.crt', 'client.cert', 'client.key')
    expect(await through(...quick(source, '--cert-dir', folder))).toMatchObject({ code: 0 })
    const below = join(home, '.config/containers/certs.d/registry.test')
    mkdirSync(below, { recursive: true })
    for (const name of ['ca.crt', 'client.cert', 'client.key']) copyFileSync(fixture(name), join(below, name)) // prettier-ignore
    expect(await through(...quick(source))).toMatchObject({ code: 0 })
  })

  it('are passed over where a registry is insecure, and not used for what NO_PROXY names', async () => {
    const conf = write('r.conf', '[[registry]]\nlocation = "registry.test"\ninsecure = true')
    const source = 'docker://registry.test/any/os:1'
    expect(await through(...quick(source, '--registries-conf', conf))).toMatchObject({ code: 0 })
    tunnels = []
    const direct = await runWith({ HTTPS_PROXY: proxy, NO_PROXY: '.test' }, ...quick(source))
    expect([direct.code, tunnels]).toEqual([3, []])
  })
})

it.each([
  ['--retry', '-1'],
  ['--retry', 'x'],
  ['--timeout', '0'],
])('%s %s is refused', async (option, value) => {
  expect((await sealscope('inspect', 'quay.io/x', `${option}=${value}`)).code).toBe(2)
})
