import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealscope, type Run } from './run'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-hostile-'))
const at = (name: string) => join(folder, name)
/** What a terminal would obey. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/
let facts = ''

beforeAll(async () => {
  facts = (await sealscope('inspect', 'sample:mismatch', '--json')).stdout
  writeFileSync(at('facts.json'), facts)
  mkdirSync(at('folder'))
  execFileSync('mkfifo', [at('pipe')])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function expectError(run: Run, words: string): void {
  expect(run.code).toBe(2)
  expect(run.stderr).toMatch(/^error: [^\n]+\n$/)
  expect(run.stderr).toContain(words)
  if (run.stdout === '') return
  const { schema, error } = JSON.parse(run.stdout) as { schema: string; error: { code: string } }
  expect([schema, error.code]).not.toContain('internal')
  expect(schema).toBe('sealscope.error/1')
}

describe('what the system refuses', () => {
  it.each([
    [['inspect', 'pipe'], 'found a pipe'],
    [['compare', 'pipe', 'pipe'], 'found a pipe'],
    [['uki', 'folder'], 'the image has no UKI'],
    [['inspect', 'facts:folder'], 'it is a folder'],
    [['inspect', 'facts:/dev/zero'], 'is too large'],
    [['plan', 'sample:sealed', '--blueprint', 'folder/x.toml'], 'does not exist'],
    [['digest', 'sample:sealed', '--erofs', 'v1', '-o', 'folder'], 'it is a folder'],
    [['digest', 'sample:sealed', '--erofs', 'v1', '-o', 'none/x'], 'no such file'],
    [['plan', '--request', 'request.json', '-o', 'facts.json'], 'a file of that name'],
    [['plan', '--request', 'request.json', '-o', '/proc/x'], 'no such file'],
    [['inspect', 'sample:'], 'no such sample'],
    [['inspect', 'sample:..'], 'no such sample'],
  ])('%j is told in a sentence', async (words, text) => {
    writeFileSync(at('request.json'), '{"cases":[{"name":"a","image_type":"qcow2"}]}')
    const paths = ['pipe', 'folder', 'folder/x.toml', 'none/x', 'facts.json', 'request.json']
    const args = words.map((word) =>
      paths.includes(word.replace(/^facts:/, ''))
        ? word.replace(/^(facts:)?/, `$1${folder}/`)
        : word,
    )
    expectError(await sealscope(...args, ...(words.includes('-o') ? [] : ['--json'])), text)
  })

  it.each([
    [['serve', '--host', ''], 'cannot be served'],
    [['plan', 'sample:sealed', '--link', 'javascript:alert(1)'], 'https://HOST/'],
    [['inspect', 'x', '--platform', '--json'], "Option '--platform' argument is ambiguous"],
    [['inspect', 'docker://256.256.256.256/x'], 'the host cannot be read'],
  ])('%j is bad usage', async (args, text) => expectError(await sealscope(...args), text))
})

/** A tar of one hard link to a file that is not there. */
function tarOfLink(name: string): Buffer {
  const header = Buffer.alloc(512)
  const fields: [number, string][] = [
    [0, name],
    [100, '0000644\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [124, '00000000000\0'],
    [136, '00000000000\0'],
    [148, '        '],
    [156, '1'],
    [157, 'usr/none'],
    [257, 'ustar\x0000'],
  ]
  for (const [offset, text] of fields) header.write(text, offset, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([header, Buffer.alloc(1024)])
}

/** The sample with one more layer. */
function withLayer(layer: Buffer): string {
  const layout = mkdtempSync(join(folder, 'layout-'))
  cpSync(join(process.cwd(), 'dist/samples/sealed'), layout, { recursive: true })
  const put = (bytes: Buffer) => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(join(layout, 'blobs/sha256', digest), bytes)
    return { digest: `sha256:${digest}`, size: bytes.length }
  }
  const read = (path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8')) as never
  const blobOf = ({ digest }: { digest: string }) => `blobs/${digest.replace(':', '/')}`
  const index: { manifests: { digest: string }[] } = read('index.json')
  const manifest: { config: { digest: string }; layers: object[] } = read(blobOf(index.manifests[0] ?? { digest: '' })) // prettier-ignore
  const config: { rootfs: { diff_ids: string[] } } = read(blobOf(manifest.config))
  manifest.layers.push({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...put(layer) })
  config.rootfs.diff_ids.push(put(layer).digest)
  Object.assign(manifest.config, put(Buffer.from(JSON.stringify(config))))
  Object.assign(index.manifests[0] ?? {}, put(Buffer.from(JSON.stringify(manifest))))
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index))
  return layout
}

describe('names with control characters', () => {
  it.each(['digest', 'inspect', 'verify', 'lint', 'plan'])('do not reach a terminal by %s', async (command) => {
    const layout = withLayer(tarOfLink('usr/\u001b[31m\u009b\r[x](http://evil.example)'))
    const run = await sealscope(command, layout)
    expect(run.stdout).not.toMatch(CONTROL)
    expect(run.stderr).not.toMatch(CONTROL)
  }) // prettier-ignore

  it('are escaped where an option is repeated, too', async () => {
    const run = await sealscope('plan', 'sample:sealed', '--type', '\u001b[31m')
    expect(run.stdout).toContain('invalid image type')
    expect(run.stdout).not.toMatch(CONTROL)
  })

  it('make no links in SARIF', async () => {
    const layout = withLayer(tarOfLink('usr/[x](http://evil.example)'))
    const { runs } = JSON.parse((await sealscope('lint', layout, '--sarif')).stdout) as {
      runs: { results: { message: { text: string } }[] }[]
    }
    const texts = runs[0]?.results.map(({ message }) => message.text).join('\n') ?? ''
    expect(texts).toContain('[x] (http://evil.example)')
    expect(texts).not.toContain('](')
  })
})

describe('saved facts of another hand', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  it.each([
    [(text: string) => text.replace('{', `{"unknown":${deep},`), 'nested too deeply'],
    [(text: string) => text.replace('"UKI_SEALED"', '"__proto__"'), 'expected a verdict'],
    [(text: string) => text.replace(/"storageSize": \d+/, '"storageSize": 1.5'), 'storageSize'],
    [(text: string) => text.replace(/"storageSize": \d+/, '"storageSize": 1e999'), 'storageSize'],
    [(text: string) => text.replace(/"severity": "\w+"/, '"severity": "x"'), 'severity'],
    [(text: string) => text.replace(/"compression": "gzip"/, '"compression": 5'), 'compression'],
  ])('are refused by field (%#)', async (change, text) => {
    writeFileSync(at('changed.json'), change(facts))
    for (const command of ['inspect', 'verify', 'plan']) {
      expectError(await sealscope(command, at('changed.json'), '--json'), text)
    }
  })

  it('may lack what may be null', async () => {
    const changed = JSON.parse(facts) as Record<string, unknown>
    for (const field of ['os', 'arch', 'kargs', 'builder']) delete changed[field]
    writeFileSync(at('changed.json'), JSON.stringify(changed))
    for (const [command, code] of [
      ['inspect', 0],
      ['verify', 1],
      ['plan', 1],
    ] as const) {
      const run = await sealscope(command, at('changed.json'), '--json')
      expect([run.code, run.stderr]).toEqual([code, ''])
    }
  })

  it('print nothing that a terminal obeys', async () => {
    writeFileSync(at('changed.json'), facts.replace('"gzip"', '"\\u001b[31m"'))
    const run = await sealscope('inspect', at('changed.json'))
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('\\x1b[31m')
    expect(run.stdout).not.toMatch(CONTROL)
  })
})
