import { expect, it } from 'vitest'
import { parseUrl } from './url'

it.each([
  ['http://proxy.example:3128', { scheme: 'http', host: 'proxy.example', port: '3128' }],
  ['HTTPS://u:p@Host/path?x', { scheme: 'https', host: 'Host', port: '' }],
  ['http://[::1]:80', { scheme: 'http', host: '::1', port: '80' }],
  ['http://', { scheme: 'http', host: '', port: '' }],
  ['http://a:', { scheme: 'http', host: 'a', port: '' }],
  ['mailto:x://y', { scheme: 'mailto', host: '', port: '' }],
  ['http://[bad', null],
  ['http://a:port', null],
  ['http://a b', null],
  ['http://a/%zz', null],
  ['1http://a', null],
  ['://a', null],
  ['http://a\n', null],
  ['http://%41', null],
])('%j', (text, expected) => expect(parseUrl(text)).toEqual(expected))
