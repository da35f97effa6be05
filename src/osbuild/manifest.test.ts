import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ManifestFailure } from './failure'
import { generateManifest, type GenerateResult } from './generate'
import { embeddedConfig } from './os-files'
import { frameFromCase, type RequestCase } from './request-case'
import type { TargetId } from './target'
import { looseBlueprint, looseCustomizations, looseToml } from './testing/loose-blueprint'
import type { Wishes } from './wishes'

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

interface GoldenFile {
  results: Record<TargetId, Record<string, Golden>>
  /** Whole manifests of some cases, so that a difference can be seen: `TARGET NAME`. */
  texts: Record<string, string>
}

function fixture(name: string): unknown {
  const packed = readFileSync(new URL(`./fixtures/${name}.json.gz`, import.meta.url))
  return JSON.parse(gunzipSync(packed).toString())
}

const CASES = fixture('cases') as RequestCase[]
const { results, texts } = fixture('expected') as GoldenFile

/** Errors that the blueprint reader and its checks raise, which these tests go without. */
const FROM_BLUEPRINT =
  /^(cannot decode blueprint|error reading disk customizations|cannot use disk customization|the following custom (files|directories)|invalid group customizations|ignition\.firstboot\.url is mutually)/
const BLUEPRINT_ERRORS = { '79': 22, '0.274': 18 }

/** Upstream's parser prints its whole input here; only the beginning is compared. */
const OWN_TAIL = 'cannot parse disk definitions from "disk.yaml":'

/** /etc/passwd of the machine the golden data was made on; images 0.274 reads it for files[].uri. */
const HOST_FILE = {
  sha256: '64d8306ad3588bc40d8207c389af6d98c6474371dacfddb85ce050b9225096e1',
  mode: '644',
}

function generate(from: RequestCase, target: TargetId): GenerateResult | string {
  try {
    return generateManifest({
      ...frameFromCase(from, target, true),
      wishes: wishesOf(from),
      embedded: embeddedOf(from),
      blueprintError: null,
      hostFile: (path) => (path === '/etc/passwd' ? HOST_FILE : null),
    })
  } catch (thrown) {
    if (thrown instanceof ManifestFailure) return thrown.message
    throw thrown
  }
}

function wishesOf({ blueprint, blueprint_toml }: RequestCase): Wishes | null {
  if (blueprint_toml !== undefined) return looseToml(blueprint_toml)
  return blueprint === undefined ? null : looseBlueprint(blueprint)
}

function embeddedOf({ root_files, os_info }: RequestCase): Wishes | null {
  const config = root_files === undefined ? null : embeddedConfig(root_files)
  if (config?.format === 'toml') return looseToml(config.text)
  if (config?.format === 'json') {
    const document = JSON.parse(config.text) as { blueprint?: unknown }
    return looseBlueprint(document.blueprint ?? document)
  }
  const customizations = os_info?.image_customization
  return customizations === undefined ? null : looseCustomizations(customizations)
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
  const ours = refused.filter(({ golden }) => !FROM_BLUEPRINT.test(golden.error ?? ''))
  const crashed = known.filter(({ golden }) => golden.panic !== undefined)

  it('has every case in one of the groups below', () => {
    expect(made.length + refused.length + crashed.length).toBe(target === '79' ? 487 : 384)
    expect(refused.length - ours.length).toBe(BLUEPRINT_ERRORS[target])
  })

  it.each(made)('writes $name', ({ from, golden }) => {
    const result = generate(from, target)
    if (typeof result === 'string') throw new Error(result)
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

  it.each(ours)('refuses $name', ({ from, golden }) => {
    const result = generate(from, target)
    const text = typeof result === 'string' ? result : (result.error?.text ?? '')
    if (golden.error?.startsWith(OWN_TAIL)) expect(text.startsWith(OWN_TAIL)).toBe(true)
    else expect(text).toBe(golden.error)
    if (typeof result === 'string') return
    expect(result.manifest).toBeNull()
    expect(result.warnings).toEqual(golden.warnings)
  })

  it.each(crashed)('says that upstream crashes on $name', ({ from }) => {
    const result = generate(from, target)
    if (typeof result === 'string') throw new Error(result)
    expect(result.manifest).toBeNull()
    expect(result.error?.kind).toBe('panic-equivalent')
    expect(result.error?.text).toContain('image-builder would crash here')
  })
})
