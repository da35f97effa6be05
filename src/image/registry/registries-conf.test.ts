import { describe, expect, it } from 'vitest'
import { parseReference } from '../../formats/oci/reference'
import {
  candidatesOf,
  EMPTY_CONF,
  mergedConf,
  parseRegistriesConf,
  placesOf,
} from './registries-conf'

const conf = (text: string) => parseRegistriesConf(text, 'registries.conf')
const places = (text: string, name: string) =>
  placesOf(parseReference(name), conf(text)).map(({ reference, insecure }) => [
    reference.text,
    insecure,
  ])
const DIGEST = `sha256:${'a'.repeat(64)}`

const CORP = `
[[registry]]
prefix = "quay.io/org"
location = "mirror.corp/quay-org"
insecure = true
[[registry.mirror]]
location = "near.corp:5000/q"
[[registry.mirror]]
location = "digests.corp"
pull-from-mirror = "digest-only"
[[registry]]
location = "quay.io"
`

describe('registries.conf', () => {
  it.each([
    ['quay.io/org/a/b:1', [['near.corp:5000/q/a/b:1', false], ['mirror.corp/quay-org/a/b:1', true]]],
    [
      `quay.io/org/a@${DIGEST}`,
      [
        [`near.corp:5000/q/a@${DIGEST}`, false],
        [`digests.corp/a@${DIGEST}`, false],
        [`mirror.corp/quay-org/a@${DIGEST}`, true],
      ],
    ],
    ['quay.io/organisation/a:1', [['quay.io/organisation/a:1', false]]],
    ['ghcr.io/a/b:1', [['ghcr.io/a/b:1', false]]],
  ])('leads %s to its mirrors, then its location', (name, expected) => {
    expect(places(CORP, name)).toEqual(expected)
  }) // prettier-ignore

  it.each([
    ['a.corp.example/x:1', [['new.example/x:1', false]]],
    ['corp.example/x:1', [['corp.example/x:1', false]]],
    ['a.b.corp.example/x:1', [['other.example/x:1', false]]],
  ])('knows wildcards, the longest prefix first: %s', (name, expected) => {
    const text = `[[registry]]\nprefix="*.corp.example"\nlocation="new.example"
[[registry]]\nprefix="*.b.corp.example"\nlocation="other.example"`
    expect(places(text, name)).toEqual(expected)
  })

  it('blocks', () => {
    const text = '[[registry]]\nlocation = "docker.io"\nblocked = true'
    expect(() => places(text, 'you/os')).toThrow('docker.io is blocked')
    expect(places(text, 'quay.io/you/os')).toEqual([['quay.io/you/os:latest', false]])
  })

  it.each([
    ['os:2', ['registry.corp/base/os:2']],
    ['you/os', ['quay.io/you/os:latest', 'docker.io/you/os:latest']],
    ['docker.io/you/os', ['docker.io/you/os:latest']],
    ['localhost:5000/os', ['localhost:5000/os:latest']],
    ['docker://other', ['quay.io/other:latest', 'docker.io/library/other:latest']],
  ])('finds the short name %s', (name, expected) => {
    const text = `unqualified-search-registries = ["quay.io", "docker.io"]
[aliases]\n"os" = "registry.corp/base/os"`
    expect(candidatesOf(name, conf(text)).map((reference) => reference.text)).toEqual(expected)
  })

  it('lets a short name be of one registry only when it says so', () => {
    const text = 'unqualified-search-registries = ["a.io", "b.io"]\nshort-name-mode = "enforcing"'
    expect(() => candidatesOf('you/os', conf(text))).toThrow('a.io/you/os, b.io/you/os')
    expect(candidatesOf('you/os', EMPTY_CONF)[0]?.text).toBe('docker.io/you/os:latest')
  })

  it('is merged file by file', () => {
    const merged = mergedConf([
      conf('unqualified-search-registries=["a.io"]\n[aliases]\nx="a.io/x"\ny="a.io/y"'),
      conf('[[registry]]\nlocation="a.io"\nblocked=true\n[aliases]\nx=""'),
      conf('[[registry]]\nlocation="a.io"'),
    ])
    expect([merged.search, [...merged.aliases]]).toEqual([['a.io'], [['y', 'a.io/y']]])
    expect(merged.registries.map(({ blocked }) => blocked)).toEqual([false])
  })

  it.each([
    '[registries.search]\nregistries = ["a"]',
    'registry = 5',
    '[[registry]]\nblocked = true',
    'short-name-mode = "maybe"',
    '[[registry]]\nlocation="a"\n[[registry.mirror]]\nlocation="b"\npull-from-mirror="no"',
    'x = [',
    `x = "${'y'.repeat(2 ** 21)}"`,
  ])('that is none is refused: %.40j', (text) => {
    expect(() => conf(text)).toThrow('registries.conf')
  })
})
