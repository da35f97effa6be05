import type { InstallCommand } from '../../rules/bootc/install/arguments'
import type { TargetDisk } from '../../rules/bootc/install/targets'

/** Size of an empty disk where none is named. */
export const DEFAULT_SIZE = '16G'

/** The disk of `sealscope install` without a request: empty, or with an ESP and a root of 4 KiB blocks. */
export function defaultTarget(
  command: InstallCommand,
  size: string | null,
  filesystem: 'ext4' | 'btrfs' | 'xfs',
): TargetDisk {
  const disk = size ?? DEFAULT_SIZE
  if (command === 'to-disk') return { disk, blank: true }
  const mkfs = filesystem === 'ext4' ? ['-O', 'verity'] : []
  return {
    disk,
    parts: [
      { type: 'esp', fs: 'vfat', size: '1G' },
      { type: 'root', fs: filesystem, mkfs },
    ],
    mount: { '/': 2 },
  }
}
