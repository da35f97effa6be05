import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { decodeBlueprint, decodeCustomizations } from './decode'
import { type BlueprintFormat, readDocument } from './document'

const TOML = `name = "web"
packages = [{ name = "vim", version = "*" }]
[customizations]
hostname = 'x'
[customizations.kernel]
append = "quiet"
[[customizations.user]]
name = "core"
groups = ["wheel"]
uid = 1000
[[customizations.filesystem]]
mountpoint = "/var"
minsize = "1 GiB"
[customizations.disk]
minsize = 1_000
[[customizations.disk.partitions]]
type = "lvm"
minsize = 1.5
[[customizations.disk.partitions.logical_volumes]]
minsize = "2 GiB"
[[customizations.files]]
path = "/etc/x"
user = 0
data = """
text"""
`

const JSON_TEXT = JSON.stringify({
  name: 'web',
  customizations: {
    user: [{ name: 'core', key: null, uid: 5 }],
    disk: { minsize: '5 GiB', partitions: [{ minsize: 1, fs_type: 'ext4', mountpoint: '/' }] },
    directories: [{ path: '/etc/d', mode: '0755', user: 'root', ensure_parents: true }],
    filesystem: [{ mountpoint: '/', minsize: 1e9 }],
    ignition: { firstboot: { url: 'https://x' } },
    firstboot: { scripts: [{ type: 'custom', contents: 'x' }] },
  },
})

const PIECES = [
  ...'[]{}",:=.\'\\#-0n\n\t ',
  '[[',
  '"""',
  "'''",
  '\r\n',
  '\0',
  '\ufeff',
  '\ud800',
  '\\u0000',
  '1e999',
  '-1',
  '99999999999999999999',
  'null',
  'true',
  'inf',
  'nan',
  '1979-05-27',
  '__proto__',
  '"constructor"',
  '[customizations]\n',
  'é',
]

/** Numerical Recipes' generator: the same documents in every run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function mutated(text: string, next: (below: number) => number): string {
  let result = text
  for (let count = next(4) + 1; count > 0; count--) {
    const at = next(result.length + 1)
    const cut = next(3) === 0 ? next(20) : next(2)
    const piece = next(4) === 0 ? result.slice(next(result.length)).slice(0, 40) : (PIECES[next(PIECES.length)] ?? '') // prettier-ignore
    result = result.slice(0, at) + piece + result.slice(at + cut)
  }
  return result
}

describe('documents that nobody would write', () => {
  it.each([
    ['toml', TOML],
    ['json', JSON_TEXT],
  ] as const)('%s: give a result or the one error type', (format, text) => {
    const next = random(7)
    const seen = { read: 0, refused: 0 }
    for (let round = 0; round < 1500; round++) {
      if (survives(mutated(text, next), format)) seen.read++
      else seen.refused++
    }
    expect(seen.read).toBeGreaterThan(100)
    expect(seen.refused).toBeGreaterThan(100)
  })
})

/** Whether it is a document; problems and error agree. */
function survives(text: string, format: BlueprintFormat): boolean {
  try {
    const document = readDocument(text, format)
    const { error, problems } = decodeBlueprint(document)
    expect(error === null).toBe(problems.length === 0)
    decodeCustomizations(document)
    return true
  } catch (thrown) {
    if (!(thrown instanceof SealscopeError)) throw thrown
    expect(thrown.kind).toBe('input')
    expect(thrown.where.line).toBeGreaterThan(0)
    return false
  }
}
