import { deflateSync, strToU8 } from 'fflate'
import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { decodeLink, encodeLink, type LinkState } from './link'
import { DEFAULT_OPTIONS } from '../plan/options'

const STATE: LinkState = {
  source: { kind: 'registry', ref: `quay.io/a/b@sha256:${'a'.repeat(64)}` },
  platform: { os: 'linux', architecture: 'arm64', variant: null },
  blueprint: { text: 'name = "ü" # kept\n', format: 'toml' },
  options: { ...DEFAULT_OPTIONS, type: 'ami', seed: '-1', target: '0.274' },
}
const packed = (value: unknown) =>
  `#plan=${Buffer.from(deflateSync(strToU8(JSON.stringify(value)))).toString('base64url')}`

describe('a link', () => {
  it('carries the state there and back, and is short', () => {
    const { hash, stripped } = encodeLink(STATE)
    expect(decodeLink(hash)).toEqual(STATE)
    expect([stripped, hash.length < 400]).toEqual([[], true])
  })

  it.each([
    ['[[customizations.user]]\nname = "a"\npassword = "hunter2"\n', 'hunter2', 'customizations.user[0].password'],
    ['[[customizations.files]]\npath = "/etc/k"\ndata = "-----BEGIN RSA PRIVATE KEY-----"\n', 'BEGIN', 'customizations.files[0].data'],
    ['# password: hunter2\nname = "x"\n', 'hunter2', 'comments'],
    ['[customizations.ignition.firstboot]\nurl = "https://u:pw@h/x"\n', 'pw@', 'customizations.ignition.firstboot.url'],
    ['[customizations.installer.kickstart]\ncontents = "rootpw x"\n', 'rootpw', 'customizations.installer.kickstart.contents'],
    ['[customizations.disk]\npassphrase = "hunter2"\n', 'hunter2', 'customizations.disk.passphrase'],
    ['password = "x', 'password', 'the whole blueprint: it cannot be read, and may hold a secret'],
  ])('leaves the secret of %j out', (text, secret, path) => {
    const { hash, stripped } = encodeLink({ ...STATE, blueprint: { text, format: 'toml' } })
    expect(JSON.stringify(decodeLink(hash))).not.toContain(secret)
    expect(stripped).toEqual([path])
  }) // prettier-ignore

  it('leaves secrets of JSON out, with numbers as they are', () => {
    const text = '{"customizations":{"user":[{"name":"a","uid":5,"password":"$6$abc$defghijklm"}]}}'
    const { hash } = encodeLink({ ...STATE, blueprint: { text, format: 'json' } })
    const back = decodeLink(hash)?.blueprint?.text ?? ''
    expect([back.includes('$6$'), back.includes('"uid": 5')]).toEqual([false, true])
  })

  it.each([
    '#plan=',
    '#plan=%%%',
    '#plan=AAAA',
    `#plan=${'A'.repeat(40_000)}`,
    packed(7),
    packed({ v: 2 }),
    packed({ v: 1, s: { kind: 'file', ref: 'x' } }),
    packed({ v: 1, s: { kind: 'sample', ref: '../x' } }),
    packed({ v: 1, s: { kind: 'sample', ref: '__proto__' } }),
    packed({ v: 1, b: { t: 1, f: 'toml' } }),
    packed({ v: 1, b: { t: 'x'.repeat(2_000_000), f: 'toml' } }),
  ])('that is broken is refused: %.40s', (hash) => {
    expect(() => decodeLink(hash)).toThrow(SealscopeError)
  })

  it.each(['', '#sample=x', 'plan='])('%j is none', (hash) => expect(decodeLink(hash)).toBeNull())

  it('that would be too long is refused', () => {
    const noise = Array.from({ length: 60_000 }, (_, index) =>
      ((index * index * 7919 + index * 104729) % 1e9).toString(36),
    )
    const blueprint = { text: `name = "${noise.join('')}"`, format: 'toml' as const }
    expect(() => encodeLink({ ...STATE, blueprint })).toThrow('too long')
  })
})
