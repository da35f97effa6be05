import type { DifferenceCause, TreeDifference } from '../../../contract/answers'
import type { SealCause } from '../../../contract/facts'

/** Paths that a cause lists; `count` says how many there are. */
export const PATH_LIMIT = 50

interface Words {
  id: string
  message: string
  fix: string
}

const REBUILD = 'compute the digest again from the final image and put it into the UKI'
const FLATTEN =
  'rechunk or flatten the image before sealing (FROM scratch and COPY --from), so that directory and layers agree'

const DIRECTORY_TIMES: Words = {
  id: 'dir-mtime',
  message: 'modification times of directories differ',
  fix: FLATTEN,
}

/** What a kind of difference means and what helps. */
const WORDS: Readonly<Record<DifferenceCause, Words>> = {
  mtime: { id: 'mtime', message: 'modification times of files differ', fix: FLATTEN },
  nsec: {
    id: 'nsec',
    message: 'nanoseconds of modification times differ',
    fix: 'set whole seconds before sealing, or rebuild with a release that treats them alike',
  },
  mode: { id: 'mode', message: 'permissions differ', fix: REBUILD },
  owner: { id: 'owner', message: 'owners differ', fix: REBUILD },
  xattr: {
    id: 'xattr',
    message: 'extended attributes differ',
    fix: 'keep security.capability in the layers (not every builder does), or set it before sealing and in the final image',
  },
  label: {
    id: 'label',
    message: 'SELinux labels differ',
    fix: 'seal with the policy that the final image holds',
  },
  content: {
    id: 'content',
    message: 'contents differ',
    fix: 'move the layer that changes them before sealing',
  },
  missing: {
    id: 'missing',
    message: 'paths were sealed but are not in the image',
    fix: 'move the layer that removes them before sealing',
  },
  extra: {
    id: 'extra',
    message: 'paths are in the image but were not sealed',
    fix: 'move the layer that brings them before sealing',
  },
  type: { id: 'type', message: 'file types differ', fix: REBUILD },
  target: { id: 'target', message: 'link targets differ', fix: REBUILD },
  device: { id: 'device', message: 'device numbers differ', fix: REBUILD },
  hardlink: {
    id: 'hardlink',
    message: 'files are hard linked differently',
    fix: 'seal from the layers, not from a copy that breaks hard links',
  },
}

/** Differences grouped by cause and by the layer of the image that brought the path, or removed it. */
export function groupDifferences(
  differences: readonly TreeDifference[],
  evidence: SealCause['evidence'],
  proved: boolean,
  removedBy: (path: string) => number | null = () => null,
): SealCause[] {
  const groups = new Map<string, SealCause>()
  for (const { path, kind, causes, layers } of differences) {
    for (const cause of causes) {
      const layer = cause === 'missing' ? removedBy(path.slice(1)) : (layers[1] ?? null)
      const { id, message, fix } =
        cause === 'mtime' && kind === 'dir' ? DIRECTORY_TIMES : WORDS[cause]
      const key = `${id} ${layer ?? ''}`
      const place =
        layer === null ? '' : ` (${cause === 'missing' ? 'removed by' : 'paths of'} layer ${layer})`
      const group = groups.get(key) ?? {
        id,
        evidence,
        proved,
        message: message + place,
        paths: [],
        count: 0,
        layer,
        fix,
      }
      groups.set(key, group)
      group.count++
      if (group.paths.length < PATH_LIMIT) group.paths.push(path)
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

/** Directories whose metadata composefs takes from /usr. */
const LIKE_USR: ReadonlySet<string> = new Set(['/', '/boot', '/run', '/sysroot'])

/** Without what these directories differ in because /usr does: they are no places of their own then. */
export function ownDifferences(differences: readonly TreeDifference[]): TreeDifference[] {
  const usr = differences.find(({ path }) => path === '/usr')
  return differences.filter(
    ({ path, causes }) =>
      !LIKE_USR.has(path) || !causes.every((cause) => usr?.causes.includes(cause) === true),
  )
}
