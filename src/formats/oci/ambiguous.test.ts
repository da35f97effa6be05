import { describe, expect, it } from 'vitest'
import { openLayout } from './layout'
import { CONFIG_FIELDS, MANIFEST_FIELDS } from './documents'
import { checkGoDocument, foldName } from './go-json'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const OCI = 'application/vnd.oci.image.manifest.v1+json'
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'

async function digestOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text)))
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

async function put(files: Map<string, string>, text: string, mediaType: string) {
  const digest = await digestOf(text)
  files.set(`blobs/${digest.replace(':', '/')}`, text)
  return { mediaType, digest, size: bytesOf(text).length }
}

interface Texts {
  config?: string
  /** From the config's descriptor as JSON. */
  manifest?: (config: string) => string
  type?: string
  index?: (manifest: string) => string
}

const GOOD = '{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}'

/** A layout of one image without layers, its documents as they are given. */
async function open({ config = GOOD, manifest, type = OCI, index }: Texts) {
  const files = new Map<string, string>()
  const described = JSON.stringify(await put(files, config, CONFIG_TYPE))
  const text = (manifest ?? ((c) => `{"schemaVersion":2,"config":${c},"layers":[]}`))(described)
  const entry = JSON.stringify(await put(files, text, type))
  files.set('index.json', (index ?? ((m) => `{"schemaVersion":2,"manifests":[${m}]}`))(entry))
  const layout = {
    open: async (path: string) => {
      const found = files.get(path)
      return found === undefined ? null : new Blob([bytesOf(found)]).stream()
    },
  }
  return openLayout(layout, null, null)
}

describe('a document that is read in one way', () => {
  it.each([
    [{}],
    [{ manifest: (c: string) => `{"mediaType":"${OCI}","config":${c},"layers":[],"annotations":{"A":"1","a":"2"}}` }], // prettier-ignore
    [{ config: GOOD.replace('{', '{"config":{"Labels":{"K":"1","k":"2"}},"container_config":{"Cmd":null},') }], // prettier-ignore
    [{ manifest: (c: string) => `{"config":${c},"layers":[]}`, type: '' }],
    [{ config: GOOD.replace('{', '{"created":"2026-01-01T00:00:00.123456789Z",') }],
  ])('is opened (%#)', async (texts) => {
    expect((await open(texts)).layers).toEqual([])
  })
})

describe('a document that Go reads differently', () => {
  const base = (c: string, more: string) => `{"schemaVersion":2,"config":${c},"layers":[]${more}}`
  it.each<[string, Texts, string]>([
    ['a key twice', { manifest: (c) => base(c, ',"layers":[]') }, '"layers" twice: Go programs'],
    ['a key in another case', { manifest: (c) => base(c, ',"Layers":[]') }, '"Layers": Go programs (podman, skopeo) read it as "layers"'], // prettier-ignore
    ['only the other case', { manifest: (c) => `{"config":${c},"LAYERS":[]}` }, '"LAYERS"'],
    ['the long s', { manifest: (c) => base(c, ',"layer\u017f":[]') }, 'read it as "layers"'],
    ['the long s, escaped', { manifest: (c) => base(c, ',"layer\\u017f":[]') }, '"layers"'],
    ['the other root', { config: GOOD.replace('}}', '},"RootFS":{"diff_ids":[]}}') }, 'read it as "rootfs"'], // prettier-ignore
    ['other diff_ids', { config: GOOD.replace('"diff_ids":[]', '"diff_ids":[],"Diff_IDs":["x"]') }, 'key rootfs'], // prettier-ignore
    ['labels in small letters', { config: GOOD.replace('{', '{"config":{"labels":{}},') }, '"Labels"'], // prettier-ignore
    ['a label twice', { config: GOOD.replace('{', '{"config":{"Labels":{"a":"1","a":"2"}},') }, 'twice'], // prettier-ignore
    ['a label that is a number', { config: GOOD.replace('{', '{"config":{"Labels":{"a":1}},') }, 'key config.Labels.a, expected a text, found 1'], // prettier-ignore
    ['a size with a fraction', { manifest: (c) => base(c.replace(/"size":(\d+)/, '"size":$1.0'), '') }, 'a whole number'], // prettier-ignore
    ['a time that is none', { config: GOOD.replace('{', '{"created":"yesterday",') }, 'RFC 3339'],
    ['a byte order mark', { manifest: (c) => `\ufeff${base(c, '')}` }, 'byte order mark'],
    ['one in the index', { index: (m) => `\ufeff{"manifests":[${m}]}` }, 'byte order mark'],
    ['two lists in the index', { index: (m) => `{"manifests":[${m}],"Manifests":[]}` }, 'index.json can be read in two ways'], // prettier-ignore
    [
      'a config in the index',
      { index: (m) => `{"manifests":[${m}],"config":{}}` },
      'found "config"',
    ],
  ])('%s', async (_, texts, words) => {
    await expect(open(texts)).rejects.toThrow(words)
    await expect(open(texts)).rejects.toMatchObject({ kind: 'input' })
  })

  it('knows the letters that fold into ASCII', () => {
    expect(['\u212a', 'K', 'k'].map(foldName)).toEqual(['k', 'k', 'k'])
    expect(foldName('Layer\u017f')).toBe('layers')
    expect(foldName('\u0131')).not.toBe('i')
  })

  it('is found in time that grows with the document', () => {
    const many = `{"layers":[${Array.from({ length: 50_000 }, () => '{"size":1}').join(' , ')}]}`
    expect(() => checkGoDocument(many, 'x', MANIFEST_FIELDS)).not.toThrow()
    const deep = `{"x":${'['.repeat(400)}{"a":"\\"","b":-1e5}${']'.repeat(400)}}`
    expect(() => checkGoDocument(deep, 'x', CONFIG_FIELDS)).not.toThrow()
  })
})

it('an image of thousands of layers is refused before one is read', async () => {
  const layer = `{"mediaType":"x","digest":"sha256:${'0'.repeat(64)}","size":1}`
  const layers = Array.from({ length: 1001 }, () => layer).join(',')
  const opened = open({ manifest: (c) => `{"config":${c},"layers":[${layers}]}` })
  await expect(opened).rejects.toThrow('too many layers, key layers, expected at most 1000')
})

describe('a document of another kind', () => {
  const image = (c: string, more: string) => `{"schemaVersion":2,"config":${c},"layers":[]${more}}`
  const other = (type: string, more = '') =>
    `{"schemaVersion":2,"config":{"mediaType":"${type}","digest":"sha256:${'0'.repeat(64)}","size":2},"layers":[]${more}}`
  it.each<[string, Texts, string]>([
    ['manifests beside layers', { manifest: (c) => image(c, ',"manifests":[]') }, '"manifests", though'], // prettier-ignore
    ['the type of an index', { manifest: (c) => image(c, `,"mediaType":"${OCI_INDEX}"`), type: OCI_INDEX }, '"config", "layers", though'], // prettier-ignore
    ['an index of the type of a manifest', { manifest: () => '{"manifests":[]}', type: OCI }, '"manifests", though'], // prettier-ignore
    ['two types', { manifest: (c) => image(c, `,"mediaType":"${DOCKER}"`) }, `${DOCKER} in it, ${OCI}`], // prettier-ignore
    ['an unknown type', { manifest: (c) => image(c, ',"mediaType":"application/x"') }, '"application/x", which containers-image'], // prettier-ignore
    ['an unknown type outside', { type: 'text/plain' }, '"text/plain", which containers-image'],
    ['schema 1', { manifest: () => '{"schemaVersion":1,"name":"a","fsLayers":[],"history":[]}', type: '' }, 'a Docker manifest of schema 1'], // prettier-ignore
    ['schema 1 by its type', { type: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, 'of schema 1'], // prettier-ignore
    ['layers of schema 1', { manifest: (c) => image(c, ',"fsLayers":[]') }, '"fsLayers"'],
    ['an artifact', { manifest: () => other('application/vnd.oci.empty.v1+json', ',"artifactType":"application/vnd.x"') }, 'is an artifact, no image, key config.mediaType'], // prettier-ignore
    ['a chart', { manifest: () => other('application/vnd.cncf.helm.config.v1+json') }, 'is a Helm chart, no image'], // prettier-ignore
  ])('%s says what it is', async (_, texts, words) => {
    await expect(open(texts)).rejects.toThrow(words)
    await expect(open(texts)).rejects.toMatchObject({ kind: 'input' })
  })
})
