import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { readDocument } from '../../formats/blueprint/document'
import { generateManifest } from '../../rules/image-builder/generate'
import { embeddedFromText, manifestRequest, parseRequests, requestWith } from './request'

const CASE = {
  name: 'one',
  image_type: 'qcow2',
  effective_seed_text: '-9223372036854775808',
  bootc: { imgref: 'example.org/os', arch: 'x86_64', default_root_fs: 'ext4', size: 1000 },
}

describe('request files', () => {
  it('hold one case or several, with exact seeds', () => {
    const one = parseRequests(JSON.stringify(CASE), '79', true)
    const two = parseRequests(JSON.stringify({ cases: [CASE, CASE] }), '79', true)
    expect([one.length, two.length]).toEqual([1, 2])
    expect(one[0]?.frame.seed).toBe(-(2n ** 63n))
  })

  it.each([
    ['{', 'no JSON'],
    ['[1', 'no JSON'],
    ['7', 'object'],
    [JSON.stringify({ ...CASE, effective_seed_text: 'x' }), 'effective_seed_text'],
    [
      JSON.stringify({ ...CASE, effective_seed_text: '9223372036854775808' }),
      'effective_seed_text',
    ],
    [JSON.stringify({ ...CASE, bootc: { size: -1 } }), 'bootc.size'],
    [JSON.stringify({ cases: [CASE, { ...CASE, options: [] }] }), 'cases[1].options'],
    [JSON.stringify({ ...CASE, blueprint_toml: 7 }), 'blueprint_toml'],
  ])('%s is refused by name', (text, part) => {
    expect(() => parseRequests(text, '79', true)).toThrow(SealscopeError)
    expect(() => parseRequests(text, '79', true)).toThrow(part)
  })
})

describe('customizations inside a container', () => {
  const filesystems = (text: string, format: 'json' | 'toml') =>
    embeddedFromText(text, format, 'config')?.filesystems

  it('may stand below `blueprint` in JSON only', () => {
    const inner = '{"customizations":{"filesystem":[{"mountpoint":"/","minsize":"1 GiB"}]}}'
    const expected = [{ mountpoint: '/', minsize: 2n ** 30n }]
    expect(filesystems(inner, 'json')).toEqual(expected)
    expect(filesystems(`{"blueprint":${inner},"x":1}`, 'json')).toEqual(expected)
    expect(() => filesystems('[blueprint]\nname = "x"', 'toml')).toThrow(
      'cannot decode "config": unknown keys found: [blueprint blueprint.name]',
    )
  })

  it('follow the rules of their format', () => {
    const toml = '[[customizations.filesystem]]\nmountpoint = "/"\nsize = 1024'
    expect(filesystems(toml, 'toml')).toEqual([{ mountpoint: '/', minsize: 1024n }])
    expect(filesystems('name = "x"', 'toml')).toBeUndefined()
    expect(() => filesystems('{', 'json')).toThrow('cannot decode "config": json: ')
  })
})

describe('a request with another blueprint', () => {
  it('keeps everything else', () => {
    const from = { ...CASE, os_info: { os_release: { id: 'fedora', version_id: '43', name: 'F' } } }
    const [plain] = parseRequests(JSON.stringify(from), '79', true)
    const [named] = parseRequests(JSON.stringify({ ...from, blueprint: { name: 'x' } }), '79', true)
    if (plain === undefined || named === undefined) throw new Error('two requests')
    const document = readDocument('{"name":"x"}', 'json')
    const made = generateManifest(requestWith(plain.frame, document))
    expect(made.sha256()).toBe(generateManifest(manifestRequest(named)).sha256())
    expect(made.error).toBeNull()
  })

  it('says why a blueprint is none', () => {
    const [broken] = parseRequests(JSON.stringify({ ...CASE, blueprint_toml: 'x' }), '79', true)
    if (broken === undefined) throw new Error('one request')
    expect(manifestRequest(broken).blueprintError).toMatch(/^cannot decode blueprint: .*line 1/)
  })

  it('says it before anything that is wrong with the image', () => {
    const bad = { ...CASE, image_type: 'none', blueprint: { userz: [] } }
    const cases = [{}, { bootc: {} }, { root_files: { 'etc/os-release': 'x' } }].map((other) => ({
      ...bad,
      ...other,
    }))
    for (const request of parseRequests(JSON.stringify({ cases }), '79', true)) {
      expect(generateManifest(manifestRequest(request)).error?.text).toBe(
        'cannot decode blueprint: json: unknown field "userz"',
      )
    }
  })
})
