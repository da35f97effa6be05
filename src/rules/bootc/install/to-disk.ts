import { layOut, locate, makeFilesystem, SECTOR, type WantedPartition } from './disk'
import type { RootFilesystem } from './arguments'
import { prepare, type Prepared } from './prepare'
import { Refusal, within } from './refusal'
import type { InstallRun } from './run'
import { loadPolicy } from './selinux'
import { ESP_TYPE, rootType } from './targets'

const MIB = 1024 * 1024
/** bootc install/baseline.rs: the ESP of the composefs backend and of ostree's, in MiB. */
const ESP_COMPOSEFS = 1024
const ESP_OSTREE = 512
const BOOT = 510
const BIOS_BOOT = '21686148-6449-6E6F-744E-656564454649'
const PREP = '9E1A2D38-C612-4316-AA26-8B49521E5A8B'
const LINUX_DATA = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'

/** bootc install.rs `install_to_disk` and baseline.rs `install_create_rootfs`. */
export function createRootfs(run: InstallRun): void {
  const { options } = run
  if (!options.viaLoopback && !isBlockDevice(options.target)) {
    throw new Refusal(`Not a block device: ${options.target}`)
  }
  if (options.viaLoopback && isBlockDevice(options.target)) {
    throw new Refusal(`Not a regular file (to be used via loopback): ${options.target}`)
  }
  if (options.viaLoopback) options.genericImage = true
  const prepared = prepare(run, null)
  run.prepared = prepared
  within('Creating rootfs', () => partition(run, prepared))
}

function isBlockDevice(path: string): boolean {
  return path.startsWith('/dev/')
}

function partition(run: InstallRun, prepared: Prepared): void {
  const { options, disk } = run
  if (!options.wipe && (disk.table?.partitions.length ?? 0) > 0) {
    const device = options.viaLoopback ? '$DISK' : options.target
    throw new Refusal(
      `Detected existing partitions on ${device}; use e.g. \`wipefs\` or --wipe if you intend to overwrite`,
    )
  }
  if (options.wipe) clear(run)
  const setup = blockSetup(run, prepared)
  const size = options.rootSize === null ? null : within('Parsing root size', () => mebibytes(options.rootSize ?? '')) // prettier-ignore
  if (prepared.selinux === 'on') loadPolicy(run)
  clear(run)
  const wanted = partitions(run.image.arch, prepared.composefs, setup === 'tpm2-luks', size)
  disk.table = layOut(disk.sectors, 'gpt', '$DISK_ID', wanted)
  if (disk.table === null) {
    throw new Refusal('Failed to run sfdisk: Task Initializing partitions failed: ExitStatus(unix_wait_status(256))') // prettier-ignore
  }
  run.stages.push('partitions')
  format(run, prepared, wanted)
}

/** Whatever was on the disk is gone. */
function clear({ disk }: InstallRun): void {
  disk.table = null
  disk.filesystems = []
  disk.mounts.clear()
  disk.unformatted = [0]
}

function blockSetup({ options }: InstallRun, { config }: Prepared): 'direct' | 'tpm2-luks' {
  const wanted = options.blockSetup
  if (config === null) {
    if (options.filesystem !== null) return wanted ?? 'direct'
    throw new Refusal('No install configuration found, and no filesystem specified')
  }
  const allowed = Array.isArray(config['block']) ? config['block'] : []
  const [first] = allowed
  if (first === undefined) {
    throw new Refusal('Empty block storage configuration in install configuration')
  }
  const chosen = wanted ?? (first === 'tpm2-luks' ? 'tpm2-luks' : 'direct')
  if (allowed.includes(chosen)) return chosen
  const name = chosen === 'direct' ? 'Direct' : 'Tpm2Luks'
  throw new Refusal(`Block setup ${name} is not enabled in installation config`)
}

/** bootc blockdev.rs `parse_size_mib`. */
function mebibytes(text: string): number {
  const units = [['MiB', 1], ['M', 1], ['GiB', 1024], ['G', 1024], ['TiB', 1 << 20], ['T', 1 << 20]] as const // prettier-ignore
  let digits = text
  let factor = 1
  for (const [suffix, value] of units) {
    const at = digits.lastIndexOf(suffix)
    if (at < 0) continue
    const rest = digits.slice(at + suffix.length)
    if (rest !== '') throw new Refusal(`Trailing text after size: ${rest}`)
    digits = digits.slice(0, at)
    factor = value
  }
  if (digits === '') throw new Refusal('cannot parse integer from empty string')
  if (!/^\+?\d+$/.test(digits)) throw new Refusal('invalid digit found in string')
  return Number(digits) * factor
}

function partitions(
  arch: string,
  composefs: boolean,
  luks: boolean,
  rootMib: number | null,
): WantedPartition[] {
  const list: Omit<WantedPartition, 'uuid'>[] = []
  if (arch === 'x86_64') list.push({ type: BIOS_BOOT, name: 'BIOS-BOOT', size: MIB })
  else if (arch === 'powerpc64') list.push({ type: PREP, name: 'PowerPC-PReP-boot', size: 4 * MIB })
  else if (arch !== 'aarch64' && arch !== 's390x')
    throw new Refusal(`Unsupported architecture: ${arch}`)
  if (hasEfi(arch)) {
    const size = (composefs ? ESP_COMPOSEFS : ESP_OSTREE) * MIB
    list.push({ type: ESP_TYPE, name: 'EFI-SYSTEM', size })
  }
  if (luks) list.push({ type: LINUX_DATA, name: 'boot', size: BOOT * MIB })
  const size = rootMib === null ? null : rootMib * MIB
  list.push({ type: rootType(arch), name: 'root', size })
  return list.map((each, index) => ({ ...each, uuid: `$PARTUUID${index + 1}` }))
}

function hasEfi(arch: string): boolean {
  return arch === 'x86_64' || arch === 'aarch64'
}

/** mkfs of root, then of the ESP; `boot` and `boot/efi` are made in the root. */
function format(run: InstallRun, prepared: Prepared, wanted: readonly WantedPartition[]): void {
  const { disk, kargs, options } = run
  const made = (disk.table?.partitions ?? []).map(({ size }) => size * SECTOR)
  const rootN = wanted.length
  const espN = wanted.findIndex(({ name }) => name === 'EFI-SYSTEM') + 1
  disk.unformatted = wanted.map((_, index) => index + 1).filter((n) => n !== rootN && n !== espN)
  if (espN > 0) {
    const detail = { label: 'EFI-SYSTEM', uuid: `$UUID${espN}`, size: made[espN - 1] ?? 0 }
    disk.filesystems.push(makeFilesystem(espN, 'vfat', detail))
  }
  const detail = { label: 'root', uuid: `$UUID${rootN}`, size: made[rootN - 1] ?? 0, options: mkfsOptions(prepared.filesystem) } // prettier-ignore
  const root = makeFilesystem(rootN, prepared.filesystem, detail)
  disk.filesystems.push(root)
  disk.mounts.set('/', rootN)
  run.rootUuid = root.uuid
  const bootN = wanted.findIndex(({ name }) => name === 'boot') + 1
  if (bootN > 0) {
    // Root is encrypted: /boot has a partition of its own.
    kargs.extend('luks.uuid=$LUKS_UUID luks.options=tpm2-device=auto,headless=true', 'bootc')
    addBoot(run, prepared.filesystem, bootN, made[bootN - 1] ?? 0)
  }
  kargs.extend(isDiscoverable(prepared) ? 'rw' : `root=UUID=${root.uuid} rw`, 'bootc')
  if (run.bootSpec !== null) kargs.extend(`boot=${run.bootSpec.source}`, 'bootc')
  for (const karg of options.kargs) kargs.extend(karg, 'bootc')
  root.volume.folder('boot')
  const efi = locate(disk, 'boot/efi')
  if (espN > 0) efi.filesystem.volume.folder(efi.path)
}

function addBoot(run: InstallRun, type: RootFilesystem, n: number, size: number): void {
  const { disk } = run
  const uuid = `$UUID${n}`
  disk.filesystems.push(makeFilesystem(n, type, { label: 'boot', uuid, size }))
  disk.unformatted = disk.unformatted.filter((each) => each !== n)
  disk.mounts.set('/boot', n)
  run.bootSpec = { source: `UUID=${uuid}`, fstype: 'auto', options: 'ro' }
}

function mkfsOptions(type: RootFilesystem): string[] {
  return type === 'ext4' ? ['-O', 'verity'] : []
}

/** `use_discoverable_partitions`: as configured, else with a boot loader that implements the interface. */
export function isDiscoverable({ config, bootloader }: Prepared): boolean {
  const configured = config?.['discoverable-partitions']
  if (typeof configured === 'boolean') return configured
  return bootloader === 'systemd' || bootloader === 'grub-cc'
}
