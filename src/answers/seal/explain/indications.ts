import { FORM } from '../../../rules/composefs/forms'
import { lastWhere } from '../releases'
import type { SealCause } from '../../../contract/facts'
import type { MergeLayer } from '../../../image/tree/merge'
import { displayPath } from '../compare-trees'
import { PATH_LIMIT } from './differences'
import { hasOwnTime, isSealed, plainPath, writtenInto } from './layer-paths'

const KEPT_XATTRS = /^(security\.capability|security\.selinux|user\.)/
const UKI = /^boot\/EFI\/Linux\/[^/]+\.efi$/

/**
 * What in the layers makes a digest differ between tools, when nothing is proved: entries after the
 * UKI's layer, directories that a layer changes without an entry for them, nanoseconds, attributes.
 */
export function layerIndications(layers: readonly MergeLayer[]): SealCause[] {
  return [
    ...afterTheUki(layers),
    ...withoutEntry(layers),
    ...nanoseconds(layers),
    ...attributes(layers),
  ]
}

function afterTheUki(layers: readonly MergeLayer[]): SealCause[] {
  const last = layers.findLastIndex(({ entries }) =>
    entries.some((entry) => UKI.test(plainPath(entry))),
  )
  if (last < 0) return []
  return layers.slice(last + 1).flatMap((layer, index) => {
    const paths = layer.entries.map(plainPath).filter(isSealed)
    const number = last + 1 + index
    return cause(
      'later-layers',
      `layer ${number}, after the one with the UKI, changes paths outside of /boot`,
      paths,
      number,
      `move what layer ${number} changes before sealing`,
    )
  })
}

/** bootc issue 2194: storage on a disk makes such a directory anew, with the time of the extraction. */
function withoutEntry(layers: readonly MergeLayer[]): SealCause[] {
  return cause(
    'dir-mtime',
    'layers write into directories of lower layers without an entry for the directory: in composefs it keeps its time, on a disk where a seal is made it gets a new one',
    [...writtenInto(layers, true)].filter(hasOwnTime).sort(),
    null,
    'rechunk or flatten the image before sealing, or write layers with entries for the directories they change',
  )
}

/**
 * What is likeliest when nothing is proved: the seal was computed from a directory on disk, where a build
 * step changes the times of the directories it writes into (bootc issue 2194).
 */
export function directoryTimes(layers: readonly MergeLayer[], tried: string): SealCause[] {
  const paths = new Set<string>()
  const written = new Map<string, number>()
  for (const { entries } of layers) {
    for (const entry of entries) {
      const path = plainPath(entry)
      if (entry.type === 'dir' && hasOwnTime(path)) paths.add(path)
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      written.set(parent, (written.get(parent) ?? 0) + 1)
    }
  }
  // The more a build writes into a directory, the likelier it changed its time.
  const weight = (path: string) => written.get(path) ?? 0
  return cause(
    'dir-mtime',
    `${tried}; likeliest is that it was computed from a directory on disk, where directories have other modification times than in the layers`,
    [...paths].sort().sort((a, b) => weight(b) - weight(a)),
    null,
    'compute the digest from the layers, or rechunk or flatten the image before sealing; a dump of the sealed tree in the image (boot/<UKI>.dump) would show every path that differs',
  )
}

function nanoseconds(layers: readonly MergeLayer[]): SealCause[] {
  const paths = layers.flatMap(({ entries }) =>
    entries.filter((entry) => entry.mtimeNsec !== 0 && isSealed(plainPath(entry))).map(plainPath),
  )
  return cause(
    'nsec',
    'modification times have nanoseconds, which tools on the way often cut',
    paths,
    null,
    'set whole seconds before sealing (tar --mtime, SOURCE_DATE_EPOCH)',
  )
}

function attributes(layers: readonly MergeLayer[]): SealCause[] {
  const paths = layers.flatMap(({ entries }) =>
    entries
      .filter((entry) => [...entry.xattrs.keys()].some((name) => !KEPT_XATTRS.test(name)))
      .map(plainPath),
  )
  return cause(
    'xattr',
    `extended attributes outside of the allowlist: releases up to ${lastWhere(({ computes }) => computes.new === FORM.allXattrs)} sealed them, later ones do not`,
    paths,
    null,
    'remove the attributes before sealing',
  )
}

function cause(
  id: string,
  message: string,
  paths: readonly string[],
  layer: number | null,
  fix: string,
): SealCause[] {
  if (paths.length === 0) return []
  const shown = paths.slice(0, PATH_LIMIT).map((path) => displayPath(`/${path}`))
  return [
    {
      id,
      evidence: 'layers',
      proved: false,
      message,
      paths: shown,
      count: paths.length,
      layer,
      fix,
    },
  ]
}
