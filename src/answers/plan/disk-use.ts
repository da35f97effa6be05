import type { ImageFacts } from '../../contract/facts'
import type { DiskLayout, EspRoom, LayoutPartition, RootRoom } from '../../contract/plan'
import { mountAt } from './layout'

/** GPT type of an EFI system partition, and those of a DOS table (UEFI 2.11 §5.3, §13.3). */
const ESP_TYPES = ['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'ef', '06']

/** systemd-boot of 257 to 262, twice (EFI/systemd and EFI/BOOT), where the image does not show its own. */
const LOADER_SIZE = 2 * 256 * 1024

/** What FAT needs of a partition for itself: two tables of four bytes a cluster of 4 KiB, and the root directory. */
const FAT_OVERHEAD = 0.003

/** What the planned EFI system partition holds of a sealed image's kernel images; null where neither is known. */
export function espRoom(facts: ImageFacts | null, layout: DiskLayout | null): EspRoom | null {
  const esp = espOf(layout)
  const uki = facts?.kernel?.unified === true ? facts.ukis[0] : undefined
  if (esp === null || uki === undefined || uki.size <= 0) return null
  const loader = LOADER_SIZE
  const room = Math.max(0, Math.floor(esp.size * (1 - FAT_OVERHEAD)) - loader)
  return { size: esp.size, perUpgrade: uki.size, loader, fits: Math.floor(room / uki.size) }
}

export function espOf(layout: DiskLayout | null): LayoutPartition | null {
  const found = layout?.partitions.find(({ type }) => ESP_TYPES.includes(type.toLowerCase()))
  return found ?? mountAt(layout, '/boot/efi')?.partition ?? null
}

/** Part of a file system that it keeps for itself, at least. */
const OVERHEAD = 0.03

/** What is left of the planned root once the image is unpacked; null where neither is known. */
export function rootRoom(facts: ImageFacts | null, layout: DiskLayout | null): RootRoom | null {
  const root = mountAt(layout, '/')
  const image = facts?.image?.storageSize ?? null
  if (root === null || image === null) return null
  const free = Math.floor(root.size * (1 - OVERHEAD)) - image
  return { size: root.size, image, free }
}
