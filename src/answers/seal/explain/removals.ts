import type { MergeLayer } from '../../../image/tree/merge'
import type { ByteString } from '../../../base/byte-string'
import { plainPath } from './layer-paths'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** Tells which layer removed a path (without leading slash): a whiteout, or something put over a folder. */
export function removals(layers: readonly MergeLayer[]): (path: ByteString) => number | null {
  const gone = new Map<ByteString, number>()
  const emptied = new Map<ByteString, number>()
  layers.forEach(({ entries }, layer) => {
    for (const entry of entries) {
      const path = plainPath(entry)
      const cut = path.lastIndexOf('/') + 1
      const name = path.slice(cut)
      if (name === OPAQUE) emptied.set(path.slice(0, Math.max(0, cut - 1)), layer)
      else if (name.startsWith(WHITEOUT))
        gone.set(path.slice(0, cut) + name.slice(WHITEOUT.length), layer)
      else if (entry.type !== 'dir') gone.set(path, layer)
    }
  })
  return (path) => {
    let last = gone.get(path) ?? -1
    for (let at = path; at !== '';) {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')))
      last = Math.max(last, gone.get(at) ?? -1, emptied.get(at) ?? -1)
    }
    return last < 0 ? null : last
  }
}
