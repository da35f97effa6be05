import type { Entity, Mountable, PartitionTable, Swap } from './model'

/** What an entity directly contains, in order. */
export function children(entity: Entity): Entity[] {
  switch (entity.kind) {
    case 'table':
      return entity.partitions
    case 'btrfs':
      return entity.subvolumes
    case 'lvm':
      return entity.logicalVolumes
    case 'partition':
    case 'lv':
    case 'luks':
      return entity.payload === null ? [] : [entity.payload]
    default:
      return []
  }
}

export function isMountable(entity: Entity): entity is Mountable {
  return entity.kind === 'filesystem' || entity.kind === 'subvolume'
}

/**
 * The chain from the entity mounted at `target` up to `from`; null when nothing is. Depth first in
 * order, so the first of several wins.
 */
export function mountPath(from: Entity, target: string): [Mountable, ...Entity[]] | null {
  if (isMountable(from)) return from.mountpoint === target ? [from] : null
  for (const child of children(from)) {
    const path = mountPath(child, target)
    if (path !== null) return [...path, from]
  }
  return null
}

export function findMountable(table: PartitionTable, target: string): Mountable | null {
  return mountPath(table, target)?.[0] ?? null
}

/** Calls `visit` for every entity, parents first, with the chain from the table down to it. */
export function walk(
  table: PartitionTable,
  visit: (entity: Entity, path: readonly Entity[]) => void,
): void {
  const down = (entity: Entity, above: readonly Entity[]): void => {
    const path = [...above, entity]
    visit(entity, path)
    for (const child of children(entity)) down(child, path)
  }
  down(table, [])
}

/** Everything that gets a mount unit or a line in fstab, in table order. */
export function fstabEntities(table: PartitionTable): (Mountable | Swap)[] {
  const found: (Mountable | Swap)[] = []
  const down = (entity: Entity): void => {
    if (isMountable(entity) || entity.kind === 'swap') found.push(entity)
    else for (const child of children(entity)) down(child)
  }
  down(table)
  return found
}

export function mountables(table: PartitionTable): Mountable[] {
  return fstabEntities(table).filter((entity) => entity.kind !== 'swap')
}
