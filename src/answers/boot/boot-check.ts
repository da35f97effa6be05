import type { Check, CheckReason } from '../../contract/checks'
import type { ImageFacts, UkiRecord } from '../../contract/facts'
import { toDiskLayout, type BootDisk } from './disk'
import { faultRange, faultsOf } from './known-kernels'
import { bootedUki, demandsVerity, loaderOf, missingInput } from './question'
import { checkOf, reason } from './reasons'
import { rootReasons } from './root-reasons'

/** Reasons, and which input is missing for an answer. */
interface Found {
  reasons: CheckReason[]
  unknown: string | null
}

/**
 * Does what was installed find, verify and mount its root? Judged on a disk: without one, on what `bootc install
 * to-disk` makes with the image's own defaults.
 */
export function bootCheck(facts: ImageFacts, disk: BootDisk = toDiskLayout(facts)): Check {
  const missing = missingInput(facts)
  const parts = missing === null ? partsOf(facts, disk) : [{ reasons: [], unknown: missing }]
  return checkOf({
    id: 'boot',
    reasons: parts.flatMap(({ reasons }) => reasons),
    unknown: parts.find(({ unknown }) => unknown !== null)?.unknown ?? null,
    yes: facts.kernel?.unified === true ? 'Boot loader, initramfs, kernel and command line fit the root' : 'Boot loader and initramfs find the root', // prettier-ignore
    no: 'What is installed does not boot',
  })
}

function partsOf(facts: ImageFacts, disk: BootDisk): Found[] {
  const uki = bootedUki(facts)
  if (facts.kernel === null) return [noKernel(facts)]
  if (uki === null) return [ostreeInitramfs(facts), sure(loaderReasons(facts))]
  return [initramfs(uki), kernel(facts, uki), root(facts, uki, disk), sure(loaderReasons(facts))]
}

function sure(reasons: CheckReason[]): Found {
  return { reasons, unknown: null }
}

function noKernel({ errors }: ImageFacts): Found {
  const message = errors.kernel ?? 'the image has no kernel'
  return sure([reason('no-kernel', 'error', message, { fix: 'one kernel in /usr/lib/modules, or a UKI in /boot/EFI/Linux', source: 'bootc crates/lib/src/kernel.rs' })]) // prettier-ignore
}

/** dracut's modules of bootc and composefs-rs. bootc's is opt-in: its check() returns 255. */
const MODULES = ['bootc', 'composefs']
const SETUP = 'bootc crates/initramfs/dracut/module-setup.sh'

/** Something in the initramfs must act on `composefs=`. */
function initramfs({ initrd, path, layer, sections }: UkiRecord): Found {
  const at = { path, layer, source: SETUP }
  if (!sections.some(({ name }) => name === '.initrd')) {
    return sure([reason('no-initramfs', 'error', 'the UKI has no .initrd section: nothing reads composefs=', { ...at, fix: 'build the UKI with an initramfs' })]) // prettier-ignore
  }
  if (initrd === null)
    return { reasons: [], unknown: 'the initramfs of the UKI was not looked into' }
  if (initrd.modules?.some((name) => MODULES.includes(name)) === true) return sure([])
  if ((initrd.composefs ?? []).length > 0) return sure([])
  if (initrd.problem !== null) {
    const message = `the initramfs cannot be read to its end (${initrd.problem})`
    return { reasons: [reason('initramfs-unread', 'warning', message, at)], unknown: `${message}, so whether it acts on composefs= cannot be seen` } // prettier-ignore
  }
  if (initrd.entries === 0) {
    const message =
      'the initramfs of the UKI is empty: only one that is built into the kernel could act on composefs='
    return { reasons: [reason('initramfs-empty', 'warning', message, { ...at, fix: 'build the UKI with an initramfs that has the dracut module bootc' })], unknown: message } // prettier-ignore
  }
  if (initrd.composefs === null) return { reasons: [], unknown: 'the initramfs has more names than are kept' } // prettier-ignore
  const message =
    'the initramfs ignores composefs=: it has neither the dracut module bootc (or composefs) nor bootc-root-setup.service nor composefs-setup-root, so nothing mounts or enforces the sealed root'
  return sure([reason('initramfs-ignores-composefs', 'error', message, { ...at, fix: 'build the initramfs with `dracut --add bootc` (the module is opt-in), and the UKI from it' })]) // prettier-ignore
}

function kernel(facts: ImageFacts, uki: UkiRecord): Found {
  const version = uki.kernelVersion ?? uki.uname?.trim() ?? ''
  const faults = faultsOf(version).filter(
    ({ underRequiredVerity }) => !underRequiredVerity || demandsVerity(facts) === true,
  )
  const reasons = faults.map(
    (fault) =>
    reason('known-bad-kernel', 'warning', `the kernel is ${version}; in ${faultRange(fault)} ${fault.what} (known on ${fault.asOf}, fixed in ${fault.fixed}), unless your distribution carries the fix`, { path: uki.path, layer: uki.layer, fix: `take Linux ${fault.fixed} or later`, source: fault.sources }), // prettier-ignore
  )
  return { reasons, unknown: reasons.length === 0 ? null : `whether the kernel ${version} carries a fix for a fault of ${faults.map(faultRange).join(', ')}` } // prettier-ignore
}

function root(facts: ImageFacts, uki: UkiRecord, disk: BootDisk): Found {
  const verity = demandsVerity(facts)
  const cmdline = uki.cmdline ?? ''
  const reasons = rootReasons({ cmdline, arch: facts.arch ?? '', disk, demandsVerity: verity === true }) // prettier-ignore
  if (verity === null) {
    reasons.push(reason('no-composefs-karg', 'error', 'the command line of the UKI names no composefs digest: the initramfs mounts no system', { path: uki.path, layer: uki.layer, fix: 'build the UKI with `bootc container ukify`', source: 'bootc crates/initramfs/src/lib.rs' })) // prettier-ignore
  }
  const byName = reasons.find(({ id }) => id === 'root-by-name')
  if (byName !== undefined) return { reasons, unknown: byName.message }
  const open = disk.root !== null && disk.root.verity === null && verity === true
  return { reasons, unknown: open ? 'which file system / will have, and whether it has fs-verity' : null } // prettier-ignore
}

/** File names of systemd-boot by architecture (UEFI 2.11 §3.5.1.1). */
const EFI_NAMES: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  aarch64: 'aa64',
  riscv64: 'riscv64',
}

function loaderReasons(facts: ImageFacts): CheckReason[] {
  const { installation, kernel: found, arch } = facts
  if (installation === null) return []
  const { loader, why } = loaderOf(facts)
  if (found?.unified !== true) return []
  if (loader === 'systemd') {
    const suffix = EFI_NAMES[arch ?? '']
    const fits = installation.systemdBoot.some((path) => suffix === undefined || path.includes(`systemd-boot${suffix}.efi`)) // prettier-ignore
    if (fits) return []
    const message = `systemd-boot starts the UKI (${why}), and the image has none: bootctl says nothing and succeeds, and the disk has an entry but no boot loader`
    return [reason('no-systemd-boot', 'error', message, { path: 'usr/lib/systemd/boot/efi', fix: 'install systemd-boot (systemd-boot-unsigned), and sign it', source: 'golden runs of bootc with systemd 262; bootc issue 2486' })] // prettier-ignore
  }
  if (loader === 'grub-cc' && installation.grubCc === null) {
    return [reason('no-grub-cc', 'error', 'the boot loader is grub-cc, and usr/lib/grub-cc/grub-cc.efi is missing', { path: 'usr/lib/grub-cc/grub-cc.efi', fix: 'install grub-cc, or bootloader = "systemd"', source: 'bootc crates/lib/src/bootloader.rs' })] // prettier-ignore
  }
  if (loader === 'grub' && !installation.bootupd) {
    return [reason('no-grub', 'error', 'the boot loader is grub, and usr/lib/bootupd/updates, which brings it, is missing', { path: 'usr/lib/bootupd/updates', fix: 'install bootupd and grub, or bootloader = "systemd"', source: 'bootc crates/lib/src/bootloader.rs' })] // prettier-ignore
  }
  return []
}

/** Without a UKI bootc installs with ostree: its dracut module mounts the deployment, root= is written. */
function ostreeInitramfs({ initrdModules, installation, kernel: found }: ImageFacts): Found {
  const path = found?.path.replace(/vmlinuz$/, 'initramfs.img') ?? null
  const at = { path, source: 'ostree src/boot/dracut/module-setup.sh' }
  if (installation?.initramfs === false) {
    return sure([reason('no-initramfs', 'error', 'there is no initramfs.img beside the kernel', { ...at, fix: 'run dracut in the build' })]) // prettier-ignore
  }
  if (initrdModules === null) return { reasons: [], unknown: 'the initramfs was not looked into' }
  if (initrdModules.includes('ostree') || initrdModules.includes('bootc')) return sure([])
  if (initrdModules.length === 0) return { reasons: [], unknown: 'the initramfs has no list of dracut modules' } // prettier-ignore
  return sure([reason('initramfs-without-ostree', 'error', 'the initramfs has no dracut module ostree: nothing finds the deployment', { ...at, fix: 'build it with `dracut --add ostree`' })]) // prettier-ignore
}
