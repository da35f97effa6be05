import { statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { visible } from '../../base/escape'
import { PROXY_HEADER, PROXY_PREFIX } from '../../image/registry/proxied'
import type { ProxyHandler } from './handler'
import { ClientLimits, LIMITS, type ServerLimits } from './limits'
import { Metrics } from './metrics'
import { PackedFiles } from './packed'
import { answerByProxy } from './node-adapter'

/** A folder that is served below a path without its first slash; '' is the page itself. */
export interface ServedFolder {
  prefix: string
  folder: string
}

export interface ServerOptions {
  host: string
  port: number
  folders: readonly ServedFolder[]
  /** Reads registries for the page; null: it cannot. */
  proxy: ProxyHandler | null
  /** Names, with a port when it is not the scheme's own, by which browsers reach the server from elsewhere. */
  publicHosts?: readonly string[]
  limits?: ServerLimits
  /** Told of every answer: no query, no header, nothing that is secret. */
  log?: (line: string) => void
}

interface State {
  options: ServerOptions
  clients: ClientLimits
  metrics: Metrics
  connections: () => number
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** No third party, no inline script, no frame; WebAssembly of our own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PACKED = new PackedFiles()

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()',
}

/** Serves the page; resolves when it listens. A port of 0 takes any free one. */
export async function startServer(
  options: ServerOptions,
): Promise<{ url: string; server: Server }> {
  const limits = options.limits ?? LIMITS
  const server = createServer({ headersTimeout: 20_000, requestTimeout: 30_000 })
  server.maxConnections = limits.connections
  // who neither reads nor writes is let go of
  server.setTimeout(limits.silence)
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    socket.on('close', () => connections--)
  })
  const clients = new ClientLimits(limits, () => performance.now())
  const state: State = { options, clients, metrics: new Metrics(), connections: () => connections }
  server.on('request', (request, response) => {
    note(state, request, response)
    // One answer that goes wrong breaks off alone: the page sees a short body and says so.
    serve(request, response, state).catch(() => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http://${host}:${port}/`, server }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<void> {
  const { options } = state
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  if (path === '/healthz') return sendText(response, 'ok\n')
  const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name))
  if (hosts.length > 1) return refuse(response, 400)
  if (!isOwnName(request.headers.host ?? '', options)) return refuse(response, 421)
  if (path === '/metrics') return sendText(response, metricsText(state))
  if (options.proxy !== null && path.startsWith(`/${PROXY_PREFIX}`)) {
    return readRegistry(options.proxy, request, response, state)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
  if (!(await answerByFile(options.folders, request, response))) refuse(response, 404)
}

async function readRegistry(
  proxy: ProxyHandler,
  request: IncomingMessage,
  response: ServerResponse,
  { clients, metrics }: State,
): Promise<void> {
  const leave = clients.enter(request.socket.remoteAddress ?? '')
  if (leave === null) {
    metrics.add('sealscope_clients_limited_total')
    response.setHeader('Retry-After', '1')
    response.setHeader(PROXY_HEADER, '1')
    return refuse(response, 429)
  }
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  try {
    await answerByProxy(proxy, request, response, path.slice(PROXY_PREFIX.length + 1))
  } finally {
    leave()
  }
}

/** Counts and logs an answer when it is over. */
function note(
  { metrics, options }: State,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const start = performance.now()
  const path = (request.url ?? '/').split(/[?#]/)[0] ?? '/'
  const { socket } = request
  const before = socket.bytesWritten
  response.on('close', () => {
    const bytes = socket.bytesWritten - before
    const kind = path.startsWith(`/${PROXY_PREFIX}`) ? 'registry' : 'page'
    metrics.add('sealscope_requests_total', { kind, status: String(response.statusCode) })
    metrics.add('sealscope_sent_bytes_total', { kind }, bytes)
    if (!response.writableFinished) metrics.add('sealscope_broken_answers_total', { kind })
    const time = `${Math.round(performance.now() - start)}ms`
    const who = [new Date().toISOString(), socket.remoteAddress ?? '-', request.method ?? '-']
    options.log?.(
      [...who, visible(path.slice(0, 1000)), response.statusCode, bytes, time].join(' '),
    )
  })
}

function metricsText({ metrics, connections }: State): string {
  const { rss } = process.memoryUsage()
  return metrics.text({
    sealscope_connections: connections(),
    process_resident_memory_bytes: rss,
  })
}

function sendText(response: ServerResponse, text: string): void {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  response.writeHead(200, { ...HEADERS, ...type }).end(text)
}

/** Stops taking connections, lets transfers end, and closes what is left when their time is over. */
export async function stopServer(server: Server, { ending }: ServerLimits = LIMITS): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), ending)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearTimeout(timer)
}

/** Sends the file that a GET or HEAD names; false: there is none, and nothing was sent. */
export async function answerByFile(
  folders: readonly ServedFolder[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const file = findFile(request.url ?? '/', folders)
  // It may have gone since it was found, when the page is built again.
  const handle = file === null ? null : await open(file).catch(() => null)
  if (file === null || handle === null) return false
  try {
    await send(handle, file, request, response)
    return true
  } finally {
    await handle.close()
  }
}

async function send(
  handle: FileHandle,
  file: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const stat = await handle.stat()
  const { size, mtimeMs } = stat
  const type = TYPES[extname(file)]
  const etag = `W/"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
  const headers = {
    ...HEADERS,
    'Content-Type': type ?? 'application/octet-stream',
    ETag: etag,
    'Cache-Control': file.includes(`${sep}assets${sep}`)
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
    Vary: 'Accept-Encoding',
  }
  if (request.headers['if-none-match']?.split(/,\s*/).includes(etag) === true) {
    response.writeHead(304, headers).end()
    return
  }
  const bytes = await PACKED.bytesOf(file, stat, `${request.headers['accept-encoding'] ?? ''}`)
  if (bytes !== null) {
    const length = { 'Content-Encoding': 'gzip', 'Content-Length': bytes.length }
    response.writeHead(200, { ...headers, ...length })
    response.end(request.method === 'HEAD' ? undefined : bytes)
    return
  }
  response.writeHead(200, { ...headers, 'Content-Length': size })
  if (request.method !== 'HEAD' && size > 0) {
    const body = handle.createReadStream({ autoClose: false, end: size - 1 })
    await pipeline(body, response, { end: false })
    if (body.bytesRead < size) throw new Error(`${file} became shorter while it was sent`)
  }
  response.end()
}

function findFile(url: string, folders: readonly ServedFolder[]): string | null {
  let path: string
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0] ?? '/').slice(1)
  } catch {
    return null
  }
  if (path.includes('\0')) return null
  for (const { prefix, folder } of folders) {
    if (!path.startsWith(prefix)) continue
    const file = normalize(join(folder, path.slice(prefix.length) || 'index.html'))
    if (!file.startsWith(normalize(folder) + sep)) return null
    if (isFile(file)) return file
  }
  return null
}

/** What cannot be asked for (a name too long, a loop of links) is no file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain' })
  response.end(`${status}\n`)
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Whether a request names this server: a page of another name that was bound to its address must not read from
 * here (DNS rebinding). An address cannot be bound to another one, so on open addresses any will do.
 */
function isOwnName(text: string, { host, publicHosts = [] }: ServerOptions): boolean {
  const name = text.toLowerCase()
  const bare = name.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  const own = publicHosts.map((each) => each.toLowerCase())
  if (own.includes(name) || own.includes(bare)) return true
  return (
    isLoopback(bare) || (!isLoopback(host) && (isIP(bare) !== 0 || bare === host.toLowerCase()))
  )
}
