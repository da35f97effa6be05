import { resolve } from '../../../image/tree/lookup'
import type { Directory } from '../../../image/tree/node'
import { display } from '../../../image/tree/reader'
import { sortedEntries } from '../../../image/tree/walk'
import { type DiskFilesystem, fatRoom, fatUsed, locate } from './disk'
import { espOf, requireEspPartition } from './esp'
import { hasProgram, imageFile, imageText } from './image'
import { hasEntryToken, parseOsRelease } from './os-release'
import { INVALID, NO_FILE, NO_SPACE, Refusal, within } from './refusal'
import { writtenText } from './written'
import type { InstallRun } from './run'
import type { FileBody } from './volume'

const KEYS = 'usr/lib/bootc/install/secureboot-keys'
const SYSTEMD_BOOT = 'usr/lib/systemd/boot/efi'
/** What bootctl 262 writes where there is none (bootctl-install.c `install_loader_config`). */
const LOADER_CONF = '#timeout 3\n#console-mode keep\n'
const ENTRIES_SREL = 'type1\n'
/** Rust's names of the architectures with EFI, as EFI calls them. */
const EFI_ARCH: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'aa64', riscv64: 'riscv64' } // prettier-ignore

/** bootc bootloader.rs: bootupd for grub and grub-cc, bootctl for systemd-boot. */
export function installBootloader(run: InstallRun): void {
  const loader = run.result.bootloader?.value
  if (loader === 'grub' || loader === 'grub-cc') {
    within('Installing bootloader', () => installByBootupd(run))
    if (loader === 'grub-cc') replaceByGrubCc(run)
    return
  }
  const esp = mountEsp(run)
  const keys = secureBootKeys(run.image.root)
  within('Installing bootloader', () => {
    runBootctl(run, esp)
    for (const key of keys) {
      esp.volume.folder(`loader/keys/${key.folder}`)
      const leaf = imageFile(run.image.root, `${KEYS}/${key.folder}/${key.name}`)
      if (leaf !== null) esp.volume.file(`loader/keys/${key.folder}/${key.name}`, run.image.contents.body(leaf)) // prettier-ignore
    }
  })
}

function mountEsp(run: InstallRun): DiskFilesystem {
  const n = requireEspPartition(run.disk)
  const esp = espOf(run.disk)
  if (esp !== null && esp.type === 'vfat') return esp
  const device = run.options.command === 'to-disk' && !run.options.viaLoopback ? run.options.target : '$DISK' // prettier-ignore
  throw new Refusal(`Mounting ESP into composefs root: Mounting ${device}p${n} at $TMP/boot: ${INVALID}`) // prettier-ignore
}

/** `mount_esp_writable`, the second time. */
export function writableEsp(run: InstallRun): DiskFilesystem {
  const esp = espOf(run.disk)
  if (esp !== null && esp.type === 'vfat') return esp
  const n = requireEspPartition(run.disk)
  throw new Refusal(`Mounting ESP: Mounting $DISKp${n} at $TMP: ${INVALID}`)
}

/** Folders of `*.auth` files (boot.rs `get_secureboot_keys`). */
function secureBootKeys(root: Directory): { folder: string; name: string }[] {
  const top = resolve(root, KEYS, 'chroot')
  if (top?.kind !== 'dir') return []
  const keys: { folder: string; name: string }[] = []
  for (const [folder, node] of sortedEntries(top)) {
    const quoted = JSON.stringify(display(folder))
    if (node.kind !== 'dir') throw new Refusal(`/${KEYS}/${quoted} is not a directory`)
    for (const [name, file] of sortedEntries(node)) {
      if (!/.\.auth$/.test(name)) continue
      const path = JSON.stringify(display(`${folder}/${name}`))
      if (file.kind !== 'file') throw new Refusal(`/${KEYS}/${path} is not a file`)
      keys.push({ folder, name })
    }
  }
  return keys
}

/** `bootctl install --root … --esp-path /boot` of systemd 262; it says nothing without a systemd-boot. */
function runBootctl(run: InstallRun, esp: DiskFilesystem): void {
  if (!hasToken(run)) {
    throw new Refusal('Subprocess failed: ExitStatus(unix_wait_status(256))', {
      lastLine: 'No machine ID set, and /etc/os-release carries no ID=/IMAGE_ID= fields.',
    })
  }
  const { volume } = esp
  const folders = ['EFI', 'EFI/systemd', 'EFI/BOOT', 'loader', 'loader/keys', 'EFI/Linux', 'loader/entries'] // prettier-ignore
  for (const path of folders) volume.folder(path)
  for (const { name, body } of systemdBoot(run)) {
    put(esp, `EFI/systemd/${name}`, body)
    const arch = /^systemd-boot(.*)\.efi$/i.exec(name)?.[1]
    if (arch !== undefined) put(esp, `EFI/BOOT/BOOT${arch.toUpperCase()}.EFI`, body)
  }
  const text = (path: string, content: string) => {
    if (!volume.has(path)) volume.file(path, writtenText(run, content))
  }
  text('loader/loader.conf', LOADER_CONF)
  text('loader/entries.srel', ENTRIES_SREL)
}

function put(esp: DiskFilesystem, path: string, body: FileBody | null): void {
  requireRoom(esp, body?.size ?? 0, `Failed to write data to "/boot/${path}"`)
  esp.volume.file(path, body)
}

/** An entry token: a machine ID, or ID or IMAGE_ID of the os-release file. */
function hasToken({ image }: InstallRun): boolean {
  const machineId = imageText(image, 'etc/machine-id')?.trim() ?? ''
  if (/^[0-9a-f]{32}$/i.test(machineId) && !/^0+$/.test(machineId)) return true
  const text = imageText(image, 'etc/os-release') ?? imageText(image, 'usr/lib/os-release')
  return text !== null && hasEntryToken(text)
}

/** Binaries of the image, a signed one before its plain one; of the machine where the image has no folder. */
function systemdBoot(run: InstallRun): { name: string; body: FileBody | null }[] {
  const { image, machine } = run
  const suffix = `${EFI_ARCH[image.arch] ?? image.arch}.efi`
  const folder = resolve(image.root, SYSTEMD_BOOT, 'chroot')
  if (folder?.kind !== 'dir') {
    return machine.systemdBoot ? [{ name: `systemd-boot${suffix}`, body: null }] : []
  }
  const found: { name: string; body: FileBody | null }[] = []
  for (const name of folder.entries.keys()) {
    if (!name.toLowerCase().endsWith(suffix)) continue
    const leaf =
      imageFile(image.root, `${SYSTEMD_BOOT}/${name}.signed`) ??
      imageFile(image.root, `${SYSTEMD_BOOT}/${name}`)
    if (leaf !== null) found.push({ name, body: image.contents.body(leaf) })
  }
  return found
}

/** bootupctl in a chroot of the image; what it writes itself is not known here. */
export function installByBootupd(run: InstallRun): void {
  const { image, disk } = run
  if (!hasProgram(image.root, 'bootupctl')) {
    throw new Refusal(`Probing bootupd --filesystem support: ${NO_FILE}`)
  }
  const boot = locate(disk, 'boot')
  if (!boot.filesystem.volume.has(boot.path)) throw new Refusal(NO_FILE)
  boot.filesystem.volume.folder(boot.path === '' ? 'grub2' : `${boot.path}/grub2`)
}

/** boot.rs: the grub that bootupd brought gives way to the one of confidential clusters. */
function replaceByGrubCc(run: InstallRun): void {
  const { image, disk } = run
  const boot = locate(disk, 'boot/grub2')
  boot.filesystem.volume.remove(boot.path)
  const esp = mountEsp(run)
  const text = imageText(image, 'usr/lib/os-release')
  if (text === null) throw new Refusal('Failed to parse os-release')
  const folder = `EFI/${parseOsRelease(text).id ?? 'bootc'}`
  if (!esp.volume.isDirectory(folder)) throw new Refusal(`Opening ${folder}: ${NO_FILE}`)
  for (const name of ['bootuuid.cfg', 'grub.cfg']) esp.volume.remove(`${folder}/${name}`)
  const name = image.arch === 'x86_64' ? 'grubx64.efi' : image.arch === 'aarch64' ? 'grubaa64-cc.efi' : null // prettier-ignore
  if (name === null) throw new Refusal(`GrubCC not supported for: ${image.arch}`)
  const leaf = imageFile(image.root, 'usr/lib/grub-cc/grub-cc.efi')
  if (leaf === null) throw new Refusal(`Copying grub-cc binary: ${NO_FILE}`)
  esp.volume.file(`${folder}/${name}`, image.contents.body(leaf))
}

/** Stops where a file has no room on a FAT file system. */
export function requireRoom(esp: DiskFilesystem, size: number, context: string): void {
  if (esp.type !== 'vfat') return
  if (fatUsed(esp.volume, esp.size) + size <= fatRoom(esp.size)) return
  throw new Refusal(`${context}: ${NO_SPACE}`)
}
