import type { Directory, Leaf, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { editDirectory } from './edit-tree'
import type { Step } from './step'

/** What container tools mount into /etc while a build step runs. */
const INJECTED = ['hostname', 'hosts', 'resolv.conf'] as const
/** Permissions of the empty files that buildah, runc and crun leave where they mounted. */
const MODES = [0o644, 0o755, 0o700]

const SETS: readonly (readonly string[])[] = [
  ['hostname', 'resolv.conf'],
  ...INJECTED.map((name) => [name]),
  INJECTED,
]

interface Fresh {
  mode: number
  /** Seconds since 1970, or the directory whose time it has. */
  time: number | 'usr' | 'etc'
}

/** The files left out or emptied, one by one and all of them. */
export function injectedSteps(): Step[] {
  return SETS.flatMap((names) => [withoutFiles(names), emptied(names, null)])
}

/** Other stats that an empty file may have had; `times` are those of the config. */
export function injectedVariants(times: readonly number[]): Step[] {
  return SETS.flatMap((names) =>
    MODES.flatMap((mode) =>
      (['usr', 'etc', 0, ...times] as const).map((time) => emptied(names, { mode, time })),
    ),
  )
}

function listed(names: readonly string[]): string {
  const paths = names.map((name) => `/etc/${name}`)
  const last = paths.pop() ?? ''
  return paths.length === 0 ? last : `${paths.join(', ')} and ${last}`
}

function withoutFiles(names: readonly string[]): Step {
  return {
    id: 'injected',
    what: `without ${listed(names)}`,
    fix: `remove ${listed(names)} from the final image, or seal with ${names.length === 1 ? 'it' : 'them'}`,
    layer: null,
    group: `injected ${names.join(' ')}`,
    apply: (root) =>
      editDirectory(root, ['etc'], (etc) => names.map((name) => etc.delete(name)).includes(true)),
  }
}

/** `fresh`: a file that the tools made; null: one that is there is emptied and keeps its stat. */
function emptied(names: readonly string[], fresh: Fresh | null): Step {
  const how = fresh === null ? '' : ` (mode ${fresh.mode.toString(8)}, ${timeInWords(fresh.time)})`
  return {
    id: 'injected',
    what: `with an empty ${listed(names)}${how}`,
    fix: `do not let the build mount over ${listed(names)} while sealing, or remove what it leaves`,
    layer: null,
    group: `injected ${names.join(' ')}`,
    apply: (root) =>
      editDirectory(root, ['etc'], (etc) =>
        names.map((name) => empty(root, etc, name, fresh)).includes(true),
      ),
  }
}

function timeInWords(time: Fresh['time']): string {
  return typeof time === 'number' ? `time ${time}` : `the time of /${time}`
}

/** False when it is that already. */
function empty(
  root: Directory,
  etc: Directory['entries'],
  name: ByteString,
  fresh: Fresh | null,
): boolean {
  const old = etc.get(name)
  const stat = fresh === null && old?.kind === 'file' ? old.stat : freshStat(root, fresh)
  if (old?.kind === 'file' && old.content.size === 0 && sameStat(old.stat, stat)) return false
  const content = { size: 0, inline: new Uint8Array(0), verity: { sha512: null, sha256: null } }
  const leaf: Leaf = { kind: 'file', stat, origin: { layer: -1, entry: -1 }, content }
  etc.set(name, leaf)
  return true
}

function freshStat(root: Directory, fresh: Fresh | null): Stat {
  const { mode, time } = fresh ?? { mode: 0o644, time: 'usr' as const }
  const like = typeof time === 'number' ? undefined : root.entries.get(time)
  const mtimeSec = typeof time === 'number' ? time : (like?.stat.mtimeSec ?? 0)
  return { mode, uid: 0, gid: 0, mtimeSec, mtimeNsec: 0, xattrs: new Map() }
}

function sameStat(a: Stat, b: Stat): boolean {
  return a === b || (a.mode === b.mode && a.mtimeSec === b.mtimeSec && a.mtimeNsec === b.mtimeNsec)
}
