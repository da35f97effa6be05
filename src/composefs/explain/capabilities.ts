import type { ByteString, Directory } from '../../tree/node'
import { walk } from '../../tree/walk'
import { editStats } from './edit-tree'

const CAPABILITY = 'security.capability'
const FOLDERS = /^usr\/(?:s?bin|libexec)\//
/** Files that are tried: each costs one image per capability. */
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

/** One executable that had one permitted and effective capability when the image was sealed. */
export interface LostCapability {
  path: ByteString
  name: string
  apply(): Directory | null
}

/** Executables of the usual folders without a capability, with each capability they may have lost. */
export function* lostCapabilities(root: Directory): Generator<LostCapability> {
  const paths: ByteString[] = []
  for (const [path, node] of walk(root)) {
    if (node.kind !== 'file' || (node.stat.mode & 0o111) === 0 || !FOLDERS.test(path)) continue
    if (node.stat.xattrs.has(CAPABILITY)) continue
    paths.push(path)
    if (paths.length >= FILE_LIMIT) break
  }
  for (const [name, number] of NUMBERS) {
    const value = encode(number)
    for (const path of paths) {
      yield {
        path,
        name,
        apply: () =>
          editStats(root, (stat, _, at) =>
            at === path ? { ...stat, xattrs: new Map(stat.xattrs).set(CAPABILITY, value) } : stat,
          ),
      }
    }
  }
}

/** struct vfs_cap_data revision 2: permitted, with the effective bit. */
function encode(number: number): ByteString {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x02000001, true)
  view.setUint32(number < 32 ? 4 : 12, 2 ** (number % 32), true)
  return String.fromCharCode(...bytes)
}
