import type { DiskLayout } from '../../contract/plan'
import type { BootDisk } from '../boot/disk'
import { fileSystemOf, mountAt, uuidOf } from './layout'

/** The planned disk as far as booting depends on it; null where nothing holds `/`. */
export function plannedDisk(layout: DiskLayout | null): BootDisk | null {
  const root = mountAt(layout, '/')
  if (layout === null || root === null) return null
  const { partition, chain, payload } = root
  const fileSystem = fileSystemOf(root)
  const isIn = (kind: string) => chain.some((each) => each.kind === kind)
  return {
    madeBy: 'image-builder',
    table: layout.table,
    root: {
      partition: partition.number,
      type: partition.type,
      within: isIn('lvm') ? 'lvm' : isIn('luks') ? 'luks' : 'partition',
      fileSystem,
      // image-builder makes an ext4 root with the feature
      verity: fileSystem === 'ext4' || fileSystem === 'btrfs',
      subvolume: payload.kind === 'subvolume' ? payload.name : null,
      uuid: uuidOf(root),
      label: chain.findLast(({ label }) => label !== null)?.label ?? null,
      partUuid: null,
      partLabel: partition.name,
    },
  }
}
