import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseReference, type FetchRegistry } from '../../formats/oci/reference'
import { createDirectFetch } from '../../hosts/proxy/direct'
import { createProxy } from '../../hosts/proxy/handler'
import { nodeHop } from '../../hosts/proxy/node-hop'
import { rulesOf } from '../../hosts/proxy/rules'
import { openRegistryImage } from './client'
import { createProxiedFetch } from './proxied'

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
const METADATA = 'application/vnd.composefs.metadata.v1'
const KEY = 'composefs.merged.erofs.v1.fsverity-sha512-12'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const describeBlob = (bytes: Buffer, mediaType: string, more: object = {}) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
  ...more,
})

const CONFIG = json({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [] },
})
const MANIFEST = json({
  mediaType: MANIFEST_TYPE,
  config: describeBlob(CONFIG, 'application/vnd.oci.image.config.v1+json'),
  layers: [],
})
const SUBJECT = digestOf(MANIFEST)
const EMPTY = Buffer.from('{}')
const ARTIFACT = json({
  mediaType: MANIFEST_TYPE,
  artifactType: METADATA,
  config: describeBlob(EMPTY, 'application/vnd.oci.empty.v1+json'),
  layers: [describeBlob(EMPTY, 'application/x', { annotations: { [KEY]: 'ab' } })],
  subject: describeBlob(MANIFEST, MANIFEST_TYPE),
})
const COMPOSEFS = describeBlob(ARTIFACT, MANIFEST_TYPE, {
  artifactType: METADATA,
  annotations: { note: 'n' },
})
const OTHER = {
  mediaType: MANIFEST_TYPE,
  digest: `sha256:${'0'.repeat(64)}`,
  size: 5,
  artifactType: 'application/other',
}
const READ = {
  digest: COMPOSEFS.digest,
  artifactType: METADATA,
  annotations: { note: 'n' },
  content: {
    subject: SUBJECT,
    annotations: {},
    layers: [{ mediaType: 'application/x', annotations: { [KEY]: 'ab' } }],
  },
}
const LISTED = {
  digest: OTHER.digest,
  artifactType: OTHER.artifactType,
  annotations: {},
  content: null,
}

interface Answer {
  status?: number
  body?: unknown
  link?: string
}
let api: Answer[] = []
let tag: Answer = {}
let asked: string[] = []
let silent = false
let registry: Server
let host = ''

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? ''
  const below = url.replace('/v2/a/b/', '')
  const send = ({ status = 404, body = {}, link }: Answer) => {
    asked.push(below)
    response.writeHead(status, { 'Content-Type': INDEX_TYPE, ...(link ? { Link: link } : {}) })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  if (below.startsWith('referrers/')) {
    if (!silent) send(api.shift() ?? {})
  } else if (below === `manifests/${SUBJECT.replace(':', '-')}`) send(tag)
  else {
    const blob = [MANIFEST, CONFIG, ARTIFACT].find((bytes) => below.endsWith(digestOf(bytes)))
    const found = below === 'manifests/latest' ? MANIFEST : blob
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': MANIFEST_TYPE })
    response.end(found)
  }
}

beforeAll(async () => {
  registry = createServer(answer)
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`
})
afterAll(() => {
  registry.closeAllConnections()
  registry.close()
})
beforeEach(() => {
  ;[api, tag, asked, silent] = [[], {}, [], false]
})

/** As the page reads: through the proxy's own code, without a socket between. */
function throughProxy(): FetchRegistry {
  const rules = rulesOf({ registries: [], privates: [], loopback: true })
  const proxy = createProxy({ rules, hop: (rule) => nodeHop(rule) })
  const prefix = 'http://page.invalid/registry/'
  return createProxiedFetch('http://page.invalid/', (input, init) => {
    const request = new Request(input, init)
    return proxy(request, new URL(request.url).pathname.slice(new URL(prefix).pathname.length))
  })
}

async function find(fetchRegistry: FetchRegistry = createDirectFetch(), signal?: AbortSignal) {
  const image = await openRegistryImage(parseReference(`${host}/a/b`), null, fetchRegistry)
  return image.findReferrers?.(signal)
}
const index = (...manifests: unknown[]) => ({ mediaType: INDEX_TYPE, manifests })

describe.each([
  ['direct', createDirectFetch],
  ['through the proxy', throughProxy],
])('what refers to an image, %s', (_, create) => {
  it('is listed by the API, page by page, and composefs artifacts are read', async () => {
    const next = `/v2/a/b/referrers/${SUBJECT}?n=1&last=x`
    api = [
      { status: 200, body: index(OTHER), link: `<${next}>; rel="next"` },
      { status: 200, body: index(COMPOSEFS, OTHER) },
    ]
    expect(await find(create())).toEqual({ referrers: [LISTED, READ], problems: [] })
    expect(asked).toEqual([`referrers/${SUBJECT}`, `referrers/${SUBJECT}?n=1&last=x`])
  })

  it.each([404, 405])('is listed by the tag where the API answers %i', async (status) => {
    api = [{ status }]
    tag = { status: 200, body: index(COMPOSEFS) }
    expect(await find(create())).toEqual({ referrers: [READ], problems: [] })
  })

  it('is nothing where neither is there', async () => {
    expect(await find(create())).toEqual({ referrers: [], problems: [] })
    expect(asked).toEqual([`referrers/${SUBJECT}`, `manifests/${SUBJECT.replace(':', '-')}`])
  })
})

describe('answers that cannot be used', () => {
  it.each<[string, Answer, string]>([
    ['a refusal', { status: 403 }, 'without a login'],
    ['a broken registry', { status: 500 }, 'status 500'],
    ['no JSON', { status: 200, body: '<html>' }, 'is no JSON'],
    ['a list', { status: 200, body: '[]' }, 'expected a JSON object'],
  ])('%s is told, and the image is read all the same', async (_, first, words) => {
    api = [first]
    const found = await find()
    expect(found?.referrers).toBeNull()
    expect(found?.problems).toEqual([expect.stringContaining(words)])
    expect(asked).toHaveLength(1)
  })

  it('an entry that is none leaves the others', async () => {
    api = [{ status: 200, body: index({ digest: 'x' }, 5, COMPOSEFS) }]
    const found = await find()
    expect(found?.referrers).toEqual([READ])
    expect(found?.problems).toHaveLength(2)
  })

  it('a document without entries lists nothing', async () => {
    api = [{ status: 200, body: {} }]
    expect(await find()).toEqual({ referrers: [], problems: [] })
  })

  it('an artifact that is not what its digest says is named', async () => {
    const size = COMPOSEFS.size + 1
    api = [{ status: 200, body: index({ ...COMPOSEFS, size }) }]
    const found = await find()
    expect(found?.referrers).toEqual([{ ...READ, content: null }])
    expect(found?.problems).toEqual([expect.stringContaining(COMPOSEFS.digest)])
  })

  it('a list without end is left', async () => {
    const link = `</v2/a/b/referrers/${SUBJECT}?n=1>; rel=next`
    api = Array.from({ length: 20 }, () => ({ status: 200, body: index(OTHER), link }))
    const found = await find()
    expect(found?.referrers).toEqual([LISTED])
    expect(found?.problems).toEqual([expect.stringContaining('more artifacts than are read')])
    expect(asked).toHaveLength(8)
  })

  it('links to another place are only a query for this one', async () => {
    const link = '<https://evil.example/other?n=2>; rel="next"'
    api = [
      { status: 200, body: index(OTHER), link },
      { status: 200, body: index() },
    ]
    expect(await find()).toEqual({ referrers: [LISTED], problems: [] })
    expect(asked[1]).toBe(`referrers/${SUBJECT}?n=2`)
  })

  it('a silent registry can be left', async () => {
    silent = true
    const control = new AbortController()
    const finding = find(createDirectFetch(), control.signal)
    registry.once('request', () => undefined)
    setTimeout(() => control.abort(new Error('left')), 50)
    await expect(finding).rejects.toThrow('left')
  })
})
