import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  gzipMembers,
  gzipZeros,
  writePacked,
  zstdFrames,
  zstdSmallBlocks,
  zstdZeros,
} from './bombs'
import { HOSTILE } from './hostile'
import { BASE, writeImage, writeLayer, writeLayout } from './layout-writer'
import { measuredRun } from './measured-run'
import { tarChunks, type Item } from './tar-writer'

/** Seconds after which a run counts as hanging; the longest one unpacks 16 GiB. */
const PATIENCE = 400
/** MB that no image may take. */
const PEAK = 1000

const root = mkdtempSync(join(tmpdir(), 'sealscope-hostile-'))
const folder = join(root, 'image')
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
})

interface Document {
  error?: { code: string; message: string }
  findings?: { id: string; message: string }[]
}

/** Runs a command that ends by itself with a document and a defined exit code, in bounded memory. */
async function survives(command: string, source: string, codes = [0, 1, 2]): Promise<Document> {
  const run = await measuredRun(PATIENCE, command, source, '--json')
  const told = `${command}: ${run.peak.toFixed(0)} MB, ${run.seconds.toFixed(1)} s, exit ${run.code}`
  process.stdout.write(`${expect.getState().currentTestName}: ${told}\n`)
  expect(codes, run.stderr.slice(0, 2000)).toContain(run.code)
  expect(run.peak).toBeGreaterThan(0)
  expect(run.peak).toBeLessThan(PEAK)
  expect(run.stderr).not.toMatch(/RangeError|TypeError|heap out of memory|\n {4}at /)
  const document = JSON.parse(run.stdout) as Document
  expect(document.error?.code ?? '').not.toMatch(/internal|thread|no-form|no-verity/)
  for (const { id, message } of document.findings ?? []) {
    expect(id).not.toBe('internal')
    expect(message.length).toBeLessThan(10_000)
  }
  return document
}

async function packed(chunks: Iterable<Buffer>): Promise<void> {
  const base = await writeLayer(folder, tarChunks(BASE))
  writeImage(folder, [base, await writePacked(folder, chunks)])
}

const EVERY = ['inspect', 'verify', 'lint', 'digest']
const GENERATORS: [string, () => Generator<Item>][] = Object.entries(HOSTILE)

describe('a layer with', () => {
  it.each(GENERATORS)('%s', async (_, items) => {
    await writeLayout(folder, [items()])
    for (const command of EVERY) await survives(command, `oci:${folder}`)
  })
})

describe('an image', () => {
  const ids = ({ findings = [] }: Document) => findings.map(({ id }) => id)

  it('of ten million entries in ten layers', async () => {
    await writeLayout(
      folder,
      Array.from({ length: 10 }, () => HOSTILE.emptyFiles(999_000)),
    )
    expect(ids(await survives('inspect', `oci:${folder}`))).toContain('layer-entries')
  })

  it('of thousands of layers that unpack to 20 GB each', async () => {
    const base = await writeLayer(folder, tarChunks(BASE))
    const bomb = await writePacked(folder, gzipZeros(20))
    writeImage(folder, [base, ...Array.from({ length: 2000 }, () => bomb)])
    expect(ids(await survives('inspect', `oci:${folder}`))).toContain('layer-bomb')
  })

  it('of files that are read, 64 MiB each', async () => {
    await writeLayout(folder, [HOSTILE.readFiles()])
    expect(ids(await survives('inspect', `oci:${folder}`))).toContain('contents-too-large')
  })
})

describe('a bomb of', () => {
  const bombs: [string, Iterable<Buffer>, string][] = [
    ['20 GB of zeros in gzip', gzipZeros(20), 'layer-bomb'],
    ['20 GB of zeros in zstd', zstdZeros(20), 'layer-bomb'],
    ['a million gzip members', gzipMembers(1_000_000), 'layer-diff-id'],
    ['a million zstd blocks of one byte', zstdSmallBlocks(1_000_000), 'layer-diff-id'],
    ['a hundred thousand zstd frames', zstdFrames(100_000), 'layer-diff-id'],
  ]
  it.each(bombs)('%s', async (_, chunks, id) => {
    await packed(chunks)
    const { findings = [] } = await survives('inspect', `oci:${folder}`)
    expect(findings.map((finding) => finding.id)).toContain(id)
  })
})

describe('a docker-archive', () => {
  const archive = join(root, 'archive.tar')
  const manifest = (layers: readonly string[]) =>
    Buffer.from(JSON.stringify([{ Config: 'config.json', RepoTags: ['a:b'], Layers: layers }]))
  const config = (count: number) =>
    Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: Array.from({ length: count }, (_, n) => `sha256:${String(n).padStart(64, '0')}`) }, // prettier-ignore
      }),
    )
  const layer = (items: Iterable<Item>) => Buffer.concat([...tarChunks(items)])

  const archives: [string, () => Iterable<Item>][] = [
    [
      'whose layers are links that lead in a circle',
      () => [
        { path: 'manifest.json', content: manifest(['a.tar', 'b.tar']) },
        { path: 'config.json', content: config(2) },
        { path: 'a.tar', type: '2', link: 'b.tar' },
        { path: 'b.tar', type: '2', link: 'a.tar' },
      ],
    ],
    [
      'with ten thousand links to one layer',
      () => [
        { path: 'config.json', content: config(10_000) },
        { path: 'l.tar', content: layer(BASE) },
        { path: 'manifest.json', content: manifest(Array.from({ length: 10_000 }, () => 'l.tar')) },
      ],
    ],
    ['with too many entries', () => HOSTILE.emptyFiles(200_000)],
    ['with names of a megabyte', () => HOSTILE.longNames()],
    ['whose manifest has two gigabytes, it says', () => [{ path: 'manifest.json', size: 2 ** 31 }]],
    [
      'with a hostile layer',
      () => [
        { path: 'manifest.json', content: manifest(['base.tar', 'l.tar']) },
        { path: 'config.json', content: config(2) },
        { path: 'base.tar', content: layer(BASE) },
        { path: 'l.tar', content: layer(HOSTILE.costlyLinks(20_000)) },
      ],
    ],
  ]
  it.each(archives)('%s', async (_, items) => {
    writeFileSync(archive, Buffer.concat([...tarChunks(items())]))
    for (const command of EVERY) await survives(command, `docker-archive:${archive}`)
  })
})
