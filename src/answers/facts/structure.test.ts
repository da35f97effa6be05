import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import type { ImageFacts } from '../../contract/facts'
import { openLayout } from '../../formats/oci/layout'
import { structureOf, type StructureLayer } from './structure'
import { exampleFacts } from '../plan/testing/facts'
import { inspectImage } from './inspect-image'
import { readSavedFacts } from './saved-facts'
import { layoutFiles } from './testing/layouts'
import { goldenLayout } from './testing/sealed-image'

const NO_KERNEL = { kernel: null, ukis: [] }
const A = 'boot/EFI/Linux/a.efi'

/** `x/` is a directory, `x@` a link, else a file. */
function layer(...words: string[]): StructureLayer {
  const entries = words.map((word, index) => ({
    index,
    offset: 0,
    path: word.replace(/@$/, ''),
    type: word.endsWith('/') ? ('dir' as const) : word.endsWith('@') ? ('symlink' as const) : ('file' as const), // prettier-ignore
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtimeSec: 0,
    mtimeNsec: 0,
    linkTarget: '',
    devMajor: 0,
    devMinor: 0,
    xattrs: new Map<string, string>(),
    inline: null,
    verity: { sha512: null, sha256: null },
    captured: null,
  }))
  return { entries }
}

const removed = (...layers: StructureLayer[]) => structureOf(NO_KERNEL, layers).removedUkis

describe('UKIs that later layers take away', () => {
  it.each([
    ['a whiteout', 'boot/EFI/Linux/.wh.a.efi'],
    ['a whiteout of a folder above', 'boot/.wh.EFI'],
    ['an opaque folder', './boot/EFI/.wh..wh..opq'],
    ['an opaque root', '.wh..wh..opq'],
    ['another file', `/${A}`],
    ['a link in the place of a folder', 'boot/EFI@'],
  ])('%s', (_, word) => {
    const gone = { path: A, layer: 1, removedBy: 3 }
    expect(removed(layer('usr/'), layer(`./${A}`), layer('usr/x'), layer(word))).toEqual([gone])
  })

  it('keeps what a later layer leaves alone', () => {
    const words = ['boot/EFI/Linux/', 'boot/EFI/Linux/b.efi', 'boot/EFI/Linux/.wh.c.efi', 'usr/.wh.lib', '.wh.EFI'] // prettier-ignore
    expect(removed(layer(A), layer(...words))).toEqual([])
    // A whiteout hides what lower layers brought, not its own.
    expect(removed(layer('boot/.wh.EFI', A))).toEqual([])
  })

  it('follows UKIs of kernels, no add-ons, and what replaced them', () => {
    const old = 'usr/lib/modules/6.1/k.efi'
    const addon = 'boot/EFI/Linux/x.addon.efi'
    const gone = removed(layer(old, addon, A), layer('usr/lib/modules/.wh.6.1', A), layer(`boot/.wh.EFI`)) // prettier-ignore
    expect(gone).toEqual([
      { path: old, layer: 0, removedBy: 1 },
      { path: A, layer: 0, removedBy: 1 },
      { path: A, layer: 1, removedBy: 2 },
    ])
  })
})

describe('layers after the UKI', () => {
  const kernel = { version: '6.1', unified: true, path: A }
  const facts = { kernel, ukis: [{ path: A, layer: 0 }] } as unknown as ImageFacts

  it('are counted by the paths that they touch', () => {
    const later = layer(
      './',
      'boot/',
      'boot/x',
      'usr/',
      'usr/.wh.old',
      'usr/old',
      'var/.wh..wh..opq',
    )
    expect(structureOf(facts, [layer(A), later, layer()])).toEqual({
      ukiLayer: 0,
      layersAfter: [
        { layer: 1, paths: 6, outsideBoot: 4 },
        { layer: 2, paths: 0, outsideBoot: 0 },
      ],
      removedUkis: [],
      baseEnd: null,
    })
  })

  it('are not named where bootc takes no UKI', () => {
    expect(structureOf(NO_KERNEL, [layer(A), layer('usr/x')])).toMatchObject({ ukiLayer: null, layersAfter: [] }) // prettier-ignore
  })
})

describe('the structure of real images', () => {
  let kernels: Kernels
  beforeAll(async () => {
    kernels = await loadKernels()
  })

  async function inspected(): Promise<ImageFacts> {
    const name = 'mismatch-extra-layer'
    const opened = await openLayout(layoutFiles(goldenLayout(name)), 'latest', null)
    const options = { kernels, verity: ['sha512'] as const, quick: false }
    return (await inspectImage(opened, { kind: 'oci', ref: name }, options)).facts
  }

  it('names the layer that came after the seal', async () => {
    const { structure, ukis } = await inspected()
    expect(structure?.ukiLayer).toBe(ukis[0]?.layer)
    expect(structure?.layersAfter.map(({ layer: at }) => at)).toEqual([3])
    expect(structure?.layersAfter[0]?.outsideBoot).toBeGreaterThan(0)
    expect(structure?.removedUkis).toEqual([])
  })

  it('is null in facts that were saved before there was one', () => {
    const json = JSON.parse(JSON.stringify(exampleFacts())) as Record<string, unknown>
    delete json['structure']
    expect(readSavedFacts(json, 'old.json').structure).toBeNull()
    expect(() => readSavedFacts({ ...json, structure: { layersAfter: 1, removedUkis: [] } }, 'a.json')).toThrow('structure.layersAfter') // prettier-ignore
  })
})
