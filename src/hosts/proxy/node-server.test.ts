import { mkdtempSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import type * as files from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startServer } from './node-server'

const LARGE = 64 * 2 ** 20

// a file that goes between being found and being opened
vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof files>()
  const open: typeof original.open = (path, ...more) => {
    if (typeof path === 'string' && path.endsWith('gone.js')) unlinkSync(path)
    return original.open(path, ...more)
  }
  return { ...original, open }
})

let folder: string
let url: string
let server: Server

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealscope-server-'))
  writeFileSync(join(folder, 'index.html'), '<p>page</p>')
  writeFileSync(join(folder, 'empty.js'), '')
  writeFileSync(join(folder, 'gone.js'), 'gone')
  writeFileSync(join(folder, 'large.bin'), '')
  truncateSync(join(folder, 'large.bin'), LARGE)
  symlinkSync('loop', join(folder, 'loop'))
  const folders = [{ prefix: '', folder }]
  ;({ url, server } = await startServer({ host: '127.0.0.1', port: 0, folders, proxy: null }))
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

async function statusOf(path: string, method = 'GET'): Promise<number> {
  const response = await fetch(url + path, { method })
  await response.arrayBuffer()
  return response.status
}

describe('the server of the page', () => {
  it('sends files as they are', async () => {
    const page = await fetch(url)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toBe('<p>page</p>')
    const empty = await fetch(`${url}empty.js`)
    expect([empty.headers.get('content-length'), await empty.text()]).toEqual(['0', ''])
    const head = await fetch(`${url}large.bin`, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(`${LARGE}`)
  })

  it.each([
    ['a file that is not there', 'none.js'],
    ['links in a circle', 'loop'],
    ['a name that is too long', 'x'.repeat(5000)],
    ['a zero byte', '%00'],
    ['a broken escape', '%'],
    ['a way out', '..%2f..%2fetc%2fpasswd'],
  ])('has nothing for %s', async (_, path) => {
    expect(await statusOf(path)).toBe(404)
  })

  it('takes no other methods', async () => {
    expect(await statusOf('', 'POST')).toBe(405)
  })

  it('goes on when a file vanishes', async () => {
    expect(await statusOf('gone.js')).toBe(404)
    expect(await statusOf('')).toBe(200)
  })

  it('breaks off when a file becomes shorter, and goes on', async () => {
    const response = await fetch(`${url}large.bin`)
    expect(response.status).toBe(200)
    truncateSync(join(folder, 'large.bin'), 0)
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect(await statusOf('')).toBe(200)
  })
})
