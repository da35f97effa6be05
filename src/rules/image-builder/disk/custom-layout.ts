import type { GoRandom } from '../../../base/go/random'
import { refuse, within } from '../../../base/go/failure'
import type { Target } from '../target'
import { addBootPartitions, type BootMode } from './boot-partitions'
import { AUTOMATIC_BOOT_SIZE } from './create'
import { addWishedPartition } from './custom-partitions'
import type { DiskWish, PartitionWish } from './disk-wish'
import { ensureRoot } from './ensure-root'
import { filesystem, partition, type PartitionTable, table } from './model'
import { uniqueLabel } from './names'
import { type Arch, partitionTypeFor } from './partition-types'
import { relayout } from './relayout'
import { growForDirectories } from './resize'
import type { Bytes } from './size'
import { larger } from './size'
import { assignIds } from './uuids'

export interface CustomLayoutOptions {
  target: Target
  arch: Arch
  bootMode: BootMode
  defaultFs: string
  /** Least size of `/`. */
  rootMinimum: Bytes
  random: GoRandom
  /** Checks type, id and label of a partition once the table type is known; throws a failure. */
  checkPartition: (index: number, tableType: 'gpt' | 'dos') => void
}

const PREFIX = 'error generating partition table: '
const MOST_DOS_PARTITIONS = 4

/**
 * The table that `customizations.disk` describes. Of the base table only the type and the size of its
 * ESP are used. The container's policy is not passed on, so an automatic /boot is added even for a
 * sealed image. Source: genPartitionTableDiskCust (bootc_imagetype.go), NewCustomPartitionTable.
 */
export function layoutFromDisk(
  base: PartitionTable,
  wish: DiskWish,
  options: CustomLayoutOptions,
): PartitionTable {
  const { target, arch, defaultFs, rootMinimum } = options
  const diskSize = larger(wish.minsize, rootMinimum)
  return within(PREFIX, () => {
    const result = table({ type: wish.type || base.type || 'gpt' })
    const type = result.type === 'dos' ? 'dos' : 'gpt'
    addBootPartitions(result, base, wish, options)
    if (needsBoot(wish, target)) addBoot(result, defaultFs, arch)
    wish.partitions.forEach((part, index) => {
      if (part.partType !== '') options.checkPartition(index, type)
      addWishedPartition(result, part, arch, defaultFs)
    })
    ensureRoot(result, defaultFs, arch)
    growForDirectories(result, [['/', larger(rootMinimum, partitionWithRoot(wish))]])
    result.startOffset = wish.startOffset
    result.sectorSize = wish.sectorSize
    relayout(result, diskSize, target)
    assignIds(result, options.random)
    checkDosLimit(result)
    return result
  })
}

function checkDosLimit(result: PartitionTable): void {
  const count = result.partitions.length
  if (result.type !== 'dos' || count <= MOST_DOS_PARTITIONS) return
  throw refuse(
    'invalid partition table: "dos" partition table type only supports up to 4 partitions: ' +
      `got ${count} after creating the partition table with all necessary partitions`,
    'Use type "gpt", or fewer partitions: boot partitions that are added by themselves count.',
  )
}

/**
 * The size given for the *partition* that holds `/`, also when that is a volume group or a btrfs
 * volume; the last one wins. Source: calcRequiredDirectorySizes.
 */
function partitionWithRoot(wish: DiskWish): Bytes {
  let size = 0n
  for (const part of wish.partitions) {
    const holds =
      part.type === 'plain'
        ? part.mountpoint === '/'
        : [...part.logicalVolumes, ...part.subvolumes].some((inner) => inner.mountpoint === '/')
    if (holds) size = part.minsize
  }
  return size
}

type BootNeed = 'has-boot' | 'needs-boot' | null

/** Whether an automatic /boot is added: `/` on LVM or btrfs and no /boot. Source: needsBoot. */
function needsBoot(wish: DiskWish, target: Target): boolean {
  const needs = wish.partitions.map(bootNeedOf).filter((need) => need !== null)
  const volumes = wish.partitions.some((part) => part.type !== 'plain')
  if (needs.length === 0) return volumes
  if (!target.layout.needsBootLooksAtAll) return needs[0] === 'needs-boot'
  return !needs.includes('has-boot')
}

function bootNeedOf(part: PartitionWish): BootNeed {
  if (part.type === 'plain') return ['/', '/boot'].includes(part.mountpoint) ? 'has-boot' : null
  const inner = part.type === 'lvm' ? part.logicalVolumes : part.subvolumes
  const mounted = new Set(inner.map(({ mountpoint }) => mountpoint))
  if (!mounted.has('/')) return null
  return part.type === 'btrfs' && mounted.has('/boot') ? 'has-boot' : 'needs-boot'
}

/** Source: maybeAddBootPartition, addBootPartition. */
function addBoot(result: PartitionTable, defaultFs: string, arch: Arch): void {
  const type = defaultFs === 'ext4' || defaultFs === 'xfs' ? defaultFs : 'xfs'
  const label = within('error creating boot partition: ', () => uniqueLabel(result, 'boot'))
  result.partitions.push(
    partition({
      type: partitionTypeFor(result.type, 'boot', arch),
      size: AUTOMATIC_BOOT_SIZE,
      payload: filesystem({ type, label, mountpoint: '/boot', fstabOptions: 'defaults' }),
    }),
  )
}
