import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealscope } from './run'

interface Descriptor {
  digest: string
}
interface Manifest {
  layers: Descriptor[]
}

const layout = join(process.cwd(), 'dist/samples/sealed')
const blob = (digest: string) => readFileSync(join(layout, 'blobs', digest.replace(':', '/')))
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

let sample: Buffer
/** The sample's manifest with a first layer that the registry breaks off. */
let cut: Buffer
const INDEX = 'application/vnd.oci.image.index.v1+json'
const CUT = `sha256:${'a'.repeat(64)}`
const server = createServer(answer)
let host = ''

beforeAll(async () => {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: Descriptor[]
  }
  sample = blob(index.manifests[0]?.digest ?? '')
  const manifest = JSON.parse(sample.toString()) as Manifest
  Object.assign(manifest.layers[0] ?? {}, { digest: CUT, size: 100_000 })
  cut = Buffer.from(JSON.stringify(manifest))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const layersOf = () => (JSON.parse(sample.toString()) as Manifest).layers
const isLayer = (digest: string) => layersOf().some((layer) => layer.digest === digest)
const lastLayer = () => layersOf().at(-1)?.digest

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  changed[1000] = (changed[1000] ?? 0) ^ 1
  return changed
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const [, , name, kind, reference = ''] = (request.url ?? '').split('/')
  const challenge = (realm: string) =>
    response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}"` }).end()
  const to = (place: string) => response.writeHead(307, { Location: place }).end()
  if (name === 'private') to('https://169.254.169.254/x')
  else if (name === 'mapped') to('https://[::ffff:127.0.0.1]:1/x')
  else if (name === 'realm') challenge('https://10.0.0.1/token')
  else if (name === 'switch') {
    response.socket?.write('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  } else if (name === 'html') challenge(`http://${host}/v2/page/x`)
  else if (name === 'page') response.end('<html>\u001b[31m')
  else if (kind === 'referrers') response.writeHead(404).end()
  else if (kind === 'manifests') {
    const bytes = name === 'cut' ? cut : sample
    if (name === 'typed') response.setHeader('Content-Type', INDEX)
    response.end(reference.startsWith('sha256:') && reference !== digestOf(bytes) ? '' : bytes)
  } else if (reference === CUT) {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc')
  } else if (name === 'gone' && isLayer(reference)) response.writeHead(404).end()
  else if (name === 'broken' && isLayer(reference)) response.writeHead(500).end()
  else if (name === 'astray' && isLayer(reference)) to('https://169.254.169.254/x')
  else if (name === 'flipped' && reference === lastLayer()) response.end(flipped(blob(reference)))
  else if (name === 'flips' && isLayer(reference)) {
    const isAgain = request.headers['cache-control'] === 'no-cache'
    response.end(isAgain ? blob(reference) : flipped(blob(reference)))
  } else response.end(blob(reference))
}

describe('a registry', () => {
  it('is read like the layout', async () => {
    const run = await sealscope('verify', `docker://${host}/good:x`)
    expect([run.code, run.stderr]).toEqual([0, ''])
  })

  it.each([
    ['private', /^registry-address$/],
    ['mapped', /^registry-address$/],
    ['realm', /^registry-(address|unreachable|tls|timeout)$/],
    ['html', /^registry-token$/],
    ['switch', /^registry-status$/],
  ])('that leads astray (%s) ends with 3', async (name, code) => {
    const run = await sealscope('inspect', `docker://${host}/${name}:x`, '--json')
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(/^error: [^\n]+\n$/)
    const document = JSON.parse(run.stdout) as { error: { code: string } }
    expect(document.error.code).toMatch(code)
  })
})

it('that calls a manifest an index is refused as bad input', async () => {
  const run = await sealscope('inspect', `docker://${host}/typed:x`)
  expect([run.code, run.stdout]).toEqual([2, ''])
  expect(run.stderr).toContain(`${INDEX} from where it was named`)
})

describe('a layer that breaks off on its way', () => {
  it.each([['verify'], ['digest'], ['lint'], ['plan'], ['manifest'], ['compare', 'sample:sealed']])(
    'is no answer to %s',
    async (command, ...more) => {
      const run = await sealscope(command, `docker://${host}/cut:x`, ...more)
      expect([run.code, run.stdout]).toEqual([3, ''])
      expect(run.stderr).toMatch(/^error: layer 0 was not read: [^\n]+ broke off [^\n]+\n$/)
    },
  )

  it('is reported by inspect beside the rest', async () => {
    const run = await sealscope('inspect', `docker://${host}/cut:x`, '--json')
    expect(run.code).toBe(3)
    expect(JSON.parse(run.stdout)).toMatchObject({
      os: null,
      seal: { verdict: null, proof: null },
      evidence: {
        complete: false,
        unread: [{ layer: 0, kind: 'network', code: 'registry-truncated', size: 100_000 }],
      },
    })
    const { findings } = JSON.parse(run.stdout) as { findings: unknown[] }
    expect(findings[0]).toMatchObject({ id: 'registry-truncated', layer: 0 })
  })
})

describe('a layer that does not come', () => {
  it.each([
    ['gone', 'registry-not-found'],
    ['broken', 'registry-status'],
    ['astray', 'registry-address'],
    ['flipped', 'layer-digest'],
  ])('(%s) is no property of the image', async (name, code) => {
    const run = await sealscope('inspect', `docker://${host}/${name}:x`, '--json')
    expect(run.code).toBe(3)
    expect(JSON.parse(run.stdout)).toMatchObject({
      errors: { import: null },
      seal: { verdict: null, proof: null },
      evidence: { unread: [{ kind: 'network', code }, ...(name === 'flipped' ? [] : [{}])] },
    })
    expect(run.stdout).not.toMatch(/refuse|cannot import|proved/)
    const verify = await sealscope('verify', `docker://${host}/${name}:x`, '--json')
    expect([verify.code, JSON.parse(verify.stdout)]).toMatchObject([3, { error: { code } }])
  })

  it('is asked for once more, past caches, when its bytes are wrong', async () => {
    const run = await sealscope('verify', `docker://${host}/flips:x`)
    expect([run.code, run.stderr]).toEqual([0, ''])
  })
})
