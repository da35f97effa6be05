import { statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { PROXY_PREFIX } from '../../image/registry/proxied'
import { PackedFiles } from './packed'
import type { ProxyHandler } from './handler'
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
}

/** Serves the page; resolves when it listens. A port of 0 takes any free one. */
export async function startServer(
  options: ServerOptions,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    // One answer that goes wrong breaks off alone: the page sees a short body and says so.
    serve(request, response, options).catch(() => {
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
  options: ServerOptions,
): Promise<void> {
  if (isLoopback(options.host) && !isLoopbackName(request.headers.host ?? '')) {
    return refuse(response, 421)
  }
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  if (options.proxy !== null && path.startsWith(`/${PROXY_PREFIX}`)) {
    const below = path.slice(PROXY_PREFIX.length + 1)
    return answerByProxy(options.proxy, request, response, below)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
  if (!(await answerByFile(options.folders, request, response))) refuse(response, 404)
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
  const { size } = stat
  const packed = await PACKED.bytesOf(file, stat, `${request.headers['accept-encoding'] ?? ''}`)
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': packed?.length ?? size,
    ...(packed === null ? {} : { 'Content-Encoding': 'gzip' }),
    Vary: 'Accept-Encoding',
    'Cache-Control': file.includes(`${sep}assets${sep}`)
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
  })
  if (packed !== null) {
    response.end(request.method === 'HEAD' ? undefined : packed)
    return
  }
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

/** A page of another name that was bound to this address must not read from here (DNS rebinding). */
function isLoopbackName(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
}
