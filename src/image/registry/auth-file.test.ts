import { describe, expect, it } from 'vitest'
import { authKeys, keyOf, parseAuthFile, withLogin } from './auth-file'
import { basicHeader, fromBase64, toBase64 } from './credentials'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const parse = (value: unknown) => parseAuthFile(JSON.stringify(value), 'auth.json')

describe('a file of logins', () => {
  it.each([
    [{ auth: base64('u:p:q') }, { kind: 'password', username: 'u', password: 'p:q' }],
    [{ auth: base64('ü:pä\0\0') }, { kind: 'password', username: 'ü', password: 'pä' }],
    [
      { username: 'u', password: 'p' },
      { kind: 'password', username: 'u', password: 'p' },
    ],
    [
      { auth: base64('x:'), identitytoken: 't' },
      { kind: 'identity', token: 't' },
    ],
    [{ auth: base64('<token>:t') }, { kind: 'identity', token: 't' }],
    [{ auth: base64('nobody') }, undefined],
    [{ auth: '%%%' }, undefined],
    [{ auth: 5 }, undefined],
    [{}, undefined],
    [null, undefined],
  ])('%j', (entry, expected) => {
    expect(parse({ auths: { 'quay.io': entry } }).auths.get('quay.io')).toEqual(expected)
  })

  it.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['index.docker.io', 'docker.io'],
    ['https://quay.io', 'quay.io'],
    ['http://localhost:5000/', 'localhost:5000'],
    ['quay.io/a/b', 'quay.io/a/b'],
    ['docker.io/library/x', 'docker.io/library/x'],
  ])('names %s as %s', (text, key) => expect(keyOf(text)).toBe(key))

  it('takes no helper that is a path or an option', () => {
    const credHelpers = { a: 'good-1', b: '../evil', c: '-x', d: 'x y', e: 5 }
    const { helpers, store } = parse({ credHelpers, credsStore: '/bin/sh' })
    expect([[...helpers], store]).toEqual([[['a', 'good-1']], null])
    expect(parse({ credsStore: 'pass' }).store).toBe('pass')
  })

  it.each(['', '{', '[]', 'null', '"hunter2"', '{"auths":{"x":"hunter2"}'])(
    'that is none is refused without a word of it: %j',
    (text) => {
      const reading = () => parseAuthFile(text, '/etc/auth.json')
      expect(reading).toThrow('/etc/auth.json')
      expect(reading).not.toThrow('hunter2')
    },
  )

  it('is searched from the repository to the registry', () => {
    expect(authKeys({ host: 'h:5', repository: 'a/b/c' })).toEqual([
      'h:5/a/b/c',
      'h:5/a/b',
      'h:5/a',
      'h:5',
    ])
    expect(authKeys({ host: 'h', repository: '' })).toEqual(['h'])
  })

  it('is written with all else kept', () => {
    const before = JSON.stringify({ auths: { 'https://a.io': { auth: 'x' }, b: {} }, other: [1] })
    const login = { kind: 'password', username: 'u', password: 'p' } as const
    const after = withLogin(before, 'f', 'a.io', login)
    expect(JSON.parse(after)).toEqual({
      auths: { 'a.io': { auth: base64('u:p') }, b: {} },
      other: [1],
    })
    expect(JSON.parse(withLogin(after, 'f', 'a.io', null))).toEqual({
      auths: { b: {} },
      other: [1],
    })
    const token = withLogin(null, 'f', 'a.io', { kind: 'identity', token: 't' })
    expect(parseAuthFile(token, 'f').auths.get('a.io')).toEqual({ kind: 'identity', token: 't' })
  })
})

it('base64 is of UTF-8', () => {
  expect(basicHeader('ü', 'p')).toBe(`Basic ${base64('ü:p')}`)
  expect([fromBase64(toBase64('日本')), fromBase64('/w=='), fromBase64('%')]).toEqual([
    '日本',
    null,
    null,
  ])
})
