import { refuse } from '../../../base/go/failure'
import type { PartitionTable } from './model'

/** Architectures that pass image-builder's name parser (pkg/arch); `number` is upstream's enum value. */
export type Arch = 'x86_64' | 'aarch64' | 'arm' | 'ppc64le' | 's390x' | 'riscv64'

/** pkg/arch/arch.go; seen in one error text. */
const ARCH_NUMBERS: Record<Arch, number> = {
  arm: 1,
  aarch64: 2,
  ppc64le: 3,
  s390x: 4,
  x86_64: 5,
  riscv64: 6,
}

export type PartitionUse =
  'bios' | 'boot' | 'data' | 'esp' | 'lvm' | 'ppc_prep' | 'swap' | 'root' | 'usr'

/** pkg/disk/disk.go; names as in the Discoverable Partitions Specification. */
export const GPT: Record<Exclude<PartitionUse, 'root' | 'usr'>, string> = {
  bios: '21686148-6449-6E6F-744E-656564454649',
  boot: 'BC13C2FF-59E6-4262-A352-B275FD6F7172',
  data: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  esp: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  lvm: 'E6D6D379-F507-44C2-A23C-238F2A3DF928',
  ppc_prep: '9E1A2D38-C612-4316-AA26-8B49521E5A8B',
  swap: '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F',
}

const GPT_BY_ARCH: Record<'root' | 'usr', Partial<Record<Arch, string>>> = {
  root: {
    x86_64: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
    aarch64: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
    ppc64le: 'C31C45E6-3F39-412E-80FB-4809C4980599',
    s390x: '5EEAD9A9-FE09-4A1E-A1D7-520D00531306',
  },
  usr: {
    x86_64: '8484680C-9521-48C6-9C11-B0720656F69E',
    aarch64: 'B0E01050-EE5F-4390-949A-9101B17104E9',
    ppc64le: '15BB03AF-77E7-4D4A-B12B-C0D084F7491C',
    s390x: '8A4F5770-50AA-4ED3-874A-99B710DB6FEA',
  },
}

const DOS: Record<PartitionUse, string> = {
  bios: '00',
  boot: '83',
  data: '83',
  esp: 'ef',
  lvm: '8e',
  ppc_prep: '41',
  swap: '82',
  root: '83',
  usr: '83',
}

/** An extended DOS partition, and FAT16B as it is used for ESPs. */
export const DOS_EXTENDED = '0f'
export const DOS_FAT16B = '06'

/** Ids that never change (pkg/disk/disk.go). */
export const FIXED = {
  biosBootPartition: 'FAC7F1FB-3E8D-4137-A512-961DE09A5549',
  espPartition: '68B2905B-DF3E-4FB3-80FA-49D1E773AA33',
  espVolume: '7B77-95E7',
}

/** The partition type for a use. Source: getPartitionTypeIDfor. */
export function partitionTypeFor(
  tableType: PartitionTable['type'],
  use: PartitionUse,
  arch: Arch,
): string {
  if (tableType === 'dos') return DOS[use]
  if (tableType === '') throw refuse('unknown or unsupported partition table enum: 0')
  if (use !== 'root' && use !== 'usr') return GPT[use]
  const type = GPT_BY_ARCH[use][arch]
  if (type !== undefined) return type
  throw refuse(`unknown or unsupported architecture enum value: ${ARCH_NUMBERS[arch]}`)
}
