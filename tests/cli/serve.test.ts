import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sealscope } from './run'

let server: ChildProcess
let url = ''

beforeAll(async () => {
  const tool = join(process.cwd(), 'dist/cli/sealscope.js')
  server = spawn(process.execPath, [tool, 'serve', '--port', '0'], { cwd: tmpdir() })
  url = await new Promise<string>((resolve, reject) => {
    let text = ''
    server.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const found = /https?:\/\/\S+/.exec(text)?.[0]
      if (found !== undefined && text.includes('\n')) resolve(found)
    })
    server.on('exit', () => reject(new Error('the server ended')))
  })
})
afterAll(() => server.kill())

it('prints an address on this machine, where the page is', async () => {
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await page.text()).toContain('<title>Sealscope')
})

it('reads registries on this machine, and no host of no list', async () => {
  const codeOf = async (path: string) =>
    (await fetch(`${url}registry/${path}`)).headers.get('sealscope-proxy-error')
  expect(await codeOf('localhost:1/v2/')).toBe('registry-unreachable')
  expect(await codeOf('evil.example/v2/')).toBe('proxy-host')
})

it('says that a port is taken', async () => {
  const run = await sealscope('serve', '--port', new URL(url).port)
  expect(run.code).toBe(2)
  expect(run.stderr).toMatch(/^error: .* port \d+, expected .*another program listens there\n$/)
})

it.each([
  ['--port', '99999'],
  ['--allow-registry', '127.0.0.1'],
  ['--allow-private', 'a b'],
])('refuses %s %s', async (...args) => {
  const run = await sealscope('serve', ...args)
  expect([run.code, run.stdout]).toEqual([2, ''])
  expect(run.stderr).toMatch(/^error: [^\n]+\n$/)
})
