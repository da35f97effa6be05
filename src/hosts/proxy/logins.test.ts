import { afterEach, describe, expect, it } from 'vitest'
import type { Credentials, RegistryPlace } from '../../image/registry/credentials'
import { createRegistryReader, type Hop } from './hops'

const PASSWORD: Credentials = { kind: 'password', username: 'ü', password: 'geheim' }
const IDENTITY: Credentials = { kind: 'identity', token: 'refresh' }
const BASIC = `Basic ${Buffer.from('ü:geheim').toString('base64')}`
const REALM = 'https://auth.example/token'
const URLS = 'https://r.example/v2/a/b/manifests/x'

interface Asked {
  url: string
  method: string
  authorization: string | undefined
  body: string | undefined
}
let asked: Asked[] = []
let places: RegistryPlace[] = []
afterEach(() => {
  asked = []
  places = []
})

/** A registry of the internet, by what it answers to each request. */
function read(answer: (url: URL, request: Asked) => Response, login: Credentials | null) {
  const hop: Hop = async (url, { method, headers, body }) => {
    const request = { url: url.href, method, authorization: headers['Authorization'], body }
    asked.push(request)
    return answer(url, request)
  }
  const reader = createRegistryReader({
    hop,
    check: () => undefined,
    credentials: async (place) => {
      places.push(place)
      return login
    },
  })
  return (url = URLS) => reader(url, { headers: {}, signal: undefined })
}

const challenge = (text: string) => new Response('', { status: 401, headers: { 'WWW-Authenticate': text } }) // prettier-ignore
const bearer = `Bearer realm="${REALM}",service="s",scope="repository:a/b:pull"`
const redirect = (to: string) => new Response('', { status: 307, headers: { Location: to } })

describe('a login', () => {
  it('goes to the realm as Basic, and only the token to the registry', async () => {
    const ask = read((url, { authorization }) => {
      if (url.host === 'auth.example') return Response.json({ token: 't' })
      return authorization === 'Bearer t' ? new Response('ok') : challenge(bearer)
    }, PASSWORD)
    expect(await (await ask()).text()).toBe('ok')
    expect(asked.map(({ url, authorization }) => [new URL(url).host, authorization])).toEqual([
      ['r.example', undefined],
      ['auth.example', BASIC],
      ['r.example', 'Bearer t'],
    ])
    expect(new URL(asked[1]?.url ?? '').searchParams.get('account')).toBe('ü')
    expect(places).toEqual([{ host: 'r.example', repository: 'a/b' }])
  })

  it('by an identity token is exchanged by a POST', async () => {
    const ask = read((url, { authorization }) => {
      if (url.host === 'auth.example') return Response.json({ access_token: 't' })
      return authorization === 'Bearer t' ? new Response('ok') : challenge(bearer)
    }, IDENTITY)
    expect(await (await ask()).text()).toBe('ok')
    const [, realm] = asked
    expect([realm?.method, realm?.authorization, realm?.url]).toEqual(['POST', undefined, REALM])
    expect(Object.fromEntries(new URLSearchParams(realm?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'sealscope',
      refresh_token: 'refresh',
      service: 's',
      scope: 'repository:a/b:pull',
    })
  })

  it('goes to a registry that wants Basic itself', async () => {
    const ask = read(
      (_, { authorization }) =>
        authorization === BASIC ? new Response('ok') : challenge('Basic realm="x"'),
      PASSWORD,
    )
    expect(await (await ask()).text()).toBe('ok')
    await ask()
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, BASIC, BASIC])
  })

  it.each([[PASSWORD], [IDENTITY]])('follows no redirect: %j', async (login) => {
    const ask = read((url) => {
      if (url.host === 'r.example') return challenge(bearer)
      if (url.host === 'auth.example') return redirect('https://evil.example/token')
      return new Response('{}')
    }, login)
    await expect(ask()).rejects.toMatchObject({ kind: 'network', code: 'registry-login' })
    for (const { url, authorization, body } of asked) {
      if (new URL(url).host === 'auth.example' || url === URLS) continue
      expect([authorization, body]).toEqual([undefined, undefined])
    }
  })

  it('is not shown to a storage, nor to a registry that does not ask', async () => {
    const ask = read((url, { authorization }) => {
      if (url.host === 'storage.example') return new Response('ok')
      return authorization === undefined ? challenge('Basic realm="x"') : redirect('https://storage.example/b') // prettier-ignore
    }, PASSWORD)
    expect(await (await ask()).text()).toBe('ok')
    expect(asked.at(-1)).toMatchObject({ url: 'https://storage.example/b', authorization: undefined }) // prettier-ignore
    const open = read(() => new Response('open'), PASSWORD)
    asked = []
    places = []
    await open()
    expect([asked.map(({ authorization }) => authorization), places]).toEqual([[undefined], []])
  })

  it('that is refused is told without its words', async () => {
    const ask = read(
      (url) =>
        url.host === 'auth.example' ? new Response('no', { status: 401 }) : challenge(bearer),
      PASSWORD,
    )
    const thrown: unknown = await ask().catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'registry-login' })
    expect(JSON.stringify(thrown) + String(thrown)).not.toMatch(/geheim|Basic/)
  })

  it('is renewed when a token has run out', async () => {
    let token = 0
    const ask = read((url, { authorization }) => {
      if (url.host === 'auth.example') return Response.json({ token: `t${++token}` })
      return authorization === `Bearer t${token}` && token > 0 ? new Response('ok') : challenge(bearer) // prettier-ignore
    }, PASSWORD)
    await ask()
    token = 5
    expect(await (await ask()).text()).toBe('ok')
    expect(token).toBe(6)
  })
})
