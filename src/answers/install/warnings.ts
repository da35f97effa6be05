import type { InstallWarning } from '../../contract/install'
import { resolve } from '../../image/tree/lookup'
import { hasProgram } from '../../rules/bootc/install/image'
import { rootOf, type InstallRun } from '../../rules/bootc/install/run'

/** What an installation does not say although it matters afterwards. */
export function installWarnings(run: InstallRun): InstallWarning[] {
  const { image, options, prepared, result } = run
  const list: InstallWarning[] = []
  const warn = (id: string, message: string, fix: string | null, source: string) =>
    list.push({ id, message, fix, source })
  if (prepared === null) return list
  if (!prepared.composefs) {
    warn('ostree-files', 'what the ostree backend writes is not listed: ostree lays its own repository and deployment out', null, 'bootc install.rs') // prettier-ignore
    return list
  }
  if (options.sshKeys !== null && run.machine.hasFile(options.sshKeys) === null) {
    warn('host-file', `whether ${options.sshKeys} can be read on the machine that runs bootc is not known`, null, 'bootc install.rs') // prettier-ignore
  }
  if (run.kargs.items.some(({ value }) => value.startsWith('luks.uuid='))) {
    warn('tpm2-luks', 'the root is encrypted and bound to the TPM of the machine: whether there is one is not known', null, 'bootc install/baseline.rs') // prettier-ignore
  }
  if (options.kargDeletes.length > 0) {
    warn('karg-delete', '--karg-delete has no effect in the composefs backend', 'leave the option out', 'bootc install.rs') // prettier-ignore
  }
  if (
    prepared.isUki &&
    result.objects !== null &&
    !prepared.allowMissingVerity &&
    !rootOf(run).verity
  ) {
    warn('no-verity', 'the UKI demands fs-verity, but the root file system has none: the installation says nothing, and no object is protected', 'make the root file system with -O verity, or use btrfs', 'bootc install.rs') // prettier-ignore
  }
  if (result.bootloader?.value === 'systemd' && !hasSystemdBoot(run)) {
    warn('no-systemd-boot', 'there is no systemd-boot: bootctl says nothing, and the ESP has an entry and no boot loader', 'install systemd-boot in the image', 'systemd bootctl-install.c') // prettier-ignore
  }
  if (!hasProgram(image.root, 'podman')) {
    warn('no-podman', 'the image has no podman: bootc upgrade and bootc switch stop with "Creating imgstorage: Initializing images: No such file or directory"', 'install podman in the image', 'bootc podstorage.rs') // prettier-ignore
  }
  if (resolve(image.root, 'usr/lib/bootc/bound-images.d', 'chroot') !== undefined) {
    warn('bound-images', 'the composefs backend does not pull logically bound images', 'pull them by a service, or use the ostree backend', 'bootc boundimage.rs') // prettier-ignore
  }
  return list
}

function hasSystemdBoot({ image, machine }: InstallRun): boolean {
  const folder = resolve(image.root, 'usr/lib/systemd/boot/efi', 'chroot')
  if (folder?.kind !== 'dir') return machine.systemdBoot
  return [...folder.entries.keys()].some((name) => /^systemd-boot.*\.efi$/i.test(name))
}
