import type { LayerEntry } from '../../layers/entry'
import type { MergeLayer } from '../../tree/merge'
import type { ByteString, Directory, Leaf, Stat } from '../../tree/node'
import { splitPath } from '../../tree/path'
import { editDirectory, editStats } from './edit-tree'

/** A way in which the tree that was sealed may differ from the merged one. */
export interface Edit {
  id: string
  /** Completes “the seal is that of the image …”. */
  what: string
  fix: string
  /** Null when it changes nothing. */
  apply(root: Directory): Directory | null
}

const FLATTEN = 'rechunk or flatten the image before sealing, so that directory and layers agree'
const CAPABILITY = 'security.capability'
const INJECTED = ['hostname', 'hosts', 'resolv.conf'] as const

/** All edits for an image, the likeliest first. `times` are those of the config and its history. */
export function treeEdits(layers: readonly MergeLayer[], times: readonly number[]): Edit[] {
  return [
    directoryTimes('with all directory times 0', () => 0),
    ...[...new Set(times)].map((time) =>
      directoryTimes(`with all directory times ${time} (a time of its config)`, () => time),
    ),
    directoryTimes('with the directory times of the lowest layer that brings each', timesOf(layers, false)), // prettier-ignore
    directoryTimes('with the directory times of the highest layer that brings each', timesOf(layers, true)), // prettier-ignore
    {
      id: 'nsec',
      what: 'without nanoseconds',
      fix: 'set whole seconds before sealing, or seal from the layers',
      apply: (root) =>
        editStats(root, (stat) => (stat.mtimeNsec === 0 ? stat : { ...stat, mtimeNsec: 0 })),
    },
    {
      id: 'capability-lost',
      what: 'without security.capability',
      fix: 'seal a tree that holds the capabilities of the final image',
      apply: (root) => editStats(root, (stat) => withoutXattr(stat, CAPABILITY)),
    },
    ...INJECTED.flatMap((name) => [removed(name), emptied(name)]),
    {
      id: 'injected',
      what: 'without /etc/hostname, /etc/hosts and /etc/resolv.conf',
      fix: 'remove the files that the build put into /etc, or seal with them',
      apply: (root) =>
        editDirectory(root, ['etc'], (etc) =>
          INJECTED.map((name) => etc.delete(name)).includes(true),
        ),
    },
    {
      id: 'no-policy',
      what: 'without SELinux labels',
      fix: 'seal with the policy that the final image holds',
      apply: (root) => editDirectory(root, ['etc', 'selinux'], (folder) => folder.delete('config')),
    },
  ]
}

function directoryTimes(what: string, timeOf: (path: ByteString) => number | undefined): Edit {
  return {
    id: 'dir-mtime',
    what,
    fix: FLATTEN,
    apply: (root) =>
      editStats(root, (stat, kind, path) => {
        const time = kind === 'dir' ? timeOf(path) : undefined
        if (time === undefined || (time === stat.mtimeSec && stat.mtimeNsec === 0)) return stat
        return { ...stat, mtimeSec: time, mtimeNsec: 0 }
      }),
  }
}

/** Seconds that the lowest or highest layer gives each directory. */
function timesOf(
  layers: readonly MergeLayer[],
  highest: boolean,
): (path: ByteString) => number | undefined {
  let times: Map<ByteString, number> | null = null
  return (path) => {
    times ??= collectTimes(layers, highest)
    return times.get(path)
  }
}

function collectTimes(layers: readonly MergeLayer[], highest: boolean): Map<ByteString, number> {
  const times = new Map<ByteString, number>()
  const add = (entry: LayerEntry<unknown>) => {
    if (entry.type !== 'dir') return
    const path = splitPath(entry.path).join('/')
    if (highest || !times.has(path)) times.set(path, entry.mtimeSec)
  }
  for (const layer of layers) layer.entries.forEach(add)
  return times
}

function withoutXattr(stat: Stat, name: ByteString): Stat {
  if (!stat.xattrs.has(name)) return stat
  return { ...stat, xattrs: new Map([...stat.xattrs].filter(([key]) => key !== name)) }
}

function removed(name: (typeof INJECTED)[number]): Edit {
  return {
    id: 'injected',
    what: `without /etc/${name}`,
    fix: `remove /etc/${name} from the final image, or seal with it`,
    apply: (root) => editDirectory(root, ['etc'], (etc) => etc.delete(name)),
  }
}

/** Container tools leave an empty file where they mounted theirs. */
function emptied(name: (typeof INJECTED)[number]): Edit {
  return {
    id: 'injected',
    what: `with an empty /etc/${name}`,
    fix: `do not let the build mount over /etc/${name} while sealing`,
    apply: (root) =>
      editDirectory(root, ['etc'], (etc) => {
        etc.set(name, emptyFile(root))
        return true
      }),
  }
}

function emptyFile(root: Directory): Leaf {
  const usr = root.entries.get('usr')
  const mtimeSec = usr?.stat.mtimeSec ?? 0
  const stat = { mode: 0o644, uid: 0, gid: 0, mtimeSec, mtimeNsec: 0, xattrs: new Map() }
  const content = { size: 0, inline: new Uint8Array(0), verity: { sha512: null, sha256: null } }
  return { kind: 'file', stat, origin: { layer: -1, entry: -1 }, content }
}
