import type { MergeLayer } from '../../../image/tree/merge'
import { childAt } from '../../../image/tree/lookup'
import type { Directory, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { walk } from '../../../image/tree/walk'
import { editDirectory, editStats } from './edit-tree'
import { allTimeSteps, directoryTimeSteps, NANOSECONDS_CUT } from './edit-times'
import { injectedSteps } from './edit-injected'
import { CAPABILITY, type Step } from './step'

const LABEL = 'security.selinux'
const SEAL_WITH_CAPABILITIES = 'seal a tree that holds the capabilities of the final image'
const SEAL_WITH_POLICY = 'seal with the policy that the final image holds'

/** All changes of metadata for an image, the likeliest first. `times` are those of the config. */
export function treeEdits(layers: readonly MergeLayer[], times: readonly number[]): Step[] {
  const known = [...new Set(times)].filter((time) => time !== 0)
  return [
    ...directoryTimeSteps(layers, known),
    NANOSECONDS_CUT,
    { ...step('capability-lost', 'without security.capability', SEAL_WITH_CAPABILITIES), apply: (root) => editStats(root, (stat) => withoutXattr(stat, CAPABILITY)) }, // prettier-ignore
    ...labelSteps(),
    ...injectedSteps(),
    ...allTimeSteps(known),
    { ...step('owner', 'with root as the owner of everything', 'seal with the owners of the layers (not in a rootless copy)'), apply: (root) => editStats(root, ownedByRoot) }, // prettier-ignore
    { ...step('mode', 'without set-user-ID and set-group-ID bits', 'seal with the permissions of the layers'), apply: (root) => editStats(root, withoutSetId) }, // prettier-ignore
  ]
}

function step(id: string, what: string, fix: string): Omit<Step, 'apply'> {
  return { id, what, fix, layer: null, group: id }
}

function labelSteps(): Step[] {
  const group = 'labels'
  return [
    {
      ...step('no-policy', 'without SELinux labels', SEAL_WITH_POLICY),
      group,
      labels: 'none',
      apply: (root) => (hasPolicy(root) ? root : null),
    },
    {
      ...step('xattrs-lost', 'without any extended attribute, SELinux labels too', 'seal a tree that holds the attributes and the policy of the final image'), // prettier-ignore
      group,
      labels: 'none',
      apply: (root) => (hasPolicy(root) ? editStats(root, withoutXattrs) : null),
    },
    {
      ...step('no-policy', 'before it had a SELinux policy', SEAL_WITH_POLICY),
      group,
      apply: (root) => editDirectory(root, ['etc', 'selinux'], (folder) => folder.delete('config')),
    },
    {
      ...step('stored-labels', 'with the extended attributes and SELinux labels that its layers store', SEAL_WITH_POLICY), // prettier-ignore
      group,
      labels: 'stored',
      apply: (root) => (storesLabels(root) ? root : null),
    },
  ]
}

function hasPolicy(root: Directory): boolean {
  return childAt(root, 'etc/selinux/config') !== undefined
}

function storesLabels(root: Directory): boolean {
  if (root.stat.xattrs.has(LABEL)) return true
  for (const [, node] of walk(root)) if (node.stat.xattrs.has(LABEL)) return true
  return false
}

function withoutXattrs(stat: Stat): Stat {
  return stat.xattrs.size === 0 ? stat : { ...stat, xattrs: new Map() }
}

function withoutXattr(stat: Stat, name: ByteString): Stat {
  if (!stat.xattrs.has(name)) return stat
  return { ...stat, xattrs: new Map([...stat.xattrs].filter(([key]) => key !== name)) }
}

function ownedByRoot(stat: Stat): Stat {
  return stat.uid === 0 && stat.gid === 0 ? stat : { ...stat, uid: 0, gid: 0 }
}

function withoutSetId(stat: Stat): Stat {
  return (stat.mode & 0o6000) === 0 ? stat : { ...stat, mode: stat.mode & ~0o6000 }
}
