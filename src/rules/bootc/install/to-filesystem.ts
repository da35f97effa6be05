import { type Disk, type DiskFilesystem, locate } from './disk'
import type { RootFilesystem } from './arguments'
import { prepare, type Prepared } from './prepare'
import { NO_FILE, Refusal, within } from './refusal'
import type { InstallRun } from './run'
import { espOf } from './esp'

/** Where the target is mounted in the requests of the golden data, and by convention. */
const MOUNTED = '/target'

/** bootc install.rs `install_to_filesystem` up to the pull. */
export function openTarget(run: InstallRun): void {
  const { options, disk } = run
  requireMountPoint(run)
  const root = locate(disk, '').filesystem
  const prepared = prepare(run, knownType(root))
  run.prepared = prepared
  if (options.replace === 'wipe') wipe(disk, root)
  else if (options.replace === 'alongside') {
    within('Removing boot directory content', () => cleanBoot(run, root))
  } else within('Verifying empty rootfs', () => requireEmpty(disk, root))
  mountArguments(run, root, prepared)
  run.rootUuid = root.uuid
  run.skipFinalize = options.replace === 'alongside' || options.skipFinalize
}

function requireMountPoint({ options, disk }: InstallRun): void {
  const path = options.target.replace(/\/+$/, '')
  const below = path.startsWith(`${MOUNTED}/`) ? path.slice(MOUNTED.length) : ''
  if (below === '' || disk.mounts.has(below)) return
  const { filesystem, path: inner } = locate(disk, below.slice(1))
  if (!filesystem.volume.has(inner)) {
    throw new Refusal(`Opening target root directory ${options.target}: ${NO_FILE}`)
  }
  throw new Refusal(`Not a mountpoint: ${options.target}`)
}

function knownType({ type }: DiskFilesystem): RootFilesystem {
  if (type === 'vfat') throw new Refusal(`Unknown filesystem: ${type}`)
  return type
}

/** Mount points directly below a folder of the root, by path. */
function mountAt(disk: Disk, path: string): boolean {
  return disk.mounts.has(`/${path}`)
}

/** `remove_all_in_dir_no_xdev` with `mount_err`: in the order of the folder, which is not known. */
function wipe(disk: Disk, root: DiskFilesystem): void {
  const mount = [...disk.mounts.keys()].find((path) => path !== '/')
  if (mount !== undefined) {
    const [first = ''] = mount.slice(1).split('/')
    // Whatever was removed before depends on the order in which the folder is read.
    for (const name of root.volume.children('')) if (name !== first) root.volume.remove(name)
    const name = mount.slice(mount.lastIndexOf('/') + 1)
    throw new Refusal(`Found unexpected mount point ${JSON.stringify(name)}`)
  }
  for (const name of root.volume.children('')) root.volume.remove(name)
}

function requireEmpty(disk: Disk, root: DiskFilesystem): void {
  for (const name of root.volume.children('')) {
    if (name === 'lost+found') continue
    if (!root.volume.isDirectory(name)) {
      throw new Refusal(`Non-empty root filesystem; found ${JSON.stringify(name)}`)
    }
    onlyMounts(disk, root, name)
  }
}

function onlyMounts(disk: Disk, root: DiskFilesystem, path: string): void {
  if (mountAt(disk, path)) return
  within('Requiring directory contains only mount points', () => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const children = root.volume.children(path)
    if (children.length === 0) throw new Refusal(`Found empty directory: ${name}`)
    for (const child of children) {
      if (child === 'lost+found') continue
      if (root.volume.isDirectory(`${path}/${child}`)) onlyMounts(disk, root, `${path}/${child}`)
      else throw new Refusal(`Found entry in ${name}: ${child}`)
    }
  })
}

/** `clean_boot_directories`: /boot is emptied, and the ESP where it is mounted at boot/efi. */
function cleanBoot(run: InstallRun, root: DiskFilesystem): void {
  const { disk } = run
  if (!root.volume.isDirectory('boot')) throw new Refusal(`Opening /boot: ${NO_FILE}`)
  const boot = locate(disk, 'boot')
  const efi = locate(disk, 'boot/efi')
  const esp = espOf(disk)
  const hasEfi = efi.filesystem.volume.has(efi.path)
  if (hasEfi && !mountAt(disk, 'boot/efi') && esp !== null) disk.mounts.set('/boot/efi', esp.n)
  for (const name of boot.filesystem.volume.children(boot.path)) {
    if (mountAt(disk, `boot/${name}`)) continue
    boot.filesystem.volume.remove(boot.path === '' ? name : `${boot.path}/${name}`)
  }
  if (!disk.mounts.has('/boot/efi')) return
  const inner = locate(disk, 'boot/efi').filesystem.volume
  for (const name of inner.children('')) inner.remove(name)
}

function mountArguments(run: InstallRun, root: DiskFilesystem, prepared: Prepared): void {
  const { options, disk, kargs } = run
  const config = (key: string) => {
    const value = prepared.config?.[key]
    return typeof value === 'string' ? value : null
  }
  const rootSpec = options.rootMountSpec ?? config('root-mount-spec')
  const parts: string[] = []
  if (rootSpec === null) {
    parts.push(`root=UUID=${root.uuid}`)
    if (root.type === 'btrfs') parts.push('rootflags=subvol=/')
  } else if (rootSpec !== '') parts.push(`root=${rootSpec}`)
  parts.push('rw')
  run.bootSpec = bootSpec(disk, root, options.bootMountSpec ?? config('boot-mount-spec'))
  if (run.bootSpec !== null) parts.push(`boot=${run.bootSpec.source}`)
  kargs.extend(parts.join(' '), 'bootc')
}

/** The option, else a UUID in the target's own /etc/fstab, else what is mounted there. */
function bootSpec(disk: Disk, root: DiskFilesystem, spec: string | null): InstallRun['bootSpec'] {
  if (spec !== null) return spec === '' ? null : { source: spec, fstype: 'auto', options: 'ro' }
  const found = fstabBoot(root)
  if (found !== null) {
    const options = found.options === '' ? 'ro' : `${found.options},ro`
    return { ...found, options }
  }
  const n = disk.mounts.get('/boot')
  const mounted = disk.filesystems.find((each) => each.n === n)
  return mounted === undefined
    ? null
    : { source: `UUID=${mounted.uuid}`, fstype: 'auto', options: 'ro' }
}

/** `read_boot_fstab_entry`: the first line for /boot, if it names a UUID. */
function fstabBoot(root: DiskFilesystem): InstallRun['bootSpec'] {
  const node = root.volume.nodes.get('etc/fstab')
  const text = node?.type === 'file' ? (node.body?.text ?? '') : ''
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [source = '', target, fstype = 'auto', options = ''] = trimmed.split(/[ \t\n\f\r]+/)
    if (target === undefined) throw new Refusal(`Missing target in mount specification ${trimmed}`)
    if (target !== '/boot') continue
    return /^uuid=/i.test(source) ? { source, fstype, options } : null
  }
  return null
}
