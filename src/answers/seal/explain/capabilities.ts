import type { Directory, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { walk } from '../../../image/tree/walk'
import { displayPath } from '../compare-trees'
import { editStats } from './edit-tree'
import { CAPABILITY, type Step } from './step'

const FOLDERS = /^usr\/(?:s?bin|libexec)\//
/** Files that are tried: each costs two images per capability. */
const FILE_LIMIT = 100

/** linux/capability.h, the ones that files of distributions carry first. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['cap_net_raw', 13],
  ['cap_net_bind_service', 10],
  ['cap_net_admin', 12],
  ['cap_setuid', 7],
  ['cap_setgid', 6],
  ['cap_sys_nice', 23],
  ['cap_sys_admin', 21],
  ['cap_sys_ptrace', 19],
  ['cap_dac_override', 1],
  ['cap_dac_read_search', 2],
])

/** What packages of Fedora, CentOS and Debian give their files (`%caps` of the spec files, postinst). */
const USUAL: ReadonlyMap<string, [name: string, effective: boolean]> = new Map([
  ['newuidmap', ['cap_setuid', true]],
  ['newgidmap', ['cap_setgid', true]],
  ['arping', ['cap_net_raw', false]],
  ['clockdiff', ['cap_net_raw', false]],
  ['ping', ['cap_net_raw', true]],
  ['mtr-packet', ['cap_net_raw', true]],
])

/** The image as it was before a builder lost all capabilities that packages set. */
export function usualCapabilities(): Step[] {
  const apply = (root: Directory) =>
    editStats(root, (stat, kind, path) => {
      const [name, effective] = USUAL.get(FOLDERS.test(path) ? path.slice(path.lastIndexOf('/') + 1) : '') ?? [] // prettier-ignore
      if (name === undefined || effective === undefined || kind === 'dir') return stat
      return stat.xattrs.has(CAPABILITY) ? stat : withCapability(stat, name, effective)
    })
  return [
    {
      id: 'capability-lost-in-layers',
      what: 'with the capabilities that packages give their files (newuidmap, newgidmap, ping …)',
      fix: 'keep security.capability in the layers (not every builder does), or do not set it before sealing',
      layer: null,
      apply,
    },
  ]
}

/** Executables of the usual folders without a capability, with each capability they may have lost. */
export function* capabilitySteps(root: Directory): Generator<Step> {
  const paths = candidates(root)
  for (const name of NUMBERS.keys()) {
    for (const path of paths) {
      const shown = `/${displayPath(path)}`
      yield {
        id: 'capability-lost-in-layers',
        what: `with ${name}=ep on ${shown}`,
        fix: `keep security.capability of ${shown} in the layers (not every builder does), or do not set it before sealing`,
        layer: null,
        apply: (tree) =>
          editStats(tree, (stat, _, at) => (at === path ? withCapability(stat, name, true) : stat)),
      }
    }
  }
}

function candidates(root: Directory): ByteString[] {
  const paths: ByteString[] = []
  for (const [path, node] of walk(root)) {
    if (node.kind !== 'file' || (node.stat.mode & 0o111) === 0 || !FOLDERS.test(path)) continue
    if (node.stat.xattrs.has(CAPABILITY)) continue
    paths.push(path)
    if (paths.length >= FILE_LIMIT) break
  }
  return paths
}

function withCapability(stat: Stat, name: string, effective: boolean): Stat {
  const value = encode(NUMBERS.get(name) ?? 0, effective)
  return { ...stat, xattrs: new Map(stat.xattrs).set(CAPABILITY, value) }
}

/** struct vfs_cap_data revision 2: permitted, and effective where the file does not raise it itself. */
function encode(number: number, effective: boolean): ByteString {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, effective ? 0x02000001 : 0x02000000, true)
  view.setUint32(number < 32 ? 4 : 12, 2 ** (number % 32), true)
  return String.fromCharCode(...bytes)
}
