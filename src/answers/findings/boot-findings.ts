import type { Finding, ImageFacts } from '../../contract/facts'
import { childAt, directoryAt } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import { display } from '../../image/tree/reader'
import { entriesAt } from './entries'
import { finding } from './finding'

/** Size of the ESP in image-builder's partition tables for bootc, bytes; bootc's own is 512 MiB. */
const ESP_SIZE = 501 * 1024 * 1024
/** The booted UKI, the one to come and the one to go back to. */
const KEPT_UKIS = 3

/** Kernels, UKIs and boot loaders of the tree. */
export function bootFindings(root: Directory, facts: ImageFacts): Finding[] {
  const unified = facts.kernel?.unified === true
  return [
    ...leftovers(root, facts),
    ...loaderFindings(root, facts),
    ...(unified ? [...ukiFit(root, facts), ...kargsFit(facts), ...sealedFolders(root)] : []),
  ]
}

/** composefs-boot `empty_toplevel_dirs`: /boot and /sysroot must be directories of the tree. */
function sealedFolders(root: Directory): Finding[] {
  const source = 'composefs-rs composefs-boot/src/lib.rs'
  return ['usr', 'boot', 'sysroot'].flatMap((name) => {
    if (childAt(root, name)?.kind === 'dir') return []
    const message = `the image has no /${name} directory, which a composefs installation needs`
    return [finding(`missing-${name}`, 'error', message, { path: name, fix: 'add the directory before sealing', source })] // prettier-ignore
  })
}

function leftovers(root: Directory, facts: ImageFacts): Finding[] {
  const found: Finding[] = []
  const ukis = facts.ukis.filter(({ path }) => path.startsWith('boot/EFI/Linux/'))
  const [first, ...others] = ukis
  if (first !== undefined && others.length > 0) {
    const names = others.map(({ path }) => path).join(', ')
    const last = others.at(-1)?.path ?? first.path
    const message = `besides ${first.path} there is ${names}: bootc checks every one, refuses the image when one is wrong, and keeps the last by name, ${last}`
    found.push(finding('multiple-ukis', 'warning', message, { path: first.path, fix: 'keep one UKI; put add-ons into UKI.efi.extra.d', source: 'bootc crates/lib/src/kernel.rs' })) // prettier-ignore
  }
  for (const { path } of facts.ukis.filter((uki) => !uki.path.startsWith('boot/'))) {
    const message = `${path} is not booted: bootc looks for UKIs in boot/EFI/Linux only`
    found.push(finding('uki-in-modules', first === undefined ? 'warning' : 'info', message, { path, fix: 'move it to boot/EFI/Linux', source: 'bootc crates/lib/src/kernel.rs' })) // prettier-ignore
  }
  if (first === undefined) found.push(...tooDeep(root))
  if (first !== undefined) found.push(...vmlinuzFindings(root))
  for (const [name] of entriesAt(root, 'boot')) {
    if (!name.endsWith('.dump')) continue
    const path = `boot/${display(name)}`
    const message = `${path} is a leftover of sealing; it is not part of the sealed tree`
    found.push(finding('dumpfile-in-boot', 'warning', message, { path, fix: 'keep it outside of the image', source: 'bootc crates/lib/src/ukify.rs' })) // prettier-ignore
  }
  return found
}

/** Below boot/EFI/Linux the depth decides: directly in it is a UKI, deeper is an add-on (bootc boot.rs). */
function tooDeep(root: Directory): Finding[] {
  return entriesAt(root, 'boot/EFI/Linux').flatMap(([name, node]) => {
    if (node.kind !== 'dir' || name.endsWith('.efi.extra.d')) return []
    const file = [...node.entries.keys()].find((each) => each.endsWith('.efi'))
    if (file === undefined) return []
    const path = `boot/EFI/Linux/${display(name)}/${display(file)}`
    const message = `${path} is an add-on for bootc, whatever it is called: only directly in boot/EFI/Linux a file is a UKI`
    return [finding('uki-too-deep', 'error', message, { path, fix: 'move it to boot/EFI/Linux', source: 'bootc crates/lib/src/kernel.rs' })] // prettier-ignore
  })
}

function vmlinuzFindings(root: Directory): Finding[] {
  return entriesAt(root, 'usr/lib/modules').flatMap(([name, node]) => {
    if (node.kind !== 'dir' || !node.entries.has('vmlinuz')) return []
    const path = `usr/lib/modules/${display(name)}/vmlinuz`
    const message = `${path} lies beside a UKI: bootc boots the UKI, and the kernel is in the image twice` // prettier-ignore
    return [finding('vmlinuz-beside-uki', 'warning', message, { path, fix: 'remove vmlinuz and initramfs.img before sealing', source: 'bootc docs/src/experimental-composefs.md' })] // prettier-ignore
  })
}

/** bootc `PostFetchState`: the configured loader, else grub where bootupd is at work, else systemd-boot. */
function loaderFindings(root: Directory, facts: ImageFacts): Finding[] {
  if (facts.kernel === null) return []
  const source = 'bootc crates/lib/src/install.rs'
  const bootupd = directoryAt(root, 'usr/lib/bootupd/updates') !== null
  const atWork = bootupd && (facts.installation?.bootupctl ?? null) !== null
  const loader = facts.installConfig?.bootloader ?? (atWork ? 'grub' : 'systemd')
  const found: Finding[] = []
  const add = (id: string, message: string, fix: string) =>
    found.push(finding(id, 'warning', message, { fix, source }))
  if (!facts.kernel.unified) {
    if (!bootupd && facts.arch !== 's390x') {
      add('missing-bootupd', 'usr/lib/bootupd/updates is missing: an installation with ostree needs bootupd to write the boot loader', 'install bootupd') // prettier-ignore
    }
    return found
  }
  if (loader === 'grub' && bootupd) {
    add('bootupd-with-uki', 'bootupd is at work in the image, so grub is installed in front of the UKI', 'bootloader = "systemd" in usr/lib/bootc/install, with systemd-boot in the image') // prettier-ignore
  }
  return found
}

function ukiFit(root: Directory, facts: ImageFacts): Finding[] {
  const [uki] = facts.ukis
  if (uki === undefined) return []
  const { path } = uki
  const found: Finding[] = []
  const mib = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`
  const source = 'image-builder data/distrodefs/bootc-generic'
  if (uki.size > ESP_SIZE) {
    const message = `the UKI has ${mib(uki.size)}, the ESP of image-builder's disks has 501 MiB`
    found.push(finding('uki-exceeds-esp', 'error', message, { path, fix: 'make the initramfs smaller, or the ESP larger with disk.yaml', source })) // prettier-ignore
  } else if (uki.size * KEPT_UKIS > ESP_SIZE) {
    const message = `${KEPT_UKIS} UKIs of ${mib(uki.size)} (booted, next, previous) do not fit into an ESP of 501 MiB: updates fail`
    found.push(finding('esp-too-small', 'warning', message, { path, fix: 'make the initramfs smaller, or the ESP larger with disk.yaml', source })) // prettier-ignore
  }
  if (uki.machine !== null && facts.arch !== null && uki.machine !== facts.arch) {
    const message = `the UKI is for ${uki.machine}, the image for ${facts.arch}`
    found.push(finding('uki-architecture', 'error', message, { path, fix: 'build the UKI for the architecture of the image', source: 'UAPI.5' })) // prettier-ignore
  }
  const version = uki.uname?.trim() ?? ''
  if (version !== '' && directoryAt(root, `usr/lib/modules/${version}`) === null) {
    const message = `the kernel of the UKI is ${version}, but usr/lib/modules/${version} is missing: no module can be loaded`
    found.push(finding('modules-missing', 'warning', message, { path, fix: 'install the modules of this kernel, or build the UKI from the kernel that is there', source: 'UAPI.5' })) // prettier-ignore
  }
  return found
}

/** With a UKI, kargs.d counts when the UKI is built and never later. */
function kargsFit({ kargs, ukis }: ImageFacts): Finding[] {
  const cmdline = ukis[0]?.cmdline ?? null
  if (kargs === null || cmdline === null) return []
  const words = new Set(cmdline.split(/\s+/))
  const missing = kargs.filter((karg) => !words.has(karg.replaceAll('"', '')) && !words.has(karg))
  if (missing.length === 0) return []
  const message = `kargs.d asks for ${missing.join(' ')}, which is not on the command line of the UKI and is ignored with it`
  return [
    finding('kargs-not-in-uki', 'warning', message, {
      path: 'usr/lib/bootc/kargs.d',
      fix: 'build the UKI again with these arguments, or remove them',
      source: 'bootc crates/lib/src/ukify.rs',
    }),
  ]
}
