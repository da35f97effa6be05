import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import type { LayerEntry } from '../../formats/tar/entry'
import { read } from './testing/layers'

interface TarCase {
  name: string
  tar: string
  diffId: string
  error: string | null
  dump: string | null
}

const file = new URL('./fixtures/tar-cases.json.gz', import.meta.url)
const cases = JSON.parse(gunzipSync(readFileSync(file)).toString()) as TarCase[]
/** Conditions of the merged tree, not of one entry: src/tree refuses these. */
const TREE_ERRORS = /Directory entry|npacking (container )?layer|device number exceeds/

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

function unescape(field: string): string {
  return field.replace(/\\(x[0-9a-f]{2}|n|r|t|\\)/g, (_, code: string) => {
    if (code.startsWith('x')) return String.fromCharCode(parseInt(code.slice(1), 16))
    return { n: '\n', r: '\r', t: '\t' }[code] ?? '\\'
  })
}

function normal(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`
}

/** The fields of a dump line that come from the entry alone. */
function fieldsOfLine(line: string) {
  const [path = '', size, mode = '', , uid, gid, , mtime, payload = '', content = '', digest] =
    line.split(' ') // prettier-ignore
  const isLink = mode.startsWith('120')
  return {
    path: unescape(path),
    line: {
      mode: parseInt(mode, 8) & 0o7777,
      owner: `${uid}:${gid}`,
      mtime,
      link: isLink ? (payload === '-' ? '' : unescape(payload)) : null,
      size: mode.startsWith('100') ? Number(size) : null,
      inline:
        mode.startsWith('100') && Number(size) <= 64
          ? unescape(content === '-' ? '' : content)
          : null,
      digest: digest === '-' ? null : digest,
    },
  }
}

function fieldsOfEntry(entry: LayerEntry<string>) {
  return {
    mode: entry.mode,
    owner: `${entry.uid}:${entry.gid}`,
    mtime: `${entry.mtimeSec}.${entry.mtimeNsec}`,
    link: entry.type === 'symlink' ? entry.linkTarget : null,
    size: entry.type === 'file' ? entry.size : null,
    inline: entry.inline === null ? null : Buffer.from(entry.inline).toString('latin1'),
    digest: entry.verity.sha512,
  }
}

describe('entries of the odd tars equal what cfsctl 0.9.4 dumps', () => {
  it.each(cases.filter((one) => one.error === null).map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      const { listing, error } = await read(kernels, Buffer.from(one.tar, 'base64'))
      expect(error).toBeNull()
      expect(listing.importError).toBeNull()
      expect(listing.diffId).toBe(one.diffId)
      const byPath = new Map<string, LayerEntry<string>[]>()
      for (const entry of listing.entries) {
        const path = normal(entry.path)
        byPath.set(path, [...(byPath.get(path) ?? []), entry])
      }
      for (const text of (one.dump ?? '').trimEnd().split('\n')) {
        // Hard links, the root and /run come from the tree.
        const { path, line } = fieldsOfLine(text)
        const entries = byPath.get(path)?.filter((entry) => entry.type !== 'hardlink') ?? []
        if (text.includes(' @120000 ') || path === '/' || path === '/run') continue
        if (entries.length === 0) continue
        expect(entries.map(fieldsOfEntry), path).toContainEqual(line)
      }
    },
  )
})

describe('tars that cfsctl 0.9.4 refuses', () => {
  it.each(
    cases.flatMap((one) => (one.error === null ? [] : [[one.name, one, one.error] as const])),
  )('%s', async (_, one, message) => {
    const { listing } = await read(kernels, Buffer.from(one.tar, 'base64'))
    if (listing.importError === null) expect(message).toMatch(TREE_ERRORS)
    expect(listing.diffId).toBe(one.diffId)
  })
})
