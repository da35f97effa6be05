import { refuse } from '../../../base/go/failure'
import type { Target } from '../target'
import type { DiskWish } from './disk-wish'
import { filesystem, partition, type PartitionTable } from './model'
import { type Arch, DOS_FAT16B, FIXED, GPT, partitionTypeFor } from './partition-types'
import { type Bytes, MIB } from './size'

export type BootMode = 'uefi' | 'hybrid'

/** Size of the automatic ESP when the base table has none: defaultESPSize. */
const ESP_SIZE = 200n * MIB

/** Mount options of every ESP of this path: ESPFstabOptions. */
export const ESP_OPTIONS = 'defaults,uid=0,gid=0,umask=077,shortname=winnt'

type BootPart = 'prep' | 'bios' | 'esp'

/** What each architecture boots from: addPartitionsForBootMode. */
const BOOT_PARTS: Partial<Record<Arch, Record<BootMode, readonly BootPart[]>>> = {
  ppc64le: { uefi: ['prep'], hybrid: ['prep'] },
  s390x: { uefi: [], hybrid: [] },
  aarch64: { uefi: ['esp'], hybrid: ['esp'] },
  riscv64: { uefi: ['esp'], hybrid: ['esp'] },
  x86_64: { uefi: ['esp'], hybrid: ['bios', 'esp'] },
}

/** Appends the partitions the architecture boots from; an ESP only when the wish has none. */
export function addBootPartitions(
  result: PartitionTable,
  base: PartitionTable,
  wish: DiskWish,
  { arch, bootMode, target }: { arch: Arch; bootMode: BootMode; target: Target },
): void {
  const parts = BOOT_PARTS[arch]?.[bootMode]
  if (parts === undefined) throw refuse(`unknown or unsupported architecture ${arch}`)
  const hasEsp = wish.partitions.some(
    (part) => part.type === 'plain' && part.mountpoint === '/boot/efi',
  )
  for (const part of parts) {
    if (part === 'prep') result.partitions.push(prep(result, arch))
    if (part === 'bios') result.partitions.push(biosBoot(result, arch))
    if (part === 'esp' && !hasEsp) result.partitions.push(esp(result, arch, espSize(base, target)))
  }
}

function prep(result: PartitionTable, arch: Arch) {
  const type = partitionTypeFor(result.type, 'ppc_prep', arch)
  return partition({ type, size: 4n * MIB, bootable: true })
}

function biosBoot(result: PartitionTable, arch: Arch) {
  const type = partitionTypeFor(result.type, 'bios', arch)
  return partition({ type, size: MIB, bootable: true, uuid: FIXED.biosBootPartition })
}

function esp(result: PartitionTable, arch: Arch, size: Bytes) {
  return partition({
    type: partitionTypeFor(result.type, 'esp', arch),
    size,
    uuid: FIXED.espPartition,
    payload: filesystem({
      type: 'vfat',
      uuid: FIXED.espVolume,
      mountpoint: '/boot/efi',
      label: 'ESP',
      fstabOptions: ESP_OPTIONS,
      fstabPassno: 2n,
    }),
  })
}

/** The size of the base table's ESP: PartitionTable.ESPSize. */
function espSize(base: PartitionTable, target: Target): Bytes {
  if (!target.layout.espSizeFromBaseTable) return ESP_SIZE
  const typed = base.partitions.find((part) =>
    [GPT.esp.toLowerCase(), 'ef'].includes(part.type.toLowerCase()),
  )
  const fat16 = base.partitions.find(
    (part) =>
      part.type === DOS_FAT16B &&
      part.size > 0n &&
      part.payload?.kind === 'filesystem' &&
      part.payload.mountpoint === '/boot/efi',
  )
  return (typed ?? fat16)?.size || ESP_SIZE
}
