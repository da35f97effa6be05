import { deflateSync, strToU8 } from 'fflate'
import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { decodeLink, encodeLink, type LinkState } from './link'
import { DEFAULT_OPTIONS } from '../plan/options'
import { planImage } from '../plan/plan'
import { exampleFacts } from '../plan/testing/facts'

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
    ['[customizations.disk]\nprivate_key = "hunter2"\n', 'hunter2', 'customizations.disk.private_key'],
    ['[customizations.disk]\nprivate-key = "hunter2"\n', 'hunter2', 'customizations.disk.private-key'],
    ['[[customizations.user]]\nname = "a"\nPassword = "hunter2"\n', 'hunter2', 'customizations.user[0].Password'],
    ['[[customizations.user]]\nname = "a"\n"pa\u017f\u017fword" = "hunter2"\n', 'hunter2', 'customizations.user[0].pa\u017f\u017fword'],
    ['[a]\nACTIVATION_KEY = ["hunter2"]\n', 'hunter2', 'a.ACTIVATION_KEY'],
    ['[a.token]\nvalue = "hunter2"\n', 'hunter2', 'a.token'],
    ['[a]\nroot_password = 12345678\n', '12345678', 'a.root_password'],
    ['password = "x', 'password', 'the whole blueprint: it cannot be read, and may hold a secret'],
  ])('leaves the secret of %j out', (text, secret, path) => {
    const { hash, stripped } = encodeLink({ ...STATE, blueprint: { text, format: 'toml' } })
    expect(JSON.stringify(decodeLink(hash))).not.toContain(secret)
    expect(stripped).toEqual([path])
  }) // prettier-ignore

  it.each([
    ['toml' as const, '[[customizations.user]]\nname = "a"\npassword = "hunter2"\n'],
    ['json' as const, '{"customizations":{"user":[{"name":"a","password":"hunter2"}]}}'],
  ])('is no plan until its %s secret is written again', (format, text) => {
    const { hash } = encodeLink({ ...STATE, blueprint: { text, format } })
    const blueprint = decodeLink(hash)?.blueprint ?? null
    const { plan, manifest } = planImage({ facts: exampleFacts(), blueprint, options: DEFAULT_OPTIONS }) // prettier-ignore
    expect([manifest, plan.manifestSha256]).toEqual([null, null])
    expect(plan.missingSecrets).toEqual(['customizations.user[0].password'])
    expect(plan.errors[0]).toContain('customizations.user[0].password: left out of the link')
    expect(plan.outcomes[0]?.outcome).toBe('refused')
    const written = (blueprint?.text ?? '').replace(/\[\s*"left out[^\]]*\]/, '"hunter2"')
    const whole = planImage({ facts: exampleFacts(), blueprint: { text: written, format }, options: DEFAULT_OPTIONS }) // prettier-ignore
    expect([whole.plan.missingSecrets, whole.manifest === null]).toEqual([[], false])
  })

  it('of before, with a phrase for the secret, is no plan either', () => {
    const text = '[[customizations.user]]\nname = "a"\npassword = "(removed from the link)"\n'
    const blueprint = { text, format: 'toml' as const }
    const { manifest } = planImage({ facts: exampleFacts(), blueprint, options: DEFAULT_OPTIONS })
    expect(manifest).toBeNull()
  })

  it('leaves what is empty as it is', () => {
    const text = '{"a":{"password":"","token":false,"secret":[],"key":"ssh-ed25519 AAAA a"}}'
    expect(encodeLink({ ...STATE, blueprint: { text, format: 'json' } }).stripped).toEqual([])
  })

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
