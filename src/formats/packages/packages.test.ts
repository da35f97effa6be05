import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { rpmDatabase } from '../../../samples/rpm-database'
import { bootcVersionSink, databaseSink, readDatabase } from './database-sink'
import { pacmanPackage } from './text-databases'

const encode = (text: string) => new TextEncoder().encode(text)

describe('rpm in SQLite', () => {
  const many = Array.from({ length: 400 }, (_, at) => ({
    name: `package-${at}`,
    version: `1.${at}`,
    release: '1.fc43',
    summary: 'x'.repeat((at * 37) % 9000),
  }))

  it('is read over several pages, whatever continues on others', () => {
    const small = many.map((pack) => ({ ...pack, summary: 'short' }))
    const { list, problem } = readDatabase(rpmDatabase(small))
    expect(problem).toBeNull()
    expect(list?.packages).toHaveLength(400)
    expect(list?.packages[7]).toEqual({ name: 'package-7', version: '1.7-1.fc43', arch: 'x86_64' })
  })

  it('is read as SQLite itself writes it, with overflow pages and an index beside', () => {
    const file = new URL('fixtures/rpmdb.sqlite.gz', import.meta.url)
    const { list, problem } = readDatabase(new Uint8Array(gunzipSync(readFileSync(file))))
    expect(problem).toBeNull()
    expect(list?.packages).toHaveLength(119)
    expect(list?.packages.map(({ name }) => name)).not.toContain('pkg4')
    expect(list?.packages.find(({ name }) => name === 'bootc')).toEqual({ name: 'bootc', version: '1.16.9-1.fc43', arch: 'x86_64' }) // prettier-ignore
  })

  it('ends with a problem, not in a loop or crash, where bytes are damaged', () => {
    const good = rpmDatabase(many.slice(0, 60).map((pack) => ({ ...pack, summary: 'short' })))
    let state = 1
    for (let round = 0; round < 300; round++) {
      const bytes = good.slice(0, round % 3 === 0 ? 4096 * 2 : good.length)
      for (let change = 0; change < 4; change++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        bytes[state % bytes.length] = state >>> 24
      }
      const { list, problem } = readDatabase(bytes)
      expect(list === null || list.packages.length <= 60 || problem === null).toBe(true)
    }
  })

  it('names a page that comes twice', () => {
    const bytes = rpmDatabase(many.slice(0, 40).map((pack) => ({ ...pack, summary: 'short' })))
    const view = new DataView(bytes.buffer)
    // The right child of the root of Packages becomes the root itself.
    view.setUint32(4096 + 8, 2)
    expect(readDatabase(bytes)).toEqual({ list: null, problem: expect.stringContaining('page 2 again') as string }) // prettier-ignore
  })
})

/** An ndb file with one blob: a page of slots, then the blob on a block of 16 bytes (rpmpkg.cc). */
function ndb(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4096 + 16 + header.length + 16)
  const view = new DataView(bytes.buffer)
  const words: [number, number][] = [[0, 0x506d7052], [16, 1], [32, 0x746f6c53], [36, 1], [40, 256], [44, 3], [4096, 0x53626c42], [4100, 1], [4108, header.length]] // prettier-ignore
  for (const [at, value] of words) view.setUint32(at, value, true)
  bytes.set(header, 4112)
  return bytes
}

function header(tags: readonly [tag: number, type: number, bytes: Uint8Array][]): Uint8Array {
  const store = tags.reduce((sum, [, , bytes]) => sum + bytes.length, 0)
  const result = new Uint8Array(8 + 16 * tags.length + store)
  const view = new DataView(result.buffer)
  view.setUint32(0, tags.length)
  view.setUint32(4, store)
  let at = 0
  tags.forEach(([tag, type, bytes], index) => {
    const entry = 8 + 16 * index
    view.setUint32(entry, tag)
    view.setUint32(entry + 4, type)
    view.setUint32(entry + 8, at)
    view.setUint32(entry + 12, 1)
    result.set(bytes, 8 + 16 * tags.length + at)
    at += bytes.length
  })
  return result
}

it('reads rpm in ndb, with an epoch', () => {
  const bootc = header([[1003, 4, Uint8Array.of(0, 0, 0, 2)], [1000, 6, encode('bootc\0')], [1001, 6, encode('1.16.9\0')], [1002, 6, encode('1\0')], [1022, 6, encode('noarch\0')]]) // prettier-ignore
  expect(readDatabase(ndb(bootc))).toEqual({
    list: { database: 'rpm', packages: [{ name: 'bootc', version: '2:1.16.9-1', arch: 'noarch' }] },
    problem: null,
  })
  expect(readDatabase(ndb(bootc.subarray(0, 20))).problem).toContain('a header within its blob')
})

it('reads dpkg, and passes over what is removed', () => {
  const text = 'Package: bootc\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.16.9-1\nDescription: x\n Version: no\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n' // prettier-ignore
  expect(readDatabase(encode(text)).list).toEqual({ database: 'dpkg', packages: [{ name: 'bootc', version: '1.16.9-1', arch: 'amd64' }] }) // prettier-ignore
})

it('reads apk', () => {
  const text =
    'C:Q1abc=\nP:bootc\nV:1.16.9-r0\nA:x86_64\n\nC:Q1abd=\nP:musl\nV:1.2.5-r9\nA:x86_64\n\n'
  expect(readDatabase(encode(text)).list?.packages.map(({ name, version }) => [name, version])).toEqual([['bootc', '1.16.9-r0'], ['musl', '1.2.5-r9']]) // prettier-ignore
})

it.each([
  ['bootc-1.16.9-1', 'bootc', '1.16.9-1'],
  ['gtk-update-icon-cache-1:4.20.1-1', 'gtk-update-icon-cache', '1:4.20.1-1'],
  ['ALPM_DB_VERSION', null, null],
])('reads the folder %s of pacman', (folder, name, version) => {
  const found = pacmanPackage(folder)
  expect([found?.name ?? null, found?.version ?? null]).toEqual([name, version])
})

it('says so of what it does not know', () => {
  expect(readDatabase(encode('\0\x05\x31\x62'))).toEqual({ list: null, problem: null })
  expect(databaseSink(2 ** 40).end().problem).toContain('more than')
})

it.each([
  ['\x7fELF…bootc/1.16.9\0more', '1.16.9'],
  ['bootc/lib bootc/1.2.3x', '1.2.3'],
  ['bootc/install', null],
])('finds the release in a program: %j', (text, version) => {
  const sink = bootcVersionSink()
  for (const char of text) sink.push(encode(char))
  expect(sink.end()).toBe(version)
})
