import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectImage } from '../../src/answers/facts/inspect-image'
import { DEFAULT_OPTIONS } from '../../src/answers/plan/options'
import { planImage } from '../../src/answers/plan/plan'
import { decodeLink, type LinkState } from '../../src/answers/share/link'
import { pinnedState } from '../../src/answers/share/pinned'
import { loadKernels } from '../../src/base/hash/testing/load'
import { formatPlatform } from '../../src/formats/oci/image'
import { openRequest } from '../../src/hosts/browser/sources'
import { createProxy } from '../../src/hosts/proxy/handler'
import { nodeHop } from '../../src/hosts/proxy/node-hop'
import { startServer } from '../../src/hosts/proxy/node-server'
import { rulesOf } from '../../src/hosts/proxy/rules'
import { sealscope } from './run'

interface Descriptor {
  digest: string
}

const layout = join(process.cwd(), 'dist/samples/sealed')
const blob = (digest: string) => readFileSync(join(layout, 'blobs', digest.replace(':', '/')))
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const blueprint = {
  text: '[[customizations.user]]\nname = "core"\npassword = "hunter2"\n',
  format: 'toml' as const,
}
const file = join(mkdtempSync(join(tmpdir(), 'sealscope-link-')), 'blueprint.toml')

/** Manifest and index of one image, by what a registry is asked for. */
const documents = new Map<string, { type: string; bytes: Buffer }>()
let registry: Server
let page: { url: string; server: Server }
let host = ''

beforeAll(async () => {
  writeFileSync(file, blueprint.text)
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: Descriptor[]
  }
  const bytes = blob(manifests[0]?.digest ?? '')
  const one = { mediaType: MANIFEST, digest: digestOf(bytes), size: bytes.length }
  const entries = ['amd64', 'arm64'].map((architecture) => ({
    ...one,
    platform: { os: 'linux', architecture },
  }))
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: entries }),
  )
  for (const name of ['1', one.digest]) documents.set(name, { type: MANIFEST, bytes })
  for (const name of ['multi', 'latest', digestOf(index)]) {
    documents.set(name, { type: INDEX, bytes: index })
  }
  registry = createServer((request, response) => {
    const [, , , , kind, reference = ''] = (request.url ?? '').split('/')
    const document = kind === 'manifests' ? documents.get(reference) : undefined
    if (document !== undefined) {
      response.writeHead(200, { 'Content-Type': document.type }).end(document.bytes)
    } else if (kind === 'blobs') response.end(blob(reference))
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`
  const rules = rulesOf({ registries: [], privates: [], loopback: true })
  const proxy = createProxy({ rules, hop: (rule) => nodeHop(rule) })
  page = await startServer({ host: '127.0.0.1', port: 0, folders: [], proxy })
})
afterAll(() => {
  for (const server of [registry, page.server]) {
    server.closeAllConnections()
    server.close()
  }
})

/** The plan as the page makes it, and the link that its Share button gives. */
async function onPage(reference: string, asked: Omit<LinkState, 'source'>) {
  const opened = await openRequest({ kind: 'registry', reference }, asked.platform, page.url)
  if (opened.kind !== 'image') throw new Error('no image')
  const kernels = await loadKernels()
  const options = { kernels, verity: ['sha512'] as const, quick: false }
  const { facts } = await inspectImage(opened.image, opened.source, options)
  return { plan: planImage({ facts, ...asked }).plan, state: pinnedState(facts, asked) }
}

async function onCommandLine(reference: string, ...more: string[]) {
  const run = await sealscope('plan', `docker://${reference}`, '--blueprint', file, '--json', ...more) // prettier-ignore
  // what the plan says of the image is another question
  expect([0, 1], run.stderr).toContain(run.code)
  return JSON.parse(run.stdout) as { manifestSha256: string; link: string; errors: string[] }
}

describe('one image has one manifest', () => {
  it.each(['you/os:1', 'you/os:multi', 'you/os'])('by the name %s', async (name) => {
    const reference = `${host}/${name}`
    const printed = await onCommandLine(reference, '--link', page.url)
    const shown = await onPage(reference, { blueprint, options: DEFAULT_OPTIONS, platform: null })
    expect(shown.plan.manifestSha256).toBe(printed.manifestSha256)

    const state = decodeLink(new URL(printed.link).hash)
    expect(state?.source).toEqual(shown.state.source)
    expect(state?.blueprint?.text).not.toContain('hunter2')
    if (!state?.source) throw new Error('the link names no image')
    const { source, platform, options } = state
    const received = await onPage(source.ref, state)
    expect(received.plan.manifestSha256).toBeNull()
    expect(received.plan.missingSecrets).toEqual(['customizations.user[0].password'])
    const entered = await onPage(source.ref, { ...state, blueprint })
    expect(entered.plan.manifestSha256).toBe(printed.manifestSha256)

    const chosen = platform === null ? [] : ['--platform', formatPlatform(platform)]
    const again = await onCommandLine(source.ref, '--imgref', options.imgref ?? '', ...chosen)
    expect(again.manifestSha256).toBe(printed.manifestSha256)
  })
})
