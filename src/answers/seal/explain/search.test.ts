import { beforeAll, describe, expect, it } from 'vitest'
import type { SealCause } from '../../../contract/facts'
import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { Kernels } from '../../../base/hash/kernels'
import { loadKernels } from '../../../base/hash/testing/load'
import type { LayerEntry } from '../../../formats/tar/entry'
import { mergeLayers, type MergeLayer } from '../../../image/tree/merge'
import { transformedTree, type DigestInput } from '../candidates'
import { digestOf } from '../../../rules/composefs/digest'
import type { ErofsVersion } from '../../../rules/composefs/erofs/inode'
import { formOf } from '../../../rules/composefs/forms'
import { searchSeal, type SearchStep } from './search'
import { capability, directory, file, hardlink, layersOf, policy } from './testing/layers'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

type Entry = LayerEntry<unknown>
type Layers = readonly (readonly Entry[])[]

const CREATED = 1_701_388_800
const HISTORY = 1_701_302_400

/** Three layers of an image, the UKI's, and one that came after it. */
const IMAGE: Layers = [
  [
    ...['usr', 'usr/bin', 'usr/lib', 'etc', 'boot', 'sysroot', 'run', 'dev'].map((path) => directory(path)), // prettier-ignore
    ...policy('/usr(/.*)? system_u:object_r:usr_t:s0\n/etc(/.*)? system_u:object_r:etc_t:s0\n'),
    file('etc/passwd', 'root'),
  ],
  [
    { ...directory('usr', 1_700_000_100), mtimeNsec: 5 },
    directory('usr/bin', 1_700_000_100),
    { ...file('usr/bin/ping', 'ping'), mode: 0o755, mtimeNsec: 7, xattrs: capability(13) },
    { ...file('usr/bin/su', 'su'), mode: 0o4755, uid: 7, xattrs: new Map([['user.note', 'x']]) },
    { ...file('usr/lib/x', 'x'), xattrs: new Map([['security.selinux', 'stored']]) },
  ],
  [directory('etc', 1_700_000_300), file('etc/hostname', 'name'), file('etc/resolv.conf', ''), hardlink('etc/also', 'etc/passwd')], // prettier-ignore
  [directory('boot', 1_700_000_400), file('boot/uki', 'uki')],
  [directory('usr/lib', 1_700_000_500), file('usr/lib/late', 'late')],
]

const all = (change: (entry: Entry) => Partial<Entry> | null): Layers =>
  IMAGE.map((layer) =>
    layer.flatMap((entry) => {
      const changed = change(entry)
      return changed === null ? [] : [{ ...entry, ...changed }]
    }),
  )
const directories = (mtimeSec: number, layers = IMAGE): Layers =>
  layers.map((layer) =>
    layer.map((entry) => (entry.type === 'dir' ? { ...entry, mtimeSec, mtimeNsec: 0 } : entry)),
  )
const without = (...layers: number[]): Layers => IMAGE.filter((_, at) => !layers.includes(at))
const lowest = (): Layers => {
  const first = new Map<string, Entry>()
  return all((entry) => {
    if (entry.type !== 'dir') return {}
    const { mtimeSec, mtimeNsec } = first.get(entry.path) ?? entry
    if (!first.has(entry.path)) first.set(entry.path, entry)
    return { mtimeSec, mtimeNsec }
  })
}
/** /usr and /usr/lib get entries in layers that have none for the directory itself. */
const bareTimes = (): Layers => all(({ path, type }) => type === 'dir' && /^usr(\/lib)?$/.test(path) ? { mtimeSec: HISTORY, mtimeNsec: 0 } : {}) // prettier-ignore
const noNsec = all(() => ({ mtimeNsec: 0 }))
const noCapability = all(({ xattrs }) => ({ xattrs: new Map([...xattrs].filter(([name]) => name !== 'security.capability')) })) // prettier-ignore
const drop = (...paths: string[]): Layers => all(({ path }) => (paths.includes(path) ? null : {}))

const BOOTABLE = 'v1/*/allowlist-only/bootable'

function digestInput(layers: readonly MergeLayer[]): DigestInput {
  return {
    root: mergeLayers(layers).root,
    readFile: (leaf) => leaf.content.inline ?? new Uint8Array(0),
    verity: (algorithm) => kernels.verity(algorithm),
    importError: null,
    multiFrame: false,
  }
}

interface Sealed {
  layers: Layers
  form?: string
  version?: ErofsVersion
  algorithm?: VerityAlgorithm
}

function search(sealed: Sealed): { causes: SealCause[] | null; steps: SearchStep[] } {
  const { layers, form = BOOTABLE, version = 1, algorithm = 'sha512' } = sealed
  const tree = transformedTree(digestInput(layersOf(layers)), formOf(form))
  const claimed = digestOf(tree, version, algorithm, (each) => kernels.verity(each))
  return searchFor(claimed, algorithm)
}

function searchFor(claimed: string, algorithm: VerityAlgorithm) {
  const layers = layersOf(IMAGE)
  const found = searchSeal({ claimed, algorithm, input: digestInput(layers), layers, times: [CREATED, HISTORY] }) // prettier-ignore
  const steps: SearchStep[] = []
  for (let next = found.next(); ; next = found.next()) {
    if (next.done) return { causes: next.value, steps }
    steps.push(next.value)
  }
}

const PLAIN = 'v1/*/allowlist-only/plain'

const CASES: [name: string, sealed: Sealed, ids: string[], message: RegExp, paths: string[]][] = [
  ['layers before the last', { layers: without(4) }, ['later-layers'], /without layer 4 /, ['/usr/lib', '/usr/lib/late']],
  ['the first layers', { layers: without(2, 3, 4) }, ['later-layers'], /without layers 2 to 4 /, ['/etc', '/etc/also', '/etc/hostname']],
  ['all layers but one', { layers: without(2) }, ['layer-left-out'], /without layer 2 /, ['/etc/hostname']],
  ['all layers but two', { layers: without(1, 4) }, ['layer-left-out'], /without layers 1 and 4 /, ['/usr/bin/ping', '/usr/lib/late']],
  ['directory times 0', { layers: directories(0) }, ['dir-mtime'], /all directory times 0 /, ['/etc', '/usr/lib']],
  ['directory times of the config', { layers: directories(CREATED) }, ['dir-mtime'], /all directory times 1701388800 /, ['/dev']],
  ['directory times of the history', { layers: directories(HISTORY) }, ['dir-mtime'], /all directory times 1701302400 /, ['/dev']],
  ['times of directories that lack an entry', { layers: bareTimes() }, ['dir-mtime'], /with the time 1701302400 .* without an entry for the directory/, ['/usr/lib']],
  ['directory times of lower layers', { layers: lowest() }, ['dir-mtime'], /lowest layer/, ['/etc', '/usr', '/usr/bin', '/usr/lib']],
  ['all times 0', { layers: all(() => ({ mtimeSec: 0, mtimeNsec: 0 })) }, ['mtime'], /all modification times 0 /, ['/etc/passwd']],
  ['nanoseconds cut', { layers: noNsec }, ['nsec'], /without nanoseconds/, ['/usr', '/usr/bin/ping']],
  ['security.capability dropped', { layers: noCapability }, ['capability-lost'], /without security.capability/, ['/usr/bin/ping']],
  ['no policy yet', { layers: drop('etc/selinux/config') }, ['no-policy'], /before it had a SELinux policy/, ['/etc/selinux/config', '/usr/lib']],
  ['/etc/hostname injected', { layers: drop('etc/hostname') }, ['injected'], /without \/etc\/hostname /, ['/etc/hostname']],
  ['both injected', { layers: drop('etc/hostname', 'etc/resolv.conf') }, ['injected'], /without \/etc\/hostname and \/etc\/resolv.conf /, ['/etc/resolv.conf']],
  ['/etc/hostname emptied', { layers: all(({ path }) => (path === 'etc/hostname' ? file(path, '') : {})) }, ['injected'], /with an empty \/etc\/hostname /, ['/etc/hostname']],
  ['other owners', { layers: all(() => ({ uid: 0, gid: 0 })) }, ['owner'], /root as the owner/, ['/usr/bin/su']],
  ['set-ID bits dropped', { layers: all(({ mode }) => ({ mode: mode & 0o777 })) }, ['mode'], /without set-user-ID/, ['/usr/bin/su']],
  ['the plain form before the UKI', { layers: without(3, 4), form: PLAIN }, ['later-layers', 'plain-digest'], /without layers 3 to 4 and in the form that is not for booting/, ['/usr/lib/late']],
  ['an older format of a prefix', { layers: without(4), version: 2 }, ['later-layers', 'old-release'], /V2, which bootc up to 1.16.3 wrote/, ['/usr/lib/late']],
  ['V0 of a prefix', { layers: without(4), version: 0 }, ['later-layers', 'erofs-v0'], /V0/, ['/usr/lib/late']],
  ['user.* of a prefix', { layers: without(4), form: 'v1/*/keep-user-xattrs/bootable' }, ['later-layers', 'user-xattrs'], /user\.\*/, ['/usr/bin/su']],
  ['nanoseconds kept in a prefix', { layers: without(4), form: 'v1-nsec-kept/*' }, ['later-layers'], /without layer 4 /, ['/usr/lib/late']],
  ['a prefix and directory times', { layers: directories(0, without(4)) }, ['later-layers', 'dir-mtime'], /without layer 4 and with all directory times 0/, ['/usr/lib/late', '/dev']],
  ['a layer left out and directory times', { layers: directories(CREATED, without(1)) }, ['layer-left-out', 'dir-mtime'], /without layer 1 and with all/, ['/usr/bin/ping']],
  ['two changes of metadata', { layers: noCapability.map((layer) => layer.map((entry) => ({ ...entry, mtimeNsec: 0 }))) }, ['nsec', 'capability-lost'], /without nanoseconds and without security.capability/, ['/usr/bin/ping']],
  ['SHA-256', { layers: without(4), algorithm: 'sha256' }, ['later-layers'], /without layer 4 /, ['/usr/lib/late']],
] // prettier-ignore

describe('the search for what was sealed proves', () => {
  it.each(CASES)('%s', (_, sealed, ids, message, paths) => {
    const { causes } = search(sealed)
    expect(causes?.map(({ id }) => id)).toEqual(ids)
    expect(causes?.[0]?.message).toMatch(/^the seal is that of the image /)
    expect(causes?.[0]?.message).toMatch(message)
    expect(causes?.flatMap((cause) => cause.paths)).toEqual(expect.arrayContaining(paths))
    for (const { proved, evidence, fix, count, paths: shown } of causes ?? []) {
      expect([proved, evidence, fix !== '', count >= shown.length]).toEqual([true, 'search', true, true]) // prettier-ignore
    }
  })

  it('labels that were never set, and those that the layers store', () => {
    const layers = layersOf(IMAGE)
    const tree = transformedTree(digestInput(layers), formOf(BOOTABLE))
    const strip = (kept: boolean) => {
      const stack = [tree]
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        for (const node of [next, ...next.entries.values()]) {
          const keep = ([name]: [string, string]) => name !== 'security.selinux'
          node.stat.xattrs = new Map([...node.stat.xattrs].filter((pair) => kept || keep(pair)))
          if (node !== next && node.kind === 'dir') stack.push(node)
        }
      }
    }
    strip(false)
    const claimed = digestOf(tree, 1, 'sha512', (each) => kernels.verity(each))
    const { causes } = searchFor(claimed, 'sha512')
    expect(causes?.map(({ id, count }) => [id, count > 5])).toEqual([['no-policy', true]])
    expect(causes?.[0]?.message).toContain('without SELinux labels')
  })

  it('nothing for a digest of something else, after hundreds of hypotheses in order of their cost', () => {
    const { causes, steps } = searchFor('ab'.repeat(64), 'sha512')
    expect(causes).toBeNull()
    expect(steps.length).toBeGreaterThan(500)
    expect(steps.map(({ tried }) => tried)).toEqual(steps.map((_, at) => at + 1))
    expect(steps[0]?.hypothesis).toBe('without layer 4')
    const first = (text: RegExp) => steps.findIndex(({ hypothesis }) => text.test(hypothesis))
    expect(first(/^without layer 2$/)).toBeLessThan(first(/^with all directory times 0$/))
    expect(first(/^with all directory times 0$/)).toBeLessThan(first(/ and /))
  })
})
