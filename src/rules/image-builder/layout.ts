import { builtInTable } from './disk/base-tables'
import type { BootMode } from './disk/boot-partitions'
import { layoutFromDisk } from './disk/custom-layout'
import { type FilesystemWish, layoutFromFilesystems } from './disk/filesystem-layout'
import type { PartitionTable } from './disk/model'
import { larger } from './disk/size'
import { boundDiskWish, boundTable } from './disk/volume-limit'
import { findMountable } from './disk/walk'
import type { BootcDistro } from './distro'
import { refuse, within } from '../../base/go/failure'
import type { GoRandom } from '../../base/go/random'
import { DEFAULT_DISK_SIZE } from './image-types'
import { checkMountpoints } from './mountpoint-policy'
import type { Target } from './target'
import type { Wishes } from './wishes'

export interface LayoutInput {
  distro: BootcDistro
  wishes: Wishes
  /** Customizations that the container brings: used when the blueprint has neither kind. */
  embedded: Wishes | null
  /** Image option `size`. */
  size: bigint
  target: Target
  random: GoRandom
}

/** aarch64 has no BIOS; a sealed image needs none. Source: BootMode in bootc_imagetype.go. */
export function bootModeOf({ arch, sealed }: BootcDistro): BootMode {
  return arch === 'aarch64' || sealed ? 'uefi' : 'hybrid'
}

/** The disk's partition table. Source: genPartitionTable in bootc_imagetype.go. */
export function layoutFor(input: LayoutInput): PartitionTable {
  const { distro, wishes } = input
  within('error reading disk customizations: ', () => wishes.checkDisk())
  const base = baseTable(distro)
  const given = wishes.filesystems !== null || wishes.disk !== null
  const decisive = given || input.embedded === null ? wishes : input.embedded
  if (!given) within('error reading disk customizations: ', () => decisive.checkDisk())
  if (decisive.filesystems !== null && decisive.disk !== null) {
    throw refuse(
      'cannot combine disk and filesystem customizations',
      'Remove customizations.filesystem or customizations.disk.',
    )
  }
  const table =
    decisive.disk !== null
      ? fromDisk(input, base, decisive)
      : fromFilesystems(input, base, decisive)
  const root = findMountable(table, '/')
  // ext4 needs the feature before composefs can use fs-verity on it
  if (root?.kind === 'filesystem' && root.type === 'ext4') root.mkfs.verity = true
  return table
}

/** Sealed images replace the policy as a whole, whatever disk.yaml says. */
function baseTable(distro: BootcDistro): PartitionTable {
  const { arch, defaultFs, name, sealed, disk } = distro
  const base = disk.partitionTable ?? builtInTable(arch, defaultFs, name)
  boundTable(base)
  return sealed ? { ...base, policy: { ensureXbootldr: false, growRootToFillDisk: null } } : base
}

function fromDisk(input: LayoutInput, base: PartitionTable, wishes: Wishes): PartitionTable {
  const { distro, target, random } = input
  if (wishes.disk === null) return base
  within('cannot use disk customization: ', () => wishes.checkDiskLayout())
  boundDiskWish(wishes.disk)
  return layoutFromDisk(base, wishes.disk, {
    target,
    random,
    arch: distro.arch,
    bootMode: bootModeOf(distro),
    defaultFs: distro.defaultFs,
    rootMinimum: larger(distro.rootMinimum, input.size),
    checkPartition: wishes.checkPartition,
  })
}

function fromFilesystems(input: LayoutInput, base: PartitionTable, wishes: Wishes): PartitionTable {
  const { distro, target, random, size } = input
  const wished = wishes.filesystems ?? []
  checkMountpoints(
    wished.map(({ mountpoint }) => mountpoint),
    distro.defaultFs,
  )
  return layoutFromFilesystems(base, withRoot(wished, larger(distro.rootMinimum, size)), {
    target,
    random,
    arch: distro.arch,
    defaultFs: distro.defaultFs,
    diskSize: base.size > 0n ? base.size : DEFAULT_DISK_SIZE,
  })
}

/** `/` gets at least `minimum`. Source: updateFilesystemSizes. */
function withRoot(wished: readonly FilesystemWish[], minimum: bigint): FilesystemWish[] {
  const updated = wished.map((wish) =>
    wish.mountpoint === '/' ? { ...wish, minsize: larger(wish.minsize, minimum) } : wish,
  )
  if (updated.some(({ mountpoint }) => mountpoint === '/')) return updated
  return [...updated, { mountpoint: '/', minsize: minimum }]
}
