import { expect, it } from 'vitest'
import { webProxyFor } from './web-proxy'

const PROXY = 'http://proxy.corp:3128'

it.each<[string, Record<string, string>, string | null]>([
  ['https://quay.io/v2/', { HTTPS_PROXY: PROXY }, 'proxy.corp:3128'],
  ['https://quay.io/v2/', { https_proxy: PROXY }, 'proxy.corp:3128'],
  ['https://quay.io/v2/', { https_proxy: 'proxy.corp:3128' }, 'proxy.corp:3128'],
  ['https://quay.io/v2/', { HTTP_PROXY: PROXY }, null],
  ['http://r.corp/v2/', { HTTP_PROXY: PROXY }, 'proxy.corp:3128'],
  ['http://localhost:5000/v2/', { HTTP_PROXY: PROXY }, null],
  ['https://127.0.0.1/v2/', { HTTPS_PROXY: PROXY }, null],
  ['https://quay.io/', { HTTPS_PROXY: 'socks5://x' }, null],
  ['https://quay.io/', { HTTPS_PROXY: '' }, null],
  ['https://quay.io/', {}, null],
])('%s with %j goes through %s', (url, environment, host) => {
  expect(webProxyFor(new URL(url), environment)?.host ?? null).toBe(host)
})

it.each([
  ['https://r.corp.example/', 'corp.example', true],
  ['https://corp.example/', 'corp.example', true],
  ['https://notcorp.example/', 'corp.example', false],
  ['https://r.corp.example/', '.corp.example', true],
  ['https://corp.example/', '.corp.example', false],
  ['https://r.corp.example/', 'x, *.corp.example', true],
  ['https://r.corp.example:8443/', 'r.corp.example:8443', true],
  ['https://r.corp.example/', 'r.corp.example:8443', false],
  ['https://10.1.2.3/', '10.0.0.0/8', true],
  ['https://11.1.2.3/', '10.0.0.0/8', false],
  ['https://10.1.2.3/', '10.1.2.3', true],
  ['https://[fd00::1]/', 'fd00::/8', true],
  ['https://[fd00::1]/', '[fd00::1]:443', true],
  ['https://10.1.2.3/', '10.0.0.0/99', false],
  ['https://quay.io/', '*', true],
  ['https://quay.io/', '', false],
])('%s is excepted by NO_PROXY=%s: %s', (url, list, expected) => {
  const environment = { HTTPS_PROXY: PROXY, NO_PROXY: list }
  expect(webProxyFor(new URL(url), environment) === null).toBe(expected)
})
