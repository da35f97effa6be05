import { refuse } from '../../../base/go/failure'
import { goQuote } from '../../../base/go/quote'
import type { PartitionTable, Payload, VolumeGroup } from './model'
import { mountables } from './walk'

/** `base`, or `base` with the first free suffix 00…99. Source: genUniqueString. */
export function unique(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base
  for (let i = 0; i < 100; i++) {
    const candidate = base + String(i).padStart(2, '0')
    if (!taken.has(candidate)) return candidate
  }
  throw refuse(`name collision: could not generate unique version of ${goQuote(base)}`)
}

/** A label that nothing mountable of the table has; a subvolume counts with its name. */
export function uniqueLabel(table: PartitionTable, base: string): string {
  const labels = mountables(table).map((m) => (m.kind === 'subvolume' ? m.name : m.label))
  return unique(base, new Set(labels))
}

/** The first of vg00, vg01, … that is free. Source: addLVMPartition. */
export function volumeGroupName(table: PartitionTable): string {
  const taken = table.partitions.map(({ payload }) => (payload?.kind === 'lvm' ? payload.name : ''))
  return unique('vg', new Set([...taken, 'vg']))
}

/** A name made from the mountpoint: `rootlv`, `var_loglv`, `swaplv`. Source: genLVName, lvname. */
export function logicalVolumeName(group: VolumeGroup, payload: Payload): string {
  const base = payload.kind === 'filesystem' ? payload.mountpoint : 'swap'
  const name = base === '/' ? 'rootlv' : `${base.replace(/^\/+/, '').replaceAll('/', '_')}lv`
  return unique(name, new Set(group.logicalVolumes.map((lv) => lv.name)))
}
