import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SealscopeError } from '../../../base/error'
import { createProxy } from '../../../hosts/proxy/handler'
import { nodeHop } from '../../../hosts/proxy/node-hop'
import { isLoopback, startServer, stopServer } from '../../../hosts/proxy/node-server'
import { type RegistryRule, rulesOf } from '../../../hosts/proxy/rules'
import type { Arguments } from '../arguments'

const DEFAULT_PORT = 8080

/** `sealscope serve`: prints the page's address and goes on until it is stopped. */
export async function serve(args: Arguments): Promise<void> {
  const dist = join(dirname(fileURLToPath(import.meta.url)), '..')
  const host = args.text('host') ?? '127.0.0.1'
  if (host === '') throw cannotListen(host, 0, new Error('no address'))
  const folders = [
    { prefix: 'samples/', folder: join(dist, 'samples') },
    { prefix: '', folder: join(dist, 'page') },
  ]
  const wanted = args.text('port')
  const proxy = createProxy({ rules: rulesFor(args, host), hop: (rule) => nodeHop(rule) })
  const publicHosts = args.list('public-host')
  const log = (line: string) => void process.stderr.write(`${line}\n`)
  const more = { publicHosts, ...(args.flag('access-log') ? { log } : {}) }
  const start = (port: number) => startServer({ host, port, folders, proxy, ...more })
  const port = wanted === null ? DEFAULT_PORT : parsePort(wanted)
  const { url, server } = await start(port)
    .catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' && wanted === null) return start(0)
      throw cause
    })
    .catch((cause: NodeJS.ErrnoException) => {
      throw cannotListen(host, port, cause)
    })
  process.stdout.write(`Sealscope listens on ${url}\n`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  await stopServer(server)
}

const REASONS: Record<string, string> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'listen',
    what: `the page cannot be served at ${host} port ${port}`,
    expected: '--port and --host that are free, or --port 0 for any free port',
    found: REASONS[cause.code ?? ''] ?? cause.message,
    cause,
  })
}

function rulesFor(args: Arguments, host: string): RegistryRule[] {
  try {
    return rulesOf({
      registries: args.list('allow-registry'),
      privates: args.list('allow-private'),
      loopback: isLoopback(host),
    })
  } catch (cause) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'allow',
      what: 'a registry to allow cannot be read',
      expected:
        '--allow-registry HOST[=FOLLOW,…], --allow-private [http://]HOST:PORT[=FOLLOW,…], FOLLOW as [http://]HOST[:PORT] or .SUFFIX',
      found: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65535) return port
  throw new SealscopeError({
    kind: 'usage',
    code: 'port',
    what: 'a port cannot be read',
    expected: '0 to 65535',
    found: text,
  })
}
