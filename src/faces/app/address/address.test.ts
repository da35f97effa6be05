import { describe, expect, it } from 'vitest'
import { DEFAULT_OPTIONS } from '../../../answers/plan/options'
import { addressOf, readAddress, START, taggedName } from './address'
import { readRoute, routeText } from './route'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('an address', () => {
  it.each([
    ['#sample=sealed', { kind: 'sample', ref: 'sealed' }, 'overview'],
    ['#sample=sealed&at=disk', { kind: 'sample', ref: 'sealed' }, 'disk'],
    ['#image=localhost:5000/a/b:c', { kind: 'registry', ref: 'localhost:5000/a/b:c' }, 'overview'],
    [`#image=quay.io/a/b:43@${DIGEST}&at=seal/causes`, { kind: 'registry', ref: `quay.io/a/b:43@${DIGEST}` }, 'seal'],
  ])('%s names an image and a place, and is written alike', (hash, source, view) => {
    const place = readAddress(hash)
    expect([place.link?.source, place.at.view]).toEqual([source, view])
    expect(addressOf(place)).toBe(hash)
  }) // prettier-ignore

  it.each(['', '#'])('%j is the start', (hash) => expect(readAddress(hash)).toEqual(START))

  it.each(['#sample=', '#sample=../../etc', '#image=%', '#other=x', '#plan=x'])(
    '%s is refused',
    (hash) => expect(() => readAddress(hash)).toThrow(),
  )

  it('carries blueprint, options and the item that is meant', () => {
    const link = {
      source: { kind: 'sample' as const, ref: 'sealed' },
      platform: null,
      blueprint: { text: 'name = "x"\n', format: 'toml' as const },
      options: { ...DEFAULT_OPTIONS, type: 'ami' },
    }
    const at = { view: 'plan' as const, rest: 'customizations.user[0]' }
    const hash = addressOf({ link, at })
    expect(hash).toMatch(/^#plan=[\w-]+&at=plan\/customizations\.user\[0\]$/)
    expect(readAddress(hash)).toEqual({ link, at })
  })

  it('keeps the name that was typed for the manifest of a pinned image', () => {
    const { link } = readAddress(`#image=quay.io/a/b:43@${DIGEST}`)
    expect(link?.options.imgref).toBe('quay.io/a/b:43')
    expect(taggedName('quay.io/a/b:43')).toBeNull()
  })

  it.each(['nothing', '', 'x/y', 'plan'.repeat(600)])('%s is no view: the overview', (text) =>
    expect(readRoute(text).view).toBe('overview'),
  )

  it('leads down to a file', () => {
    expect(readRoute('files/usr/share/a b')).toEqual({ view: 'files', rest: 'usr/share/a b' })
    expect(routeText({ view: 'files', rest: 'usr' })).toBe('files/usr')
  })
})
