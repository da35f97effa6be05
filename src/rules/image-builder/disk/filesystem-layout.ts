import type { GoRandom } from '../../../base/go/random'
import { crash, refuse, within } from '../../../base/go/failure'
import type { Target } from '../target'
import { ensureBtrfs } from './btrfs-root'
import { cloneTable } from './clone'
import { createPartition, createSubvolume } from './create'
import { usesLvm } from './features'
import type { PartitionTable } from './model'
import type { Arch } from './partition-types'
import { relayout } from './relayout'
import { alignAlong, growAlong, growForDirectories } from './resize'
import { type Bytes, GIB, larger } from './size'
import { assignIds } from './uuids'
import { mountPath } from './walk'

/** A mountpoint with its minimum size: `customizations.filesystem[]`. */
export interface FilesystemWish {
  mountpoint: string
  minsize: Bytes
}

export interface FilesystemLayoutOptions {
  target: Target
  arch: Arch
  defaultFs: string
  /** Default size of the disk; grows when the content needs more. */
  diskSize: Bytes
  random: GoRandom
}

/** What a mountpoint gets at least: clampFSSize in partition_table.go. */
const LEAST: Record<string, Bytes> = { '/boot': 524288000n }
const LEAST_OTHER = GIB
/** What the directories get at least when nothing else is said: NewPartitionTable. */
const REQUIRED = [
  ['/', GIB],
  ['/usr', 2n * GIB],
] as const

/**
 * The base table with the wished mountpoints enlarged or created. Source: NewPartitionTable with the
 * modes raw and btrfs (pkg/disk/partition_table.go).
 */
export function layoutFromFilesystems(
  base: PartitionTable,
  wishes: readonly FilesystemWish[],
  options: FilesystemLayoutOptions,
): PartitionTable {
  const { arch, random, target } = options
  const mode = options.defaultFs === 'btrfs' ? 'btrfs' : 'raw'
  const table = cloneTable(base)
  table.policy ??= { ensureXbootldr: true, growRootToFillDisk: null }
  if (usesLvm(base)) {
    throw refuse(
      `${mode} partitioning mode set for a base partition table with LVM, this is unsupported`,
      'Remove LVM from disk.yaml, or replace the table with customizations.disk.',
    )
  }
  const missing = wishes.filter((wish) => !enlarge(table, wish))
  if (mode === 'btrfs') ensureBtrfs(table, arch)
  const defaultFs = mode === 'btrfs' ? 'btrfs' : options.defaultFs
  for (const wish of missing) if (!enlarge(table, wish)) create(table, wish, defaultFs)
  growForDirectories(table, REQUIRED)
  relayout(table, options.diskSize, target)
  assignIds(table, random)
  return table
}

function sizeFor(wish: FilesystemWish): Bytes {
  return larger(LEAST[wish.mountpoint] ?? LEAST_OTHER, wish.minsize)
}

/** Grows what is mounted there; false when nothing is. */
function enlarge(table: PartitionTable, wish: FilesystemWish): boolean {
  const path = mountPath(table, wish.mountpoint)
  if (path === null) return false
  growAlong(path, alignAlong(path, sizeFor(wish)))
  return true
}

function create(table: PartitionTable, wish: FilesystemWish, defaultFs: string): void {
  const rootPath = mountPath(table, '/')
  if (rootPath === null) {
    throw crash(
      'the partition table has nothing mounted at "/"',
      'no root mountpoint for PartitionTable',
    )
  }
  const at = rootPath.findIndex((entity) => entity.kind === 'btrfs' || entity.kind === 'table')
  const creator = rootPath[at]
  const created = within('failed creating volume: ', () =>
    creator?.kind === 'btrfs'
      ? createSubvolume(creator, wish.mountpoint, defaultFs)
      : createPartition(table, wish.mountpoint, defaultFs, 0n),
  )
  const path = [created, ...rootPath.slice(at)]
  growAlong(path, alignAlong(path, sizeFor(wish)))
}
