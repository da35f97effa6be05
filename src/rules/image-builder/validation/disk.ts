import type {
  DiskCustomization,
  LogicalVolumeCustomization,
  PartitionCustomization,
} from '../../../formats/blueprint/model'
import { cleanPath } from '../../../base/go/path'
import { goQuote } from '../../../base/go/quote'
import { uuidProblem } from './uuid'

const FILE_SYSTEMS = ['ext4', 'vfat', 'xfs']
/** File systems that a mountpoint takes; any other mountpoint takes all. */
const AT_MOUNTPOINT: Readonly<Record<string, readonly string[]>> = {
  '/boot': ['xfs', 'ext4'],
  '/boot/efi': ['vfat'],
}
const NOT_ON_LVM = ['/boot', '/boot/efi']
const NOT_ON_BTRFS = ['/boot/efi']
const DOS_TYPE = /^[0-9a-fA-F]{2}$/
const WHERE = 'in partitioning customizations'

export type TableType = 'gpt' | 'dos' | ''

/** Names and mountpoints that were seen so far. */
interface Seen {
  mountpoints: Set<string>
  groups: Set<string>
}

/** Upstream's text about a disk customization, null when it is fine (DiskCustomization.Validate). */
export function diskProblem(disk: DiskCustomization): string | null {
  const { type, partitions } = disk
  const prefix = 'invalid partitioning customizations:'
  if (!['gpt', 'dos', ''].includes(type)) {
    return `unknown partition table type: ${type} (valid: gpt, dos)`
  }
  const count = partitions?.length ?? 0
  if (type === 'dos' && count > 4) {
    return `${prefix} "dos" partition table type only supports up to 4 partitions: got ${count}`
  }
  if (disk.sectorSize !== 0n && (disk.sectorSize & (disk.sectorSize - 1n)) !== 0n) {
    return `${prefix} sector_size must be a power of 2, got ${disk.sectorSize}`
  }
  const seen: Seen = { mountpoints: new Set(), groups: new Set() }
  const table = type === 'gpt' || type === 'dos' ? type : ''
  const problems = (partitions ?? []).flatMap((part) =>
    [
      typeProblem(part, table),
      idProblem(part, table),
      labelProblem(part, table),
      payloadProblem(part, seen),
    ].filter((problem) => problem !== null),
  )
  return problems.length === 0 ? null : `${prefix}\n${problems.join('\n')}`
}

/** ValidateLayoutConstraints. */
export function layoutProblem({ partitions }: DiskCustomization): string | null {
  const kinds = (partitions ?? []).map(({ type }) => type)
  const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length
  if (count('lvm') > 0 && count('btrfs') > 0) {
    return 'btrfs and lvm partitioning cannot be combined'
  }
  if (count('btrfs') > 1) return 'multiple btrfs volumes are not yet supported'
  return count('lvm') > 1 ? 'multiple LVM volume groups are not yet supported' : null
}

/** What is checked again once the kind of table is known (pkg/disk, NewCustomPartitionTable). */
export function partitionProblem(part: PartitionCustomization, table: TableType): string | null {
  const name = goQuote(part.mountpoint)
  const type = typeProblem(part, table)
  if (type !== null) return `error validating partition type ID for ${name}: ${type}`
  const id = idProblem(part, table)
  if (id !== null) return `error validating partition ID for ${name}: ${id}`
  const label = labelProblem(part, table)
  return label === null ? null : `error validating partition label for ${name}: ${label}`
}

function typeProblem({ partType }: PartitionCustomization, table: TableType): string | null {
  if (partType === '') return null
  const uuid = uuidProblem(partType)
  const dos = DOS_TYPE.test(partType)
  const start = `invalid partition part_type ${goQuote(partType)} for partition table type "${table}"`
  if (table === 'gpt') return uuid === null ? null : `${start} (must be a valid UUID): ${uuid}`
  if (table === 'dos') return dos ? null : `${start} (must be a 2-digit hex number)`
  if (uuid === null || dos) return null
  return `invalid part_type ${goQuote(partType)}: must be a valid UUID for GPT partition tables or a 2-digit hex number for DOS partition tables`
}

/** The text for DOS names the wrong key upstream. */
function idProblem({ partUuid }: PartitionCustomization, table: TableType): string | null {
  if (partUuid === '') return null
  if (table === 'dos') return 'part_type is not supported for dos partition tables'
  const uuid = uuidProblem(partUuid)
  if (uuid === null) return null
  return `invalid partition part_uuid ${goQuote(partUuid)} (must be a valid UUID): ${uuid}`
}

function labelProblem({ partLabel }: PartitionCustomization, table: TableType): string | null {
  if (partLabel === '') return null
  if (table === 'dos') return 'part_label is not supported for dos partition tables'
  return partLabel.length > 36 ? 'part_label is not a valid GPT label, it is too long' : null
}

function payloadProblem(part: PartitionCustomization, seen: Seen): string | null {
  if (part.type === 'lvm') return groupProblem(part, seen)
  return part.type === 'btrfs' ? btrfsProblem(part, seen) : plainProblem(part, seen)
}

function plainProblem({ fsType, mountpoint }: PartitionCustomization, seen: Seen): string | null {
  if (fsType === 'none' || fsType === 'swap') {
    if (mountpoint === '') return null
    return `mountpoint for ${fsType} partition must be empty (got ${goQuote(mountpoint)})`
  }
  const problem = mountpointProblem(mountpoint) ?? duplicateProblem(mountpoint, seen)
  if (problem !== null) return problem
  if (!FILE_SYSTEMS.includes(fsType)) {
    return `unknown or invalid filesystem type (fs_type) for mountpoint ${goQuote(mountpoint)}: ${fsType}`
  }
  const taken = Object.hasOwn(AT_MOUNTPOINT, mountpoint) ? AT_MOUNTPOINT[mountpoint] : undefined
  if (taken !== undefined && !taken.includes(fsType)) {
    return `unsupported filesystem type for ${goQuote(mountpoint)}: ${fsType}`
  }
  seen.mountpoints.add(mountpoint)
  return null
}

function groupProblem(part: PartitionCustomization, seen: Seen): string | null {
  const { name } = part
  if (name !== '' && seen.groups.has(name)) {
    return `duplicate LVM volume group name ${goQuote(name)} ${WHERE}`
  }
  seen.groups.add(name)
  const names = new Set<string>()
  for (const volume of part.logicalVolumes ?? []) {
    const { fsType, mountpoint } = volume
    const group = goQuote(name)
    if (volume.name !== '' && names.has(volume.name)) {
      return `duplicate LVM logical volume name ${goQuote(volume.name)} in volume group ${group} ${WHERE}`
    }
    names.add(volume.name)
    if (fsType === 'swap') {
      // Upstream stops at the first swap volume: those after it are not checked.
      if (mountpoint === '') return null
      return `mountpoint for swap logical volume with name ${goQuote(volume.name)} in volume group ${group} must be empty`
    }
    const problem = volumeProblem(volume, seen)
    if (problem !== null) return problem
  }
  return null
}

function volumeProblem(
  { mountpoint, fsType }: LogicalVolumeCustomization,
  seen: Seen,
): string | null {
  const invalid = mountpointProblem(mountpoint)
  if (invalid !== null) return `invalid logical volume customization: ${invalid}`
  const duplicate = duplicateProblem(mountpoint, seen)
  if (duplicate !== null) return duplicate
  seen.mountpoints.add(mountpoint)
  if (NOT_ON_LVM.includes(mountpoint)) {
    return `invalid mountpoint ${goQuote(mountpoint)} for logical volume`
  }
  if (FILE_SYSTEMS.includes(fsType)) return null
  return `unknown or invalid filesystem type (fs_type) for logical volume with mountpoint ${goQuote(mountpoint)}: ${fsType}`
}

function btrfsProblem({ subvolumes }: PartitionCustomization, seen: Seen): string | null {
  if (subvolumes === null || subvolumes.length === 0) return 'btrfs volume requires subvolumes'
  const names = new Set<string>()
  for (const { name, mountpoint } of subvolumes) {
    if (name === '') return `btrfs subvolume with empty name ${WHERE}`
    if (names.has(name)) return `duplicate btrfs subvolume name ${goQuote(name)} ${WHERE}`
    names.add(name)
    const invalid = mountpointProblem(mountpoint)
    if (invalid !== null) return `invalid btrfs subvolume customization: ${invalid}`
    const duplicate = duplicateProblem(mountpoint, seen)
    if (duplicate !== null) return duplicate
    if (NOT_ON_BTRFS.includes(mountpoint)) {
      return `invalid mountpoint ${goQuote(mountpoint)} for btrfs subvolume`
    }
    seen.mountpoints.add(mountpoint)
  }
  return null
}

function mountpointProblem(path: string): string | null {
  if (path === '') return 'mountpoint is empty'
  if (!path.startsWith('/')) return `mountpoint ${goQuote(path)} is not an absolute path`
  const clean = cleanPath(path)
  if (path === clean) return null
  return `mountpoint ${goQuote(path)} is not a canonical path (did you mean ${goQuote(clean)}?)`
}

function duplicateProblem(mountpoint: string, seen: Seen): string | null {
  if (!seen.mountpoints.has(mountpoint)) return null
  return `duplicate mountpoint ${goQuote(mountpoint)} ${WHERE}`
}
