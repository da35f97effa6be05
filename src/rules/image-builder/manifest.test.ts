import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { manifestRequest, parseRequests } from '../../answers/plan/request'
import { generateManifest, type GenerateResult } from './generate'
import type { TargetId } from './target'

/** What the real program reported; of the manifest the SHA-256 of its text. */
interface Golden {
  sha256?: string
  error?: string
  panic?: string
  warnings: string[]
  distro?: string
  arch?: string
  filename?: string
  mime_type?: string
  exports?: string[]
  boot_mode?: string
  build_pipelines?: string[]
  payload_pipelines?: string[]
}

interface GoldenCase {
  name: string
  image_type: string
}

interface GoldenFile {
  results: Record<TargetId, Record<string, Golden>>
  /** Whole manifests of some cases, so that a difference can be seen: `TARGET NAME`. */
  texts: Record<string, string>
}

function fixture(name: string): string {
  const packed = readFileSync(new URL(`./fixtures/${name}.json.gz`, import.meta.url))
  return gunzipSync(packed).toString()
}

const CASES_TEXT = fixture('cases')
const CASES = JSON.parse(CASES_TEXT) as GoldenCase[]
const { results, texts } = JSON.parse(fixture('expected')) as GoldenFile

/** Texts of Go's own packages; only the beginning, or that there is an error, is compared. */
const OF_GO = /json: |toml: |yaml: |strconv\.|parse "/
const OWN_TAIL = 'cannot parse disk definitions from "disk.yaml":'

/** /etc/passwd of the machine the golden data was made on; images 0.274 reads it for files[].uri. */
const HOST_FILE = {
  sha256: '64d8306ad3588bc40d8207c389af6d98c6474371dacfddb85ce050b9225096e1',
  mode: '644',
}

const REQUESTS = {
  '79': parseRequests(`{"cases":${CASES_TEXT}}`, '79', true),
  '0.274': parseRequests(`{"cases":${CASES_TEXT}}`, '0.274', true),
}

function generate(from: GoldenCase, target: TargetId): GenerateResult {
  const request = REQUESTS[target].find(({ name }) => name === from.name)
  if (request === undefined) throw new Error(`${from.name} was not read`)
  return generateManifest({
    ...manifestRequest(request),
    hostFile: (path) => (path === '/etc/passwd' ? HOST_FILE : null),
  })
}

/** The README of pxe-tar-xz is a text of our own: its item and digest are left out on both sides. */
function comparable(text: string, type: string): string {
  if (type !== 'pxe-tar-xz') return text
  const digest = /sha256:([0-9a-f]{64})",\s*"to": "tree:\/\/\/README"/.exec(text)?.[1] ?? ''
  const item = new RegExp(`\\n *"sha256:${digest}": \\{\\n[^{}]*\\},?`)
  const rest = text.replace(item, '').replace(/\},(\n *\})/g, '}$1')
  return rest.replaceAll(digest, 'README')
}

describe.each(['79', '0.274'] as const)('target %s', (target) => {
  const known = CASES.flatMap((from) => {
    const golden = results[target][from.name]
    return golden === undefined ? [] : [{ name: from.name, from, golden }]
  })
  const made = known.filter(({ golden }) => golden.sha256 !== undefined)
  const refused = known.filter(({ golden }) => golden.error !== undefined)
  const crashed = known.filter(({ golden }) => golden.panic !== undefined)

  it('has every case in one of the groups below', () => {
    expect(made.length + refused.length + crashed.length).toBe(target === '79' ? 487 : 384)
  })

  it.each(made)('writes $name', ({ from, golden }) => {
    const result = generate(from, target)
    expect(result.error).toBeNull()
    const text = comparable(result.text(), from.image_type)
    const whole = texts[`${target} ${from.name}`]
    if (whole !== undefined) expect(text).toBe(whole)
    expect(createHash('sha256').update(text).digest('hex')).toBe(golden.sha256)
    expect({
      warnings: result.warnings,
      distro: result.distro,
      arch: result.arch,
      filename: result.filename,
      mime_type: result.mimeType,
      exports: result.exports,
      boot_mode: result.bootMode,
      build_pipelines: result.buildPipelines,
      payload_pipelines: result.payloadPipelines,
      sha256: golden.sha256,
    }).toEqual(golden)
  })

  it.each(refused)('refuses $name', ({ from, golden }) => {
    const result = generate(from, target)
    const text = result.error?.text ?? ''
    if (golden.error?.startsWith(OWN_TAIL)) expect(text.startsWith(OWN_TAIL)).toBe(true)
    else if (OF_GO.test(golden.error ?? '')) expect(text).not.toBe('')
    else expect(text).toBe(golden.error)
    expect(result.manifest).toBeNull()
    expect(result.warnings).toEqual(golden.warnings)
  })

  it.each(crashed)('says that upstream crashes on $name', ({ from }) => {
    const result = generate(from, target)
    expect(result.manifest).toBeNull()
    expect(result.error?.kind).toBe('panic-equivalent')
    expect(result.error?.text).toContain('image-builder would crash here')
  })
})
