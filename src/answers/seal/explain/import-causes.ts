import type { SealCause } from '../../../contract/facts'
import { displayPath } from '../compare-trees'
import { releasesWhere } from '../releases'
import { PATH_LIMIT } from './differences'

/** Something in the layers at which composefs-rs stops. */
export interface ImportStop {
  layer: number
  path: string | null
  message: string
}

/** All releases of the table import alike (composefs-oci tar.rs, image.rs `process_entry`). */
const IMPORTING = releasesWhere(() => true)

const FIXES: readonly [RegExp, string][] = [
  [/^Error unpacking .*(does not exist|is not a subdirectory)/, 'write entries for all parent directories into the layer, before what lies in them'], // prettier-ignore
  [/^Directory entry /, 'write the file that the hard link names into this or a lower layer, before the link'], // prettier-ignore
  [/sparse/i, 'write the layer without sparse entries (tar without --sparse)'],
  [/unsupported entry type/i, 'leave out what is no file, directory, link, device or fifo'],
  [/^Invalid filename|filename/, 'write plain paths, without ..'],
]

/** Why the layers cannot be imported: a cause for each layer and kind of problem, the first of them first. */
export function importCauses(importError: string, stops: readonly ImportStop[]): SealCause[] {
  const groups = new Map<string, SealCause>()
  for (const { layer, path, message } of stops) {
    const fix = FIXES.find(([test]) => test.test(message))?.[1] ?? `write layer ${layer} again`
    const key = `${layer} ${fix}`
    const place = path === null ? `layer ${layer}` : `layer ${layer}, ${displayPath(path)}`
    const group = groups.get(key) ?? cause(`${place}: ${message}`, layer, fix)
    groups.set(key, group)
    if (path === null || group.paths.includes(displayPath(path))) continue
    group.count++
    if (group.paths.length < PATH_LIMIT) group.paths.push(displayPath(path))
  }
  if (groups.size > 0) return [...groups.values()]
  const fix = importError.startsWith('Directory entry')
    ? 'bring /usr and, if at all, /run as directories: composefs takes the metadata of the root from /usr'
    : 'write the layer that is named again'
  return [cause(importError, null, fix)]
}

function cause(why: string, layer: number | null, fix: string): SealCause {
  const message = `${IMPORTING} cannot import this image: ${why}`
  return {
    id: 'import',
    evidence: 'layers',
    proved: true,
    message,
    paths: [],
    count: 0,
    layer,
    fix,
  }
}

/** Layers that composefs-rs before 0.9.2 cannot read to their ends (pull request 381). */
export function multiFrameCause(layers: readonly number[]): SealCause {
  return {
    id: 'multi-frame-layers',
    evidence: 'layers',
    proved: true,
    message: `${releasesWhere(({ imports }) => imports === 'first-frame')} cannot import this image: ${multiFrameWords(layers)}`,
    paths: [],
    count: 0,
    layer: layers[0] ?? null,
    fix: 'push with plain gzip compression, not zstd:chunked or eStargz',
  }
}

/** `layers 1 and 3 have several gzip members or zstd frames, of which only the first is read`. */
export function multiFrameWords(layers: readonly number[]): string {
  const last = layers.at(-1)
  const named = layers.length > 1 ? `layers ${layers.slice(0, -1).join(', ')} and ${last ?? ''} have` : `${last === undefined ? 'a layer' : `layer ${last}`} has` // prettier-ignore
  return `${named} several gzip members or zstd frames, of which only the first is read`
}
