import type { ImageFacts, RemovedUki, StructureRecord } from '../../contract/facts'
import type { ByteString } from '../../base/byte-string'
import type { LayerListing } from '../../formats/tar/entry'
import { PATH_LIMIT, splitPath } from '../../image/tree/path'
import { display } from '../../image/tree/reader'

/** What the structure needs of a layer: its entries, in their order. */
export type StructureLayer = Pick<LayerListing<unknown>, 'entries'>

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
/** Where bootc looks for UKIs (bootc kernel.rs); add-ons are none. */
const UKI = /^(boot\/EFI\/Linux|usr\/lib\/modules\/[^/]+)\/(?!\.wh\.)[^/]+(?<!\.addon)\.efi$/
/** UKIs that are followed through the layers at once; an image has a few. */
const FOLLOWED = 1000

/**
 * Where in the layers the seal stands: the layer of the UKI that bootc takes, what later ones touch (their
 * entries and whiteouts, each path once), and the UKIs that a later layer removed or replaced. All layers must
 * have been read. `baseEnd` stays null: neither the history nor the annotations of OCI (the base's name and
 * digest) say how many layers the base has.
 */
export function structureOf(
  { kernel, ukis }: Pick<ImageFacts, 'kernel' | 'ukis'>,
  layers: readonly StructureLayer[],
): StructureRecord {
  const taken = kernel?.unified === true ? ukis.find(({ path }) => path === kernel.path) : undefined
  const ukiLayer = taken?.layer ?? null
  const live = new Map<string, number>()
  const removedUkis: RemovedUki[] = []
  const layersAfter: StructureRecord['layersAfter'] = []
  layers.forEach(({ entries }, layer) => {
    const touched = touchedBy(entries)
    removedUkis.push(...removedBy(live, touched, layer))
    for (const path of touched.ukis) if (live.size < FOLLOWED) live.set(path, layer)
    if (ukiLayer === null || layer <= ukiLayer) return
    const outside = [...touched.paths].filter((path) => path !== 'boot' && !path.startsWith('boot/')) // prettier-ignore
    layersAfter.push({ layer, paths: touched.paths.size, outsideBoot: outside.length })
  })
  return { ukiLayer, layersAfter, removedUkis, baseEnd: null }
}

interface Touched {
  /** Without leading slash; the root is the empty path. */
  paths: Set<ByteString>
  /** UKIs that the layer brings. */
  ukis: Set<ByteString>
  /** What of lower layers is gone with all that lies below it: whiteouts, and what is no directory. */
  gone: Set<ByteString>
  /** Directories whose contents of lower layers are gone. */
  opaque: Set<ByteString>
}

function touchedBy(entries: StructureLayer['entries']): Touched {
  const touched: Touched = { paths: new Set(), ukis: new Set(), gone: new Set(), opaque: new Set() }
  for (const { path, type } of entries) {
    const parts = path.length > PATH_LIMIT ? ['..'] : splitPath(path)
    // Neither has a place in the tree.
    if (parts.includes('..')) continue
    const name = parts.pop() ?? ''
    const folder = parts.join('/')
    const place = (last: string) => (folder === '' ? last : `${folder}/${last}`)
    if (name === OPAQUE) {
      touched.paths.add(folder)
      touched.opaque.add(folder)
    } else if (name.startsWith(WHITEOUT)) {
      touched.paths.add(place(name.slice(WHITEOUT.length)))
      touched.gone.add(place(name.slice(WHITEOUT.length)))
    } else {
      touched.paths.add(place(name))
      if (type !== 'dir') touched.gone.add(place(name))
      if ((type === 'file' || type === 'hardlink') && UKI.test(place(name))) touched.ukis.add(place(name)) // prettier-ignore
    }
  }
  return touched
}

/** UKIs of lower layers that end with this layer; they are followed no further. */
function removedBy(
  live: Map<ByteString, number>,
  { gone, opaque, paths }: Touched,
  removing: number,
): RemovedUki[] {
  const removed: RemovedUki[] = []
  for (const [path, layer] of live) {
    const above = foldersOf(path)
    const isGone = paths.has(path) || above.some((folder) => gone.has(folder) || opaque.has(folder))
    if (!isGone) continue
    live.delete(path)
    removed.push({ path: display(path), layer, removedBy: removing })
  }
  return removed
}

/** `a`, `a/b` of `a/b/c`, and the root. */
function foldersOf(path: ByteString): ByteString[] {
  const parts = path.split('/').slice(0, -1)
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}
