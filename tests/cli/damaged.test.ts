import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sealscope } from './run'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-damaged-'))
const layout = join(folder, 'image')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  rmSync(layout, { recursive: true, force: true })
  cpSync(join(process.cwd(), 'dist/samples/sealed'), layout, { recursive: true })
})

interface Descriptor {
  digest: string
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}

function blobOf({ digest }: Descriptor): string {
  return join(layout, 'blobs', digest.replace(':', '/'))
}

/** Path of the blob of a layer. */
function layerBlob(index: number): string {
  const { manifests } = readJson<{ manifests: Descriptor[] }>(join(layout, 'index.json'))
  const { layers } = readJson<{ layers: Descriptor[] }>(blobOf(manifests[0] ?? { digest: '' }))
  return blobOf(layers[index] ?? { digest: '' })
}

const DAMAGES: [string, (path: string) => void, string][] = [
  ['cut short', (path) => truncateSync(path, 100), 'layer-truncated'],
  ['empty', (path) => truncateSync(path, 0), 'layer-truncated'],
  ['missing', (path) => rmSync(path), 'layout-blob'],
  ['another one', (path) => writeFileSync(path, Buffer.alloc(readFileSync(path).length, 7)), 'layer-digest'], // prettier-ignore
]

describe('a damaged layer', () => {
  it.each(DAMAGES)('that is %s hides nothing of the others', async (_, damage, id) => {
    damage(layerBlob(0))
    const run = await sealscope('inspect', `oci:${layout}`, '--json')
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/^error: layer 0 was not read: [^\n]+\n$/)
    const facts = JSON.parse(run.stdout) as { findings: { id: string; layer: number | null }[] }
    expect(facts).toMatchObject({
      kernel: null,
      ukis: [{ layer: 1 }],
      errors: { import: null },
      seal: { verdict: null, claimed: [], proof: null },
      evidence: {
        complete: false,
        verified: false,
        unread: [{ layer: 0, kind: 'input', code: id }],
      },
    })
    expect(facts.findings[0]).toMatchObject({ id, layer: 0 })
    expect(facts.findings.filter((finding) => finding.id.startsWith('missing-'))).toEqual([])
    const verify = await sealscope('verify', `oci:${layout}`, '--json')
    expect(verify.code).toBe(2)
    expect(JSON.parse(verify.stdout)).toMatchObject({ error: { code: id, where: { layer: 0 } } })
  })

  it('gives no verdict in the text', async () => {
    rmSync(layerBlob(1))
    const run = await sealscope('inspect', `oci:${layout}`)
    expect(run.code).toBe(2)
    expect(run.stdout).toMatch(/^Not checked: layer 2 of 2 could not be read/)
    expect(run.stdout).not.toMatch(/seal holds|does not hold|UKI_|KERNEL|proved|import/)
  })

  it.each(['inspect', 'verify', 'plan', 'lint'])(
    'stays unread in saved facts: %s',
    async (command) => {
      rmSync(layerBlob(0))
      const saved = join(folder, 'saved.json')
      writeFileSync(saved, (await sealscope('inspect', `oci:${layout}`, '--json')).stdout)
      const run = await sealscope(command, `facts:${saved}`)
      expect(run.code).toBe(2)
      expect(run.stderr).toContain('layer 0 was not read')
    },
  )

  it('has no digest, and the error says why', async () => {
    truncateSync(layerBlob(0), 100)
    const run = await sealscope('digest', `oci:${layout}`, '--json')
    expect(run.code).toBe(2)
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'layer-truncated' } })
  })
})

describe('an index or manifest that cannot be read', () => {
  it.each([
    ['{', 'is no JSON'],
    ['[]', 'a JSON object'],
    ['{"manifests":[]}', 'no image at all'],
    ['{"manifests":{"a":1}}', 'expected a list'],
    ['{"manifests":[{"digest":"sha256:../../x","size":1}]}', 'a digest cannot be read'],
    [`{"manifests":[{"digest":"sha256:${'0'.repeat(64)}","size":-1}]}`, 'a size in bytes'],
    [`{"manifests":[{"digest":"sha256:${'0'.repeat(64)}","size":2147483648}]}`, 'too large'],
    [`{"manifests":[{"digest":"sha256:${'0'.repeat(64)}","size":2}]}`, 'lacks a blob'],
  ])('%s ends with 2', async (text, message) => {
    writeFileSync(join(layout, 'index.json'), text)
    const run = await sealscope('inspect', `oci:${layout}`)
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(run.stderr).toContain(message)
  })
})
