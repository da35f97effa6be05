import type { Check, CheckReason } from '../../contract/checks'
import type { ImageFacts, UkiRecord } from '../../contract/facts'
import type { InstallationInputs } from '../../contract/installation'
import { claimedDigests } from '../seal/claimed'
import { sealAnswer } from '../seal/releases-matrix'
import { parseOsRelease } from './os-release'
import { bootedUki, installedUkis, loaderOf, missingInput, type CheckQuestion } from './question'
import { checkOf, reason } from './reasons'
import { layersOf } from './seal-check'

const INSTALL = 'bootc crates/lib/src/install.rs'
const BOOT = 'bootc crates/lib/src/bootc_composefs/boot.rs'
const DISK = 'error: Installing to disk: '
const COMPOSEFS = `${DISK}Setting up composefs boot: `
const UKI = `${COMPOSEFS}Setting up UKI boot: `
/** File systems that `bootc install` knows to have fs-verity (install/config.rs). */
const VERITY = ['ext4', 'btrfs']

type Inputs = InstallationInputs

/** Does `bootc install to-disk` on an empty disk, with the image's own defaults, go through? */
export function installCheck(question: CheckQuestion): Check {
  const { facts, judge } = question
  const missing = missingInput(facts)
  const { installation } = facts
  const reasons = missing !== null || installation === null ? [] : installReasons(question, installation) // prettier-ignore
  return checkOf({
    id: 'install',
    reasons,
    unknown: missing,
    yes: `\`bootc install to-disk\` of bootc ${judge.version} goes through on an empty disk`,
    no: '`bootc install` fails',
  })
}

/** What it stops at, in its order; what it would meet later stands behind. */
function installReasons(question: CheckQuestion, inputs: Inputs): CheckReason[] {
  const { facts } = question
  const unified = facts.kernel?.unified === true
  return [
    ...settled(question, inputs),
    ...selinuxReasons(inputs),
    ...(unified ? composefsReasons(question, inputs) : ostreeReasons(facts, inputs)),
    ...programReasons(facts, inputs),
  ]
}

/** Before the disk is touched: configuration, kernel, boot loader, file system, prepare-root.conf. */
function settled(question: CheckQuestion, inputs: Inputs): CheckReason[] {
  const { facts } = question
  const found: CheckReason[] = []
  const stop = (id: string, message: string, words: string, fix: string | null, path: string | null = null) =>
    found.push(reason(id, 'error', message, { upstream: DISK + words, path, fix, source: INSTALL })) // prettier-ignore
  if (facts.errors.installConfig !== null) {
    stop('install-config', 'the install configuration cannot be read', facts.errors.installConfig, 'correct the file that is named') // prettier-ignore
  }
  if (facts.errors.kernel !== null) {
    stop(
      'kernel',
      facts.errors.kernel,
      facts.errors.kernel,
      'one kernel, or a UKI that can be read',
    )
  }
  const unified = facts.kernel?.unified === true
  if (unified && loaderOf(facts).loader === 'none') {
    stop('bootloader-none', 'the install configuration names the boot loader none, which a sealed image cannot have', 'Bootloader set to none is not supported with the composefs backend', 'bootloader = "systemd" in usr/lib/bootc/install', 'usr/lib/bootc/install') // prettier-ignore
  }
  const type = facts.installConfig?.filesystemRootType ?? null
  if (type === null && facts.errors.installConfig === null) {
    stop('no-root-filesystem', 'the image names no root file system, and the command line none either', 'No root filesystem specified', 'write [install.filesystem.root] type = "ext4" into usr/lib/bootc/install/00-root.toml, or give --filesystem', 'usr/lib/bootc/install') // prettier-ignore
  }
  // The flag of the first UKI is looked at here (bootc install.rs).
  const [claim] = facts.seal.claimed
  if (unified && type !== null && !VERITY.includes(type) && claim?.optional !== true) {
    stop('no-verity', `the image wants ${type} for the root, which has no fs-verity, and its UKI demands a digest`, `Specified filesystem ${type} does not support fs-verity`, 'type = "ext4" or "btrfs" in [install.filesystem.root]', 'usr/lib/bootc/install') // prettier-ignore
  }
  const { prepareRoot, setupRootConf } = inputs
  if (prepareRoot === null && !(setupRootConf && question.judge.release.setupRootConf)) {
    stop('no-prepare-root', 'the image has no ostree/prepare-root.conf', 'Failed to find ostree/prepare-root.conf in /usr/lib or /etc', 'write usr/lib/ostree/prepare-root.conf: [composefs] enabled = yes', 'usr/lib/ostree/prepare-root.conf') // prettier-ignore
  } else if (prepareRoot !== null && prepareRoot.problem !== null) {
    stop('prepare-root-broken', `${prepareRoot.path} is no key file`, prepareRoot.problem, 'write it as [composefs] enabled = yes', prepareRoot.path) // prettier-ignore
  }
  return found
}

/** composefs backend: repository, boot image, boot loader, UKIs, state, in this order. */
function composefsReasons(question: CheckQuestion, inputs: Inputs): CheckReason[] {
  const { facts } = question
  const layers = layersOf(facts)
  const unread = question.judge.release.imports === 'first-frame' ? layers.multiFrame : null
  const importError = layers.importError ?? facts.errors.import ?? unread
  const found: CheckReason[] = []
  const stop = (id: string, message: string, words: string, fix: string | null, path: string | null = null) =>
    found.push(reason(id, 'error', message, { upstream: words, path, fix, source: BOOT })) // prettier-ignore
  if (importError !== null) {
    stop('import', `the layers cannot be imported: ${importError}`, `${DISK}Pulling image into composefs repository: ${importError}`, 'write the layer that is named again') // prettier-ignore
  }
  if (inputs.bootEntriesError !== null) {
    stop('boot-entries', `composefs-boot stops at what the image has to boot: ${inputs.bootEntriesError}`, COMPOSEFS + inputs.bootEntriesError, 'leave only regular files with the ending .efi below boot/EFI/Linux and usr/lib/modules') // prettier-ignore
  }
  for (const name of ['boot', 'sysroot'].filter((each) => !inputs.folders.includes(each))) {
    stop(`missing-${name}`, `the image has no /${name}`, `${COMPOSEFS}Generating bootable EROFS image: Directory entry "${name}" does not exist`, 'add the directory before sealing', name) // prettier-ignore
  }
  if (!inputs.folders.includes('tmp')) {
    stop('missing-tmp', 'the image has no /tmp, where bootc mounts a file system while it installs the boot loader', `${COMPOSEFS}Preparing image root for bootloader installation: Mounting tmpfs into composefs root: No such file or directory (os error 2)`, 'add the directory before sealing', 'tmp') // prettier-ignore
  }
  found.push(...loaderReasons(facts, inputs))
  const stray = inputs.secureBootKeys.stray[0]
  if (stray !== undefined) {
    const name = stray.slice(stray.lastIndexOf('/') + 1)
    stop('stray-secureboot-key', `${stray} is no folder: below secureboot-keys every entry must be one`, `${COMPOSEFS}/usr/lib/bootc/install/secureboot-keys/"${name}" is not a directory`, 'put the *.auth files into a folder, secureboot-keys/NAME/', stray) // prettier-ignore
  }
  if (inputs.bootEntries?.[0]?.type === 'type1') {
    stop('type1-entries', 'the image brings boot loader entries in boot/loader/entries, which bootc refuses', `${COMPOSEFS}Setting up BLS boot: Found Type1 entries in /boot`, 'remove boot/loader/entries: bootc writes its own', inputs.bootEntries[0].path) // prettier-ignore
  } else {
    found.push(...(importError === null ? ukiReasons(question) : []))
  }
  for (const name of ['etc', 'var'].filter((each) => !inputs.folders.includes(each))) {
    stop(`missing-${name}`, `the image has no /${name}, which bootc copies at the very end`, `${COMPOSEFS}Writing composefs state: Initializing /etc and /var for state: cp: cannot stat '/${name}/.': No such file or directory`, 'add the directory', name) // prettier-ignore
  }
  return found
}

function loaderReasons(facts: ImageFacts, inputs: Inputs): CheckReason[] {
  const { loader, why } = loaderOf(facts)
  const found: CheckReason[] = []
  const installing = `${COMPOSEFS}Installing bootloader: `
  if ((loader === 'grub' || loader === 'grub-cc') && inputs.bootupctl === null) {
    const message = `${loader} is installed by bootupctl, which the image does not have (${why})`
    found.push(reason('no-bootupd', 'error', message, { upstream: `${installing}Probing bootupd --filesystem support: No such file or directory (os error 2)`, fix: 'install bootupd, or bootloader = "systemd"', source: 'bootc crates/lib/src/bootloader.rs' })) // prettier-ignore
  }
  if (loader === 'systemd' && !inputs.entryToken) {
    found.push(reason('no-entry-token', 'error', 'os-release has neither ID nor IMAGE_ID, and there is no machine id: bootctl has no name for its entries', { upstream: 'No machine ID set, and /etc/os-release carries no ID=/IMAGE_ID= fields.', path: 'usr/lib/os-release', fix: 'write ID= into usr/lib/os-release', source: 'systemd src/shared/find-esp.c' })) // prettier-ignore
  }
  return found
}

/** Every file directly in boot/EFI/Linux or in usr/lib/modules/KERNEL is a UKI for bootc, and each is checked. */
function ukiReasons(question: CheckQuestion): CheckReason[] {
  const { facts } = question
  const inModules = facts.ukis.filter(({ path }) => /^usr\/lib\/modules\/[^/]+\/[^/]+$/.test(path))
  const ofUkis = [...installedUkis(facts), ...inModules].flatMap((uki) => oneUki(question, uki).slice(0, 1)) // prettier-ignore
  const booted = bootedUki(facts)
  return ofUkis.length > 0 || booted === null ? ofUkis : entryReasons(booted)
}

/** ESP of `bootc install to-disk` with the composefs backend, bytes (install/baseline.rs). */
const ESP_SIZE = 1024 * 2 ** 20

/** The last UKI names the boot loader entry, and must fit on the ESP (boot.rs, parsers/bls_config.rs). */
function entryReasons({ path, layer, size, osrel }: UkiRecord): CheckReason[] {
  const os = parseOsRelease(osrel ?? '')
  const at = { path, layer, source: BOOT }
  const name = `bootc_${(os.get('ID') ?? 'bootc').replaceAll('-', '_')}-${os.get('VERSION_ID') ?? os.get('VERSION') ?? ''}-1.conf`
  const file = path.slice(path.lastIndexOf('/') + 1)
  if (!['PRETTY_NAME', 'NAME', 'ID'].some((key) => os.has(key))) {
    return [reason('uki-no-name', 'error', `${path}: its .osrel names no system`, { ...at, upstream: `${UKI}Writing ${file} to ESP: Getting UKI boot label: No name information found in .osrel section`, fix: 'pass --os-release to ukify' })] // prettier-ignore
  }
  if (size > ESP_SIZE) {
    return [reason('uki-exceeds-esp', 'error', `${path} has ${Math.ceil(size / 2 ** 20)} MiB, the ESP of \`bootc install to-disk\` 1024 MiB`, { ...at, upstream: `${UKI}Writing ${file} to ESP: Writing UKI: No space left on device (os error 28)`, fix: 'make the initramfs smaller' })] // prettier-ignore
  }
  const problem = nameProblem(name)
  if (problem === null) return []
  return [reason('entry-name', 'error', `the boot loader entry would be called ${JSON.stringify(name)}, which the ESP cannot hold: the version in .osrel is part of it`, { ...at, upstream: `${UKI}Writing conf file: ${problem}`, fix: 'write a VERSION_ID without / \\ : * ? " < > |' })] // prettier-ignore
}

/** What the kernel says of a file name on FAT; null when it can be made. */
function nameProblem(name: string): string | null {
  if (name.includes('/')) return 'No such file or directory (os error 2)'
  if (/[\x00-\x1f"*:<>?\\|]/.test(name)) return 'Invalid argument (os error 22)'
  return name.length > 255 ? 'File name too long (os error 36)' : null
}

function oneUki({ facts, judge, repository, any }: CheckQuestion, uki: UkiRecord): CheckReason[] {
  const { path, layer } = uki
  const name = path.slice(path.lastIndexOf('/') + 1)
  const writing = `${UKI}Writing ${name} to ESP: `
  const stop = (id: string, message: string, upstream: string, fix: string): CheckReason[] => [
    reason(id, 'error', `${path}: ${message}`, { upstream, path, layer, fix, source: BOOT }),
  ]
  if (uki.error !== null) return stop('uki-broken', `it cannot be read as a UKI (${uki.error})`, `${writing}Getting UKI cmdline: ${uki.error}`, 'build the UKI again, or remove the file') // prettier-ignore
  const lacks = (section: string) => !uki.sections.some((each) => each.name === section)
  if (lacks('.cmdline')) return stop('uki-no-cmdline', 'it has no command line', `${writing}Getting UKI cmdline: UKI doesn't contain a '.cmdline' section`, 'build the UKI with `bootc container ukify`') // prettier-ignore
  const claimed = claimedDigests(uki.cmdline ?? '')
  if (claimed.length === 0) {
    const isAddon = name.endsWith('.addon.efi')
    const message = isAddon ? 'directly in boot/EFI/Linux an add-on counts as a UKI, and this one names no digest' : 'its command line names no composefs digest' // prettier-ignore
    const fix = isAddon ? `put it into ${path.slice(0, path.lastIndexOf('/'))}/UKI.efi.extra.d` : 'build the UKI with `bootc container ukify`' // prettier-ignore
    return stop('uki-no-composefs', message, `${writing}No composefs image in UKI cmdline`, fix)
  }
  const candidates = facts.seal.proof?.candidates
  if (candidates !== undefined) {
    const answer = sealAnswer(judge.release, repository, claimed, candidates, layersOf(facts))
    const someForm = any && candidates.some(({ digest }) => digest === claimed[0]?.digest)
    if (answer !== null && !answer.digest && !someForm) {
      const isParameter = answer.why.includes('The UKI has the wrong')
      const first = uki === bootedUki(facts) && installedUkis(facts).length === 1
      const message = isParameter ? `it demands a digest that bootc ${judge.version} does not compute from the layers` : answer.why // prettier-ignore
      const fix = path.startsWith('usr/') ? 'remove it: it is part of the tree that the digest covers, so its digest can never be right' : first ? 'seal the image again as its last step' : 'keep one UKI in boot/EFI/Linux' // prettier-ignore
      return stop('uki-wrong-digest', message, isParameter ? COMPOSEFS + answer.why : writing + answer.why, fix) // prettier-ignore
    }
  }
  if (lacks('.osrel')) return stop('uki-no-osrel', 'it has no .osrel section', `${writing}UKI doesn't contain a '.osrel' section`, 'pass --os-release to ukify') // prettier-ignore
  for (const section of ['.linux', '.initrd']) {
    if (lacks(section)) return stop(`uki-no${section.replace('.', '-')}`, `it has no ${section} section`, `${writing}Computing boot digest: ${section} not present: UKI doesn't contain a '${section}' section`, 'build the UKI with kernel and initramfs') // prettier-ignore
  }
  return []
}

/** ostree backend: bootupd writes the boot loader, and the kernel lies below usr/lib/modules. */
function ostreeReasons(facts: ImageFacts, inputs: Inputs): CheckReason[] {
  const found: CheckReason[] = []
  if (facts.kernel === null && facts.errors.kernel === null) {
    const hidden = inputs.bootEntries?.find(({ type }) => type === 'uki')
    const message = hidden === undefined ? 'the image has no kernel' : `the image has no kernel where bootc looks: ${hidden.path} lies deeper than boot/EFI/Linux` // prettier-ignore
    found.push(reason('no-kernel', 'error', message, { upstream: `${DISK}Creating ostree deployment: Performing deployment: Deploying tree: Initializing deployment: Failed to find kernel in /usr/lib/modules, /usr/lib/ostree-boot or /boot`, path: hidden?.path ?? null, fix: 'install a kernel into /usr/lib/modules, or a UKI directly into /boot/EFI/Linux', source: 'ostree src/libostree/ostree-sysroot-deploy.c' })) // prettier-ignore
  } else if (facts.arch !== 's390x' && ['systemd', 'grub-cc'].includes(loaderOf(facts).loader)) {
    const { loader, why } = loaderOf(facts)
    const message = `without a UKI bootc installs with ostree, where only bootupd writes the boot loader, and here it would be ${loader} (${why})`
    found.push(reason('bootupd-required', 'error', message, { upstream: `${DISK}bootupd is required for ostree-based installs`, path: 'usr/lib/bootupd/updates', fix: 'install bootupd and name no other boot loader, or install with --composefs-backend', source: INSTALL })) // prettier-ignore
  } else if (
    facts.arch !== 's390x' &&
    loaderOf(facts).loader === 'grub' &&
    inputs.bootupctl === null
  ) {
    const message = `grub is installed by bootupctl, which the image does not have (${loaderOf(facts).why})`
    found.push(reason('no-bootupd', 'error', message, { upstream: `${DISK}Installing bootloader: Probing bootupd --filesystem support: No such file or directory (os error 2)`, fix: 'install bootupd', source: 'bootc crates/lib/src/bootloader.rs' })) // prettier-ignore
  }
  if (facts.errors.kargs !== null) {
    found.push(reason('kargs', 'error', 'kargs.d cannot be read', { upstream: DISK + facts.errors.kargs, path: 'usr/lib/bootc/kargs.d', fix: 'correct the file that is named', source: 'bootc crates/lib/src/bootc_kargs.rs' })) // prettier-ignore
  }
  return found
}

/** libostree needs the policy that etc/selinux/config names, and crashes where it names none. */
function selinuxReasons({ selinux }: Inputs): CheckReason[] {
  if (selinux === null || selinux.policy) return []
  const path = 'etc/selinux/config'
  const source = 'golden runs of bootc with libostree 2026.4'
  if (selinux.type === null && selinux.mode === 'enforcing') {
    return [reason('selinux-no-type', 'error', 'etc/selinux/config says enforcing and names no SELINUXTYPE: bootc crashes', { upstream: "GLib-GIO-CRITICAL **: g_file_get_path: assertion 'G_IS_FILE (file)' failed", path, fix: 'write SELINUXTYPE=targeted at the beginning of a line, and install the policy', source })] // prettier-ignore
  }
  const words = selinux.type === null ? 'SELinux enabled, but no policy found in root' : `While calculating SELinux checksum: opendir(/etc/selinux/${selinux.type}/policy): No such file or directory` // prettier-ignore
  return [reason('selinux-no-policy', 'error', 'etc/selinux/config is there, but no compiled policy of that type', { upstream: `${DISK}Creating rootfs: Loading SELinux policy: ${words}`, path, fix: 'install the policy, or remove etc/selinux/config', source })] // prettier-ignore
}

/** What `bootc install to-disk` calls beside the tools that every system has. */
const TOOLS = ['skopeo', 'sfdisk', 'mkfs.fat']

/** Another root may run bootc: what is missing in the image is a warning. */
function programReasons(facts: ImageFacts, { programs }: Inputs): CheckReason[] {
  const lacks = (name: string) => programs.some((each) => each.name === name && each.path === null)
  const type = facts.installConfig?.filesystemRootType ?? null
  const unified = facts.kernel?.unified === true
  const wanted = [
    ...TOOLS,
    ...(type === null ? [] : [`mkfs.${type}`]),
    ...(unified && loaderOf(facts).loader === 'systemd' ? ['bootctl'] : []),
  ]
  const missing = wanted.filter(lacks)
  const found: CheckReason[] = []
  if (lacks('bootc')) {
    found.push(reason('no-bootc', 'warning', 'the image has no bootc: it can neither install nor update itself', { path: 'usr/bin/bootc', fix: 'install bootc', source: 'bootc docs/src/bootc-images.md' })) // prettier-ignore
  }
  if (lacks('podman')) {
    found.push(reason('no-podman', 'warning', 'the image has no podman: it installs, but `bootc upgrade` and `bootc switch` fail on every host', { upstream: 'Creating imgstorage: Initializing images: No such file or directory (os error 2)', path: 'usr/bin/podman', fix: 'install podman', source: 'bootc crates/lib/src/podstorage.rs' })) // prettier-ignore
  }
  if (missing.length > 0) {
    found.push(reason('missing-programs', 'warning', `the image has no ${missing.join(', ')}, which \`bootc install to-disk\` calls: it must run in another root`, { fix: 'install them, or run bootc from an image that has them', source: INSTALL })) // prettier-ignore
  }
  return found
}
