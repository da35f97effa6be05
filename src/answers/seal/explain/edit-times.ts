import type { LayerEntry } from '../../../formats/tar/entry'
import type { MergeLayer } from '../../../image/tree/merge'
import type { Directory, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { editStats } from './edit-tree'
import { plainPath, writtenInto } from './layer-paths'
import { FLATTEN, type Step } from './step'

interface Time {
  sec: number
  nsec: number
}
type TimeOf = (path: ByteString) => Time | undefined

const CONFIG = 'a time of its config'

/** Times that directories may have had: epoch, those of the config, those of other layers. */
export function directoryTimeSteps(
  layers: readonly MergeLayer[],
  times: readonly number[],
): Step[] {
  const entries = lazily(() => directoryEntries(layers))
  const touched = [false, true].map((bare) => ({ bare, paths: lazily(() => writtenInto(layers, bare)) })) // prettier-ignore
  const named = times.map((time) => [time, ` (${CONFIG})`] as const)
  return [
    directories('with all directory times 0', () => whole(0)),
    ...named.map(([time, why]) =>
      directories(`with all directory times ${time}${why}`, () => whole(time)),
    ),
    directories('with the directory times of the lowest layer that brings each', (path) => entries().get(path)?.[0]), // prettier-ignore
    directories('with the directory times of the layer below the last that brings each', (path) => entries().get(path)?.at(-2)), // prettier-ignore
    ...touched.flatMap(({ bare, paths }) =>
      ([[0, ''], ...named] as const).map(([time, why]) =>
        directories(
          `with the time ${time}${why} for directories that later layers write into${bare ? ' without an entry for the directory' : ''}`,
          (path) => (paths().has(path) ? whole(time) : undefined),
        ),
      ),
    ),
    { ...directories('with each directory as new as the newest in it', () => undefined), apply: asNewAsContents }, // prettier-ignore
  ]
}

/** Times that everything may have had, as `--timestamp` and SOURCE_DATE_EPOCH of builders set them. */
export function allTimeSteps(times: readonly number[]): Step[] {
  return [0, ...times].flatMap((time) => {
    const why = time === 0 ? '' : ` (${CONFIG})`
    return [
      everything(`with all modification times ${time}${why}`, (stat) => at(stat, whole(time))),
      ...(time === 0
        ? []
        : [
            everything(`with no modification time after ${time}${why}`, (stat) =>
              stat.mtimeSec >= time ? at(stat, whole(time)) : stat,
            ),
          ]),
    ]
  })
}

/** Modification times without fractions. */
export const NANOSECONDS_CUT: Step = {
  id: 'nsec',
  what: 'without nanoseconds',
  fix: 'set whole seconds before sealing, or seal from the layers',
  layer: null,
  group: 'nsec',
  apply: (root) =>
    editStats(root, (stat) => (stat.mtimeNsec === 0 ? stat : { ...stat, mtimeNsec: 0 })),
}

function directories(what: string, timeOf: TimeOf): Step {
  return {
    id: 'dir-mtime',
    what,
    fix: FLATTEN,
    layer: null,
    group: 'dir-mtime',
    apply: (root) =>
      editStats(root, (stat, kind, path) => {
        const time = kind === 'dir' ? timeOf(path) : undefined
        return time === undefined ? stat : at(stat, time)
      }),
  }
}

function everything(what: string, edit: (stat: Stat) => Stat): Step {
  return {
    id: 'mtime',
    what,
    fix: 'let the builder set the times (--timestamp, SOURCE_DATE_EPOCH) before sealing, or seal from the layers',
    layer: null,
    group: 'dir-mtime',
    apply: (root) => editStats(root, edit),
  }
}

function whole(sec: number): Time {
  return { sec, nsec: 0 }
}

function at(stat: Stat, { sec, nsec }: Time): Stat {
  if (sec === stat.mtimeSec && nsec === stat.mtimeNsec) return stat
  return { ...stat, mtimeSec: sec, mtimeNsec: nsec }
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}

/** Times that the layers give each directory, the lowest layer first. */
function directoryEntries(layers: readonly MergeLayer[]): Map<ByteString, Time[]> {
  const times = new Map<ByteString, Time[]>()
  for (const layer of layers) {
    const own = new Map<ByteString, Time>()
    const add = (entry: LayerEntry<unknown>) => {
      const { type, mtimeSec: sec, mtimeNsec: nsec } = entry
      if (type === 'dir') own.set(plainPath(entry), { sec, nsec })
    }
    layer.entries.forEach(add)
    for (const [path, time] of own) times.set(path, [...(times.get(path) ?? []), time])
  }
  return times
}

/** Writing an entry sets the time of its directory: what a build step on a disk leaves. */
function asNewAsContents(root: Directory): Directory | null {
  const newest = new Map<ByteString, Stat>()
  const stack: [ByteString, Directory][] = [['', root]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, directory] = next
    for (const [name, child] of directory.entries) {
      const last = newest.get(path)
      if (last === undefined || isLater(child.stat, last)) newest.set(path, child.stat)
      if (child.kind === 'dir') stack.push([path === '' ? name : `${path}/${name}`, child])
    }
  }
  return editStats(root, (stat, kind, path) => {
    const last = kind === 'dir' ? newest.get(path) : undefined
    if (last === undefined || !isLater(last, stat)) return stat
    return at(stat, { sec: last.mtimeSec, nsec: last.mtimeNsec })
  })
}

function isLater(a: Stat, b: Stat): boolean {
  return a.mtimeSec !== b.mtimeSec ? a.mtimeSec > b.mtimeSec : a.mtimeNsec > b.mtimeNsec
}
