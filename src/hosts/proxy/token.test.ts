import { describe, expect, it } from 'vitest'
import { parseBearer, requestToken } from './token'

const realm = 'https://auth.example/token'

describe('the Bearer challenge', () => {
  it.each([
    [`Bearer realm="${realm}",service="s",scope="repository:a/b:pull"`],
    [`bearer  Realm="${realm}" , service=s , scope="repository:a/b:pull"`],
    [`Basic realm="x", Bearer realm="${realm}",service="s",scope="repository:a/b:pull"`],
    [
      `Negotiate, Digest realm="x, Bearer realm=y", Bearer realm="${realm}",service="s",scope="repository:a/b:pull"`,
    ],
    [
      `Negotiate abc==, Bearer realm="${realm}",service="s",scope="repository:a/b:pull",Basic realm="z"`,
    ],
    [`Bearer realm="${realm}",service="s",scope="repository:a/b:pull",realm="http://second"`],
  ])('is found in %s', (header) => {
    expect(parseBearer(header)).toEqual({ realm, service: 's', scope: 'repository:a/b:pull' })
  })

  it.each([
    '',
    'Bearer',
    'Bearer service="x"',
    'Basic realm="x"',
    'Digest realm="x, Bearer realm=y"',
    'Bearer realm="x',
    `Bearer realm="${'x'.repeat(10_000)}"`,
    '"'.repeat(8000),
    'a '.repeat(4000),
  ])('is not in %j', (header) => {
    expect(parseBearer(header)?.realm ?? '').toBe('')
  })
})

it.each(['<html>', '[]', '{"token":5}', '{"token":"a\\r\\nX: y"}', `{"token":${'['.repeat(1000)}`])(
  'a realm that answers %j is a fault of the network',
  async (text) => {
    const asking = requestToken(
      new URL(realm),
      { realm, service: null, scope: null },
      null,
      async () => new Response(text),
    )
    await expect(asking).rejects.toMatchObject({ kind: 'network', code: 'registry-token' })
  },
)
