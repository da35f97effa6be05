import type { CollectedBootFile } from './boot-files'

/** Who starts what: each file starts the next one. */
export interface BootChain {
  files: CollectedBootFile[]
  /** The first program comes from the machine that installs, not from the image. */
  foreignLoader: boolean
}

export interface ChainQuestion {
  files: readonly CollectedBootFile[]
  /** The kernel that bootc takes; null: none was found. */
  kernel: { path: string; unified: boolean } | null
  /** `systemd`, `grub`, …: the install configuration's; null when it names none. */
  bootloader: string | null
}

/** Parts of the file names by machine (`uname -m`), as in BOOTX64.EFI. */
const SUFFIXES: Record<string, string> = { x86_64: 'x64', aarch64: 'aa64', i686: 'ia32', arm: 'arm', riscv64: 'riscv64', loongarch64: 'loongarch64' } // prettier-ignore

/**
 * The chain that `bootc install` lays on the disk: with a UKI or `bootloader = "systemd"` systemd-boot, for
 * which bootctl takes the `.signed` copy where there is one; else what bootupd has for the ESP, shim first.
 * Null when there is nothing to start.
 */
export function bootChain({ files, kernel, bootloader }: ChainQuestion): BootChain | null {
  if (kernel === null) return null
  const payload = files.find(({ record }) => record.path === kernel.path || record.path === `${kernel.path}/vmlinuz`) // prettier-ignore
  const machine = payload?.record.machine ?? null
  const own = files.filter(({ record }) => machine === null || record.machine === machine)
  const end = payload === undefined ? [] : [payload]
  const loader = systemdBoot(own, machine)
  const fromEsp = espChain(own, machine)
  const wantsSystemd = kernel.unified || bootloader === 'systemd'
  if (wantsSystemd && loader !== null) return { files: [loader, ...end], foreignLoader: false }
  const second = fromEsp.at(-1)?.record.kind
  if (fromEsp.length > 0 && (!wantsSystemd || second === 'systemd-boot')) {
    return { files: [...fromEsp, ...end], foreignLoader: false }
  }
  return end.length === 0 ? null : { files: end, foreignLoader: true }
}

/** bootctl install: the signed copy beside the plain one (systemd src/bootctl/bootctl-install.c). */
function systemdBoot(
  files: readonly CollectedBootFile[],
  machine: string | null,
): CollectedBootFile | null {
  const plain = `usr/lib/systemd/boot/efi/systemd-boot${SUFFIXES[machine ?? ''] ?? 'x64'}.efi`
  const at = (path: string) => files.find(({ record }) => record.path === path) ?? null
  return at(`${plain}.signed`) ?? at(plain)
}

const ESP_TREES = /^(boot\/efi|usr\/lib\/bootupd\/updates|usr\/lib\/ostree-boot\/efi|usr\/lib\/efi\/[^/]+\/[^/]+)\/EFI\// // prettier-ignore

/** shim and what it starts (`grub<arch>.efi` beside it), or whatever is BOOT<ARCH>.EFI. */
function espChain(
  files: readonly CollectedBootFile[],
  machine: string | null,
): CollectedBootFile[] {
  const inTree = files.filter(({ record }) => ESP_TREES.test(record.path))
  const suffix = SUFFIXES[machine ?? ''] ?? 'x64'
  const shims = inTree.filter(({ record }) => record.kind === 'shim')
  for (const shim of shims) {
    const folder = shim.record.path.replace(/[^/]*$/, '')
    // Trees of packages keep shim and grub apart: the names below EFI/VENDOR decide.
    const vendor = folder.replace(/^.*\/EFI\//, 'EFI/')
    const next = inTree.find(({ record }) => record.path.toLowerCase().endsWith(`${vendor}grub${suffix}.efi`.toLowerCase())) // prettier-ignore
    if (next !== undefined) return [shim, next]
  }
  const [shim] = shims
  if (shim !== undefined) return [shim]
  const removable = inTree.find(({ record }) => record.path.toLowerCase().endsWith(`/boot${suffix}.efi`)) // prettier-ignore
  const grub = inTree.find(({ record }) => record.kind === 'grub')
  return removable === undefined ? (grub === undefined ? [] : [grub]) : [removable]
}
