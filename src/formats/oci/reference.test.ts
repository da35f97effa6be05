import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { isLoopbackHostname, parseReference, registryOrigin } from './reference'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('parseReference', () => {
  it.each([
    ['fedora', 'docker.io/library/fedora:latest'],
    ['fedora:43', 'docker.io/library/fedora:43'],
    ['library/fedora', 'docker.io/library/fedora:latest'],
    ['index.docker.io/fedora', 'docker.io/library/fedora:latest'],
    ['docker://quay.io/a/b/c:x', 'quay.io/a/b/c:x'],
    [`quay.io/a/b@${DIGEST}`, `quay.io/a/b@${DIGEST}`],
    [`quay.io/a/b:t@${DIGEST}`, `quay.io/a/b:t@${DIGEST}`],
    ['docker://localhost/x', 'localhost/x:latest'],
    ['https://quay.io/x', 'quay.io/x:latest'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['localhost:5000/x', 'localhost:5000/x:latest'],
    ['[::1]:5000/x:y', '[::1]:5000/x:y'],
    ['Quay.IO/x', 'Quay.IO/x:latest'],
    ['10.0.0.1:5000/x', '10.0.0.1:5000/x:latest'],
    ['a__b/c---d', 'docker.io/a__b/c---d:latest'],
  ])('fills in %s', (text, full) => expect(parseReference(text).text).toBe(full))

  it('asks Docker Hub at its own host', () => {
    expect(parseReference('fedora').apiHost).toBe('registry-1.docker.io')
    expect(parseReference('quay.io/x').apiHost).toBe('quay.io')
  })

  it.each([
    ['', 'reference-empty'],
    ['docker://', 'reference-empty'],
    ['ftp://quay.io/x', 'reference-scheme'],
    ['localhost/x', 'reference-local-store'],
    ['quay.io:0/x', 'reference-port'],
    ['quay.io:70000/x', 'reference-port'],
    ['quay.io:/x', 'reference-port'],
    ['-quay.io/x', 'reference-host'],
    ['user:pw@quay.io/x', 'reference-login'],
    ['/x', 'reference-host'],
    ['256.256.256.256/x', 'reference-host'],
    ['127.1/x', 'reference-host'],
    ['0x7f.1:5000/x', 'reference-host'],
    ['2130706433:5000/x', 'reference-host'],
    ['[1:2]/x', 'reference-host'],
    ['quay.io/', 'reference-name'],
    ['quay.io/A', 'reference-name'],
    ['quay.io/a//b', 'reference-name'],
    ['quay.io/../b', 'reference-name'],
    ['quay.io/a:', 'reference-tag'],
    ['quay.io/a:-x', 'reference-tag'],
    ['quay.io/a@sha256:12', 'reference-digest'],
    ['quay.io/a b', 'reference-name'],
    ['a'.repeat(64), 'reference-name'],
    ['a'.repeat(513), 'reference-length'],
  ])('refuses %j', (text, code) => {
    const thrown = catchError(() => parseReference(text))
    expect(thrown).toMatchObject({ kind: 'usage', code })
  })

  it('uses plain http for this machine only', () => {
    expect(registryOrigin('127.0.0.1:5000')).toBe('http://127.0.0.1:5000')
    expect(registryOrigin('[::1]:5000')).toBe('http://[::1]:5000')
    expect(registryOrigin('quay.io')).toBe('https://quay.io')
    expect(isLoopbackHostname('127.example.com')).toBe(false)
  })
})

function catchError(run: () => unknown): SealscopeError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

it.each([
  'docker://user:hunter2@quay.io/you/os:1',
  'user:hunter2@quay.io/you/os:1',
  'user:hun/ter2hunter2@quay.io/you/os',
  'docker://user:hunter2@quay.io',
  'user:hunter2@localhost:5000',
  'user:hunter2@@quay.io/you/os@sha256:0',
  `user:hunter2@localhost:5000/os@sha256:${'a'.repeat(64)}`,
])('a login is not said again: %s', (text) => {
  expect(() => parseReference(text)).toThrow('there is a login')
  expect(() => parseReference(text)).not.toThrow('hunter2')
})
