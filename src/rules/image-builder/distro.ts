import { type DiskDefinition, decodeDiskYaml } from './disk/disk-yaml'
import type { Arch } from './disk/partition-types'
import { findMountable } from './disk/walk'
import { refuse } from '../../base/go/failure'
import { goQuote } from '../../base/go/quote'
import { decodeIsoYaml, type IsoDefinition } from './iso-yaml'
import type { BootcInfo, BuildContainerInfo } from './request'
import type { OsInfo } from './os-info'
import type { Target } from './target'

/** A container that passed all checks, with its disk.yaml read: upstream's `BootcDistro`. */
export interface BootcDistro {
  /** `bootc-fedora-43` */
  name: string
  arch: Arch
  imgref: string
  osInfo: OsInfo
  disk: DiskDefinition
  iso: IsoDefinition
  defaultFs: string
  /** Least size of `/`: twice the container. */
  rootMinimum: bigint
  sealed: boolean
  bootloader: string
  /** Null: the container builds itself. */
  build: { imgref: string; selinuxPolicy: string | null } | null
}

/** Doubled for updates in place (containerSizeToDiskSizeMultiplier). */
const SIZE_FACTOR = 2n
const ROOT_TYPES = ['', 'vfat', 'ext4', 'xfs', 'btrfs']

/** pkg/arch/arch.go, FromString */
const ARCH_NAMES: Record<string, Arch> = {
  amd64: 'x86_64',
  x86_64: 'x86_64',
  arm: 'arm',
  armv7: 'arm',
  arm64: 'aarch64',
  aarch64: 'aarch64',
  s390x: 's390x',
  ppc64le: 'ppc64le',
  riscv64: 'riscv64',
}

/**
 * Checks what is known of the container and reads its disk.yaml. Source: NewBootcWithLoader and
 * SetBuildContainer in pkg/distro/generic/bootc.go.
 */
export function createDistro(
  bootc: BootcInfo,
  osInfo: OsInfo | null,
  build: BuildContainerInfo | null,
  target: Target,
): BootcDistro {
  const disk = readDisk(osInfo, target)
  const iso = decodeIsoYaml(osInfo?.isoYaml ?? null, osInfo?.isoYamlPath ?? '')
  const rootType = target.rootTypeFromDiskYaml ? rootTypeOf(disk) : ''
  const defaultFs = rootType || bootc.defaultRootFs
  const info = requireInfo({ ...bootc, defaultRootFs: defaultFs }, osInfo)
  const name = distroName(`bootc-${info.osRelease.id}-${info.osRelease.versionId}`)
  if (!ROOT_TYPES.includes(defaultFs)) {
    throw refuse(
      `failed to set default rootfs for bootc distro: unknown or unsupported filesystem type name: ${defaultFs}`,
    )
  }
  const arch = archOf(bootc.arch, 'failed to set bootc distro architecture: ')
  return {
    name,
    arch,
    imgref: bootc.imgref,
    osInfo: info,
    disk,
    iso,
    defaultFs,
    rootMinimum: BigInt.asUintN(64, bootc.size * SIZE_FACTOR),
    sealed: bootc.unifiedKernel,
    bootloader: bootc.bootloader ?? '',
    build: build === null ? null : checkBuild(build, arch),
  }
}

function readDisk(osInfo: OsInfo | null, target: Target): DiskDefinition {
  if (osInfo === null || osInfo.diskYaml === null) {
    return { mountConfiguration: null, partitionTable: null }
  }
  return decodeDiskYaml(osInfo.diskYaml, osInfo.diskYamlPath, target)
}

/** The type of what disk.yaml mounts at `/`. */
function rootTypeOf({ partitionTable }: DiskDefinition): string {
  const root = partitionTable === null ? null : findMountable(partitionTable, '/')
  if (root === null) return ''
  return root.kind === 'subvolume' ? 'btrfs' : root.type
}

function requireInfo(bootc: BootcInfo, osInfo: OsInfo | null): OsInfo {
  const missing: string[] = []
  if (bootc.imgref === '') missing.push('Imgref')
  if (bootc.arch === '') missing.push('Arch')
  if (bootc.defaultRootFs === '') missing.push('DefaultRootFs')
  if (bootc.size === 0n) missing.push('Size')
  if (osInfo === null) missing.push('OSInfo')
  if (osInfo?.osRelease.id === '') missing.push('OSInfo.OSRelease.ID')
  if (osInfo?.osRelease.versionId === '') missing.push('OSInfo.OSRelease.VersionID')
  if (missing.length === 0 && osInfo !== null) return osInfo
  throw refuse(
    `failed to initialize bootc distro: missing required info: ${missing.join(', ')}`,
    missing.includes('DefaultRootFs')
      ? 'The container names no root file system (bootc install configuration): choose ext4, xfs or btrfs.'
      : null,
  )
}

/** Architecture by any of its names; an error gets `prefix`. */
function archOf(name: string, prefix: string): Arch {
  const arch = Object.hasOwn(ARCH_NAMES, name) ? ARCH_NAMES[name] : undefined
  if (arch === undefined) throw refuse(`${prefix}unsupported architecture ${goQuote(name)}`)
  return arch
}

function checkBuild(build: BuildContainerInfo, arch: Arch) {
  const missing: string[] = []
  if (build.imgref === '') missing.push('Imgref')
  if (build.arch === '') missing.push('Arch')
  const prefix = 'failed to set build container for bootc distro: '
  if (missing.length > 0) throw refuse(`${prefix}missing required info: ${missing.join(', ')}`)
  const own = archOf(
    build.arch,
    'failed to determine architecture of build container for bootc distro: ',
  )
  if (own !== arch) {
    throw refuse(
      `${prefix}build container architecture ${goQuote(own)} does not match base container ${goQuote(arch)}`,
    )
  }
  return { imgref: build.imgref, selinuxPolicy: build.selinuxPolicy }
}

/** The name parsed and printed again: `24.04` becomes `24.4`. Source: ParseID in pkg/distro/id.go. */
function distroName(text: string): string {
  const dash = text.lastIndexOf('-')
  const versions = text.slice(dash + 1).split('.')
  const fail = (message: string) =>
    refuse(
      `error when parsing distro name ${goQuote(text)}: ${message}`,
      'VERSION_ID in the os-release of the container must be one or two numbers, without single quotes.',
    )
  if (versions.length > 2) throw fail(`too many dots in the version (${versions.length - 1})`)
  const numbers = versions.map((part, i) => {
    const problem = atoiProblem(part)
    if (problem === null) return BigInt(part.replace('+', ''))
    const which = i === 0 ? 'major' : 'minor'
    throw fail(
      `parsing ${which} version failed, inner error:\nstrconv.Atoi: parsing ${goQuote(part)}: ${problem}`,
    )
  })
  // a minor version of -1 is how upstream marks "none"
  const printed = numbers[1] === undefined || numbers[1] === -1n ? numbers.slice(0, 1) : numbers
  return `${text.slice(0, dash)}-${printed.join('.')}`
}

/** Why Go's `strconv.Atoi` fails on 64-bit machines, null when it does not. */
function atoiProblem(text: string): string | null {
  if (!/^[-+]?[0-9]+$/.test(text)) return 'invalid syntax'
  const value = BigInt(text.replace('+', ''))
  return value >= 2n ** 63n || value < -(2n ** 63n) ? 'value out of range' : null
}
