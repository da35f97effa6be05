import type { Entity, PartitionTable, Payload } from './model'
import { alignUp, type Bytes, GRAIN, larger, LVM_EXTENT, MIB, wrap } from './size'
import { children, mountPath } from './walk'
import { crash } from '../../../base/go/failure'

/** Space that a volume group and a LUKS container need for themselves (pkg/disk/lvm.go, luks.go). */
const METADATA: Record<string, Bytes> = { lvm: MIB, luks: 16n * MIB, btrfs: 0n }

export function grainOf(table: PartitionTable): Bytes {
  return table.grainSize > 0n ? table.grainSize : GRAIN
}

/** A size aligned for everything on the way from the mounted entity to the table. */
export function alignAlong(path: readonly Entity[], size: Bytes): Bytes {
  let aligned = size
  for (const entity of path) {
    if (entity.kind === 'lvm') aligned = alignUp(aligned, LVM_EXTENT)
    if (entity.kind === 'table') aligned = alignUp(aligned, grainOf(entity))
  }
  return aligned
}

/**
 * Grows the first entity of the path to at least `size` and everything above it so that it fits;
 * stops at the first one that is large enough. Source: resizeEntityBranch.
 */
export function growAlong(path: readonly Entity[], size: Bytes): void {
  let wanted = size
  for (const entity of path) {
    if (isContainer(entity)) wanted = larger(wanted, contentSize(entity, wanted))
    const own = sizeOf(entity)
    if (own === null) continue
    if (wanted <= own) return
    setSize(entity, wanted)
  }
}

/**
 * Grows what holds each directory so that the sizes of all its directories fit together.
 * Source: EnsureDirectorySizes.
 */
export function growForDirectories(
  table: PartitionTable,
  sizes: readonly (readonly [string, Bytes])[],
): void {
  const wanted = new Map<string, { path: Entity[]; size: Bytes }>()
  for (const [directory, size] of sizes) {
    const path = holderOf(table, directory)
    const known = wanted.get(path[0].mountpoint)
    if (known === undefined) wanted.set(path[0].mountpoint, { path, size })
    else known.size = wrap(known.size + size)
  }
  for (const { path, size } of wanted.values()) growAlong(path, size)
}

function holderOf(table: PartitionTable, directory: string) {
  for (let path = directory; ; path = path.slice(0, path.lastIndexOf('/')) || '/') {
    const found = mountPath(table, path)
    if (found !== null) return found
    if (path === '/') {
      throw crash(
        `the partition table has nothing mounted at "/" (needed for ${directory})`,
        `EnsureDirectorySizes: invalid dir path "${directory}"`,
      )
    }
  }
}

/** The least size of a partition or container for its content; `size` itself when it is enough. */
export function fitPayload(payload: Payload | null, size: Bytes): Bytes {
  if (payload === null) return size
  switch (payload.kind) {
    case 'lvm':
      return alignUp(larger(wrap(sumOf(payload.logicalVolumes) + MIB), size), LVM_EXTENT)
    case 'btrfs':
      return larger(sumOf(payload.subvolumes), size)
    case 'luks':
      return larger(wrap(16n * MIB + luksContent(payload.payload, size)), size)
    default:
      return size
  }
}

function luksContent(payload: Payload | null, size: Bytes): Bytes {
  const contained = payload?.kind
  return contained === 'lvm' || contained === 'btrfs' || contained === 'luks'
    ? fitPayload(payload, size)
    : 0n
}

function sumOf(parts: readonly { size: Bytes }[]): Bytes {
  return parts.reduce((sum, part) => wrap(sum + part.size), 0n)
}

function isContainer(entity: Entity): boolean {
  return !['filesystem', 'subvolume', 'swap', 'raw'].includes(entity.kind)
}

function contentSize(entity: Entity, wanted: Bytes): Bytes {
  let sum = 0n
  for (const child of children(entity)) {
    const size = sizeOf(child)
    if (size === null) break
    sum = wrap(sum + size)
  }
  return wrap((sum === 0n ? wanted : sum) + (METADATA[entity.kind] ?? 0n))
}

/** Null for what has no size of its own: file systems, volume groups, btrfs volumes, swap. */
function sizeOf(entity: Entity): Bytes | null {
  return 'size' in entity ? entity.size : null
}

function setSize(entity: Entity, size: Bytes): void {
  if ('size' in entity) entity.size = entity.kind === 'lv' ? alignUp(size, LVM_EXTENT) : size
}
