import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../bytes/error'
import { parseRequests } from './request'

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
