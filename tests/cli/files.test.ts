import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs' // prettier-ignore
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tar, type TarItem } from '../../src/image/layers/testing/layers'
import { sealscope } from './run'

interface Descriptor {
  mediaType?: string
  digest: string
  size: number
}
interface Listing {
  path: string
  layer: number | null
  entries: Record<string, unknown>[]
}

const folder = mkdtempSync(join(tmpdir(), 'sealscope-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The sealed sample with more layers, gzip-compressed. */
function layoutOf(name: string, layers: readonly (readonly TarItem[])[]): string {
  const layout = at(name)
  cpSync(join(process.cwd(), 'dist/samples/sealed'), layout, { recursive: true })
  const put = (bytes: Uint8Array) => {
    writeFileSync(join(layout, 'blobs/sha256', sha256(bytes)), bytes)
    return { digest: `sha256:${sha256(bytes)}`, size: bytes.length }
  }
  const read = <T>(path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8')) as T
  const blob = ({ digest }: Descriptor) => `blobs/${digest.replace(':', '/')}`
  const index = read<{ manifests: Descriptor[] }>('index.json')
  const [start] = index.manifests
  if (start === undefined) throw new Error('no manifest')
  const manifest = read<{ config: Descriptor; layers: Descriptor[] }>(blob(start))
  const config = read<{ rootfs: { diff_ids: string[] }; history?: unknown }>(blob(manifest.config))
  delete config.history
  for (const items of layers) {
    const plain = tar(items)
    manifest.layers.push({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...put(gzipSync(plain)) }) // prettier-ignore
    config.rootfs.diff_ids.push(`sha256:${sha256(plain)}`)
  }
  Object.assign(manifest.config, put(Buffer.from(JSON.stringify(config))))
  Object.assign(start, put(Buffer.from(JSON.stringify(manifest))))
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index))
  return layout
}

const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256)
const text = new TextEncoder().encode('hello\n'.repeat(20))
let layout = ''
beforeAll(() => {
  layout = layoutOf('image', [
    [
      { path: 'opt', type: '5' },
      { path: 'opt/a', content },
      { path: 'opt/b', content: text },
      { path: 'opt/hard', type: '1', link: 'opt/a' },
      { path: 'opt/link', type: '2', link: '/opt/b' },
      { path: 'opt/loop', type: '2', link: 'loop' },
      { path: 'opt/dir', type: '2', link: '../opt' },
      { path: 'opt/\u001b[31m\u00ff', content: text },
      { path: 'opt/gone', content: text },
    ],
    [{ path: 'opt', type: '5' }, { path: 'opt/.wh.gone' }],
  ])
})

async function list(...args: string[]): Promise<Listing> {
  const run = await sealscope('ls', ...args, '--json')
  expect([run.code, run.stderr]).toEqual([0, ''])
  return JSON.parse(run.stdout) as Listing
}
const paths = ({ entries }: Listing) => entries.map(({ path }) => path)

describe('ls', () => {
  it('lists a directory of the merged tree, links on the way followed', async () => {
    const listing = await list(layout, 'opt/dir')
    expect(listing).toMatchObject({ path: '/opt', layer: null })
    expect(paths(listing)).toEqual(['/opt/\u001b[31m\\xff', '/opt/a', '/opt/b', '/opt/dir', '/opt/hard', '/opt/link', '/opt/loop']) // prettier-ignore
    expect(listing.entries.find(({ path }) => path === '/opt/a')).toMatchObject({
      type: 'file',
      size: content.length,
      layer: 2,
      verity: expect.stringMatching(/^[0-9a-f]{128}$/) as unknown,
    })
  })

  it('lists everything below, and one file by itself', async () => {
    expect(paths(await list('sample:sealed', '/', '-R'))).toContain('/usr/lib/os-release')
    const { entries } = await list(layout, '/opt/link')
    expect(entries).toMatchObject([{ path: '/opt/link', type: 'symlink', target: '/opt/b' }])
  })

  it('shows what a layer removes', async () => {
    const { entries, layer } = await list(layout, 'opt', '--layer', '3')
    expect([layer, entries]).toMatchObject([3, [{ path: '/opt/gone', type: 'whiteout' }]])
    const run = await sealscope('ls', layout, '--layer', '3', '-R')
    expect(run.stdout).toBe('/opt\n/opt/gone (removed here)\n')
  })

  it('prints lines that no terminal obeys', async () => {
    const run = await sealscope('ls', layout, '/opt', '-l')
    expect(run.stdout).toContain('\\x1b[31m\\xff')
    expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    expect(run.stdout).toMatch(/^lrw.* link -> \/opt\/b$/m)
  })

  it.each([
    [['/nowhere'], 'there is no such file'],
    [['/opt/loop/x'], 'too many symbolic links'],
    [['--layer', '9'], 'expected 0 to 3, found 9'],
    [['/usr/nowhere', '--layer', '0'], 'there is no such file'],
  ])('%j is told in a sentence', async (more, words) => {
    const run = await sealscope('ls', layout, ...more)
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain(words)
  })

  it('lists a root directory', async () => {
    mkdirSync(at('root/usr/lib'), { recursive: true })
    writeFileSync(at('root/usr/lib/os-release'), 'ID=x\n')
    symlinkSync('usr/lib', at('root/lib'))
    const { entries } = await list(`dir:${at('root')}`, '/lib')
    expect(entries).toMatchObject([{ path: '/usr/lib/os-release', size: 5, layer: null }])
    const run = await sealscope('cat', `dir:${at('root')}`, '/lib/os-release')
    expect([run.code, run.stdout]).toEqual([0, 'ID=x\n'])
  })
})

describe('cat', () => {
  it.each([
    ['/opt/a', content],
    ['opt/hard', content],
    ['/opt/link', text],
    ['/opt/dir/dir/b', text],
    ['/opt/\\x1b[31m\\xff', text],
  ])('writes the bytes of %s', async (path, bytes) => {
    const run = await sealscope('cat', layout, path, '-o', at('out'))
    expect([run.code, run.stdout, run.stderr]).toEqual([0, '', ''])
    expect(new Uint8Array(readFileSync(at('out')))).toEqual(bytes)
  })

  it('prints them, of one layer, too', async () => {
    expect(await sealscope('cat', layout, 'opt/b')).toMatchObject({ code: 0, stdout: 'hello\n'.repeat(20) }) // prettier-ignore
    expect(await sealscope('cat', layout, 'opt/gone', '--layer', '2')).toMatchObject({ code: 0, stdout: 'hello\n'.repeat(20) }) // prettier-ignore
  })

  it.each([
    [['/opt/gone'], 'there is no such file'],
    [['/opt'], 'expected a regular file, found a directory'],
    [['/opt/gone', '--layer', '3'], 'there is no such file'],
    [['/opt/link', '--layer', '2'], 'found a symbolic link'],
  ])('%j is told in a sentence, and leaves no file', async (more, words) => {
    const run = await sealscope('cat', layout, ...more, '-o', at('none'))
    expect([run.code, run.stdout, existsSync(at('none'))]).toEqual([2, '', false])
    expect(run.stderr).toContain(words)
  })

  it('ends with 2 and leaves no file when the layer is not what its digest says', async () => {
    const damaged = layoutOf('damaged', [[{ path: 'opt', type: '5' }, { path: 'opt/a', content: text }]]) // prettier-ignore
    const blobs = join(damaged, 'blobs/sha256')
    const manifest = readdirSync(blobs)
      .map((name) => readFileSync(join(blobs, name)))
      .flatMap((bytes) => {
        try {
          const json = JSON.parse(bytes.toString()) as { layers?: Descriptor[] }
          return json.layers?.length === 3 ? [json.layers] : []
        } catch {
          return []
        }
      })[0]
    const blob = join(damaged, 'blobs', manifest?.[2]?.digest.replace(':', '/') ?? '')
    const bytes = readFileSync(blob)
    bytes[4] = (bytes[4] ?? 0) ^ 1 // the time in the gzip header: the content stays
    writeFileSync(blob, bytes)
    const run = await sealscope('cat', damaged, 'opt/a', '-o', at('none'))
    expect([run.code, existsSync(at('none'))]).toEqual([2, false])
    expect(run.stderr).toContain('the layer has another digest')
    expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([])
  })
})
