import type { LayoutPartition, LayoutPayload } from '../../../contract/plan'
import { typeInWords } from './partition-types'

/** Which of the disk's colours a partition has. */
export type DiskRole = 'esp' | 'data' | 'root' | 'free'

export interface Slice {
  number: number
  title: string
  holds: string
  size: number
  /** Start on the disk, bytes. */
  start: number
  role: DiskRole
}

const ESP = ['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'ef']

/** The mount points below a payload: the own one, those of volumes and subvolumes. */
export function mountsOf(payload: LayoutPayload): string[] {
  const own = payload.mountpoint === null ? [] : [payload.mountpoint]
  return [...own, ...payload.children.flatMap(mountsOf)]
}

export function sliceOf(partition: LayoutPartition): Slice {
  const { number, size, start, payload, type } = partition
  const mounts = mountsOf(payload)
  const title = mounts[0] ?? payload.label ?? payload.name ?? typeInWords(type)
  const kind = payload.kind === 'none' ? 'no file system' : kindWords(payload.kind)
  return {
    number,
    size,
    start,
    title,
    holds: `${kind} · ${typeInWords(type)}`,
    role: roleOf(partition, mounts),
  }
}

function roleOf({ type, payload }: LayoutPartition, mounts: readonly string[]): DiskRole {
  if (ESP.includes(type.toLowerCase())) return 'esp'
  if (mounts.includes('/')) return 'root'
  return payload.kind === 'none' || payload.kind === 'raw' ? 'free' : 'data'
}

const KINDS: Readonly<Record<string, string>> = {
  fat: 'FAT',
  xfs: 'XFS',
  btrfs: 'Btrfs',
  lvm: 'LVM',
  luks: 'LUKS',
}

function kindWords(kind: string): string {
  return KINDS[kind] ?? kind
}
