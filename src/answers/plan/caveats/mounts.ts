import type { Node } from '../../../formats/blueprint/node'
import type { Caveat } from '../../../contract/plan'
import { mountAt, mountsOf, type MountedAt } from '../layout'
import { unitName } from '../unit-name'
import { memberText, objectsOf, valueAt } from '../values'
import { caveat, type CaveatContext } from './caveat'

/** Mounted by bootc and systemd without anybody's help. */
export const MOUNTED_ANYWAY = ['/', '/boot', '/boot/efi', '/efi']

/**
 * Types of partitions that systemd-gpt-auto-generator mounts by themselves (UAPI.2; the one of /var needs a UUID
 * made of the machine id, so it is left out).
 */
export const DISCOVERED: Readonly<Record<string, string>> = {
  '933ac7e1-2eb4-4f13-b844-0e14e2aef915': '/home',
  '3b8f8425-20e0-4f3b-907f-1a25a76f98e8': '/srv',
  '7ec6f557-3bc5-4aca-b293-16ef5df639d1': '/var/tmp',
}
const SWAP = '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'

/** Directories whose contents the system runs from: what is mounted there hides them. */
const NEEDED = ['/usr', '/etc', '/bin', '/sbin', '/lib', '/lib64', '/dev', '/proc', '/sys', '/run', '/sysroot', '/ostree'] // prettier-ignore

export function filesystemCaveats(filesystem: Node, context: CaveatContext): Caveat[] {
  const mountpoint = memberText(filesystem, 'mountpoint') ?? ''
  return [...mountCaveats(mountpoint, context), ...roomCaveats([mountpoint], context)]
}

export function diskCaveats(disk: Node, context: CaveatContext): Caveat[] {
  const volumes = objectsOf(valueAt(disk, 'partitions')).flatMap((part) => [
    part,
    ...objectsOf(valueAt(part, 'logical_volumes')),
    ...objectsOf(valueAt(part, 'subvolumes')),
  ])
  const mountpoints = [...new Set(volumes.map((volume) => memberText(volume, 'mountpoint') ?? ''))]
  return [
    ...mountpoints.flatMap((path) => mountCaveats(path, context)),
    ...swapCaveats(context),
    ...roomCaveats(mountpoints.length === 0 ? ['/'] : mountpoints, context),
  ]
}

/** Whether what is planned for a mount point gets there. */
export function mountCaveats(mountpoint: string, context: CaveatContext): Caveat[] {
  if (!mountpoint.startsWith('/') || MOUNTED_ANYWAY.includes(mountpoint)) return []
  return [...nobodyMounts(mountpoint, context), ...placeCaveats(mountpoint, context)]
}

function nobodyMounts(mountpoint: string, context: CaveatContext): Caveat[] {
  const { tree, mounts, layout } = context
  if (mounts !== null) return []
  const planned = mountAt(layout, mountpoint)
  if (planned !== null && isDiscovered(planned, context)) return []
  const unit = `${unitName(mountpoint)}.mount`
  if (tree.known && ['etc', 'usr/lib'].some((base) => tree.has(`${base}/systemd/system/${unit}`))) {
    return []
  }
  const message = `image-builder makes the partition for ${mountpoint}, but writes no mount unit into a sealed image: nothing mounts it`
  return [caveat('nobody-mounts', message, `put a mount unit ${unit} into the image, then seal it again`)] // prettier-ignore
}

/** Found by its type, on the disk of the ESP that was booted; LVM and DOS tables never are. */
function isDiscovered(planned: MountedAt, { layout }: CaveatContext): boolean {
  if (layout?.table !== 'gpt' || planned.chain.length > 1) return false
  const { type } = planned.partition
  return DISCOVERED[type.toLowerCase()] === planned.payload.mountpoint
}

/** systemd mounts only on real directories (src/core/mount.c), and can make none on a read-only root. */
function placeCaveats(mountpoint: string, { tree, mounts, sealed }: CaveatContext): Caveat[] {
  if (!tree.known) return []
  const found = tree.lookUp(mountpoint)
  if (found.link !== null && mounts !== 'fstab') {
    const where = `${found.link.path} is a link to ${found.link.target} in the image`
    const message = `${where}: systemd refuses a mount unit whose path goes through a link ("not canonical"), and the machine ends in emergency mode or without the mount`
    return [caveat('mount-through-link', message, `mountpoint = "${found.canonical}"`)]
  }
  const path = found.canonical
  if (found.kind === 'file') {
    return [caveat('mount-point-no-directory', `${mountpoint} is a file in the image: nothing can be mounted there`, null)] // prettier-ignore
  }
  if (NEEDED.some((needed) => path === needed)) {
    const message = `what is mounted at ${mountpoint} hides the files that the image has there`
    return [caveat('mount-hides-image', message, 'choose a directory below /var')]
  }
  if (found.kind !== 'missing' || /^\/(var|etc|run|tmp|dev|boot)(\/|$)/.test(path)) return []
  const seal = sealed ? ', before it is sealed' : ''
  const message = `${found.absent ?? mountpoint} is not in the image, and its root is read-only: systemd cannot make the mount point, and the mount fails at boot`
  return [caveat('mount-point-missing', message, `RUN mkdir -p ${mountpoint} in the Containerfile${seal}, or a directory below /var`)] // prettier-ignore
}

/** Swap of a sealed image is used when its type says so (gpt-auto), never inside LVM. */
function swapCaveats({ mounts, layout }: CaveatContext): Caveat[] {
  if (mounts !== null) return []
  const unused = mountsOf(layout).filter(
    ({ payload, chain, partition }) =>
      payload.kind === 'swap' &&
      (layout?.table !== 'gpt' || chain.length > 1 || partition.type.toLowerCase() !== SWAP),
  )
  if (unused.length === 0) return []
  const message = 'nothing turns the swap area on: a sealed image gets no swap unit, and systemd finds swap by its GPT type only' // prettier-ignore
  return [caveat('nobody-swaps', message, `a plain partition with part_type = "${SWAP}"`)]
}

/** What a file system needs for itself, at least: ext4 reserves more, btrfs and xfs about as much. */
const OVERHEAD = 0.03

/** Sizes that the image itself does not fit into. */
function roomCaveats(
  mountpoints: readonly string[],
  { layout, imageSize }: CaveatContext,
): Caveat[] {
  const root = mountAt(layout, '/')
  if (root === null || imageSize === null || !mountpoints.includes('/')) return []
  const need = imageSize + root.size * OVERHEAD
  if (root.size >= need) return []
  const message = `the root file system has ${root.size} bytes, the unpacked image takes ${imageSize}: it does not fit`
  return [caveat('root-too-small', message, 'a larger minsize for /')]
}
