import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packageFiles, packages } from './packages'
import { writePe } from './pe-writer'
import { program } from './program'
import { rpmDatabase } from './rpm-database'
import { signPe } from './sign'
import { concat, encode, type SampleEntry } from './tar-writer'

/** The made-up system of the samples: version numbers and names in one place. */
export const KERNEL_VERSION = '6.17.1-300.fc43.x86_64'
export const BUILD_TIME = Date.UTC(2026, 8, 1, 12, 0, 0) / 1000
const STUB_VERSION: [number, number] = [258, 2]

const OS_RELEASE = `NAME="Example Linux"
VERSION="43 (Image Mode)"
ID=example
ID_LIKE="fedora"
VERSION_ID=43
PLATFORM_ID="platform:f43"
PRETTY_NAME="Example Linux 43 (Image Mode)"
VARIANT="Image Mode"
VARIANT_ID=bootc
HOME_URL="https://example.org/"
`

const FILE_CONTEXTS = `/.*	system_u:object_r:default_t:s0
/	-d	system_u:object_r:root_t:s0
/usr(/.*)?	system_u:object_r:usr_t:s0
/usr/lib(/.*)?	system_u:object_r:lib_t:s0
/usr/bin(/.*)?	system_u:object_r:bin_t:s0
/usr/lib/systemd/system(/.*)?	system_u:object_r:systemd_unit_file_t:s0
/usr/lib/modules(/.*)?	system_u:object_r:modules_object_t:s0
/etc(/.*)?	system_u:object_r:etc_t:s0
/etc/selinux(/.*)?	system_u:object_r:selinux_config_t:s0
/etc/shadow.*	--	system_u:object_r:shadow_t:s0
/var(/.*)?	system_u:object_r:var_t:s0
/run(/.*)?	<<none>>
/boot(/.*)?	system_u:object_r:boot_t:s0
/composefs(/.*)?	system_u:object_r:ostree_t:s0
`

const SBAT = `sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md
systemd-stub,1,The systemd Developers,systemd,258,https://systemd.io/
`

export interface SystemOptions {
  /** Boot loader of the install configuration; null: none is named, bootupd's GRUB is there instead. */
  bootloader?: 'systemd' | null
  /** Root file system of the install configuration. */
  root?: 'ext4' | 'xfs'
  /** The image's own partition table for image-builder. */
  diskYaml?: string
  /** Packages of other versions than the first build has. */
  changed?: Readonly<Record<string, string>>
}

const PASSWD = `root:x:0:0:Super User:/root:/bin/bash
`
const GROUP = `root:x:0:
wheel:x:10:
`
const SYSTEM_USERS = `bin:x:1:1:bin:/bin:/usr/sbin/nologin
daemon:x:2:2:daemon:/sbin:/usr/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/usr/sbin/nologin
systemd-network:x:192:192:systemd Network Management:/:/usr/sbin/nologin
dbus:x:81:81:System Message Bus:/:/usr/sbin/nologin
sshd:x:74:74:Privilege-separated SSH:/usr/share/empty.sshd:/usr/sbin/nologin
`
const SYSTEM_GROUPS = `bin:x:1:
daemon:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
systemd-journal:x:190:
systemd-network:x:192:
dbus:x:81:
sshd:x:74:
nobody:x:65534:
`
const LINKS = [
  ['bin', 'usr/bin'], ['sbin', 'usr/bin'], ['lib', 'usr/lib'], ['lib64', 'usr/lib64'], ['usr/sbin', 'bin'],
  ['home', 'var/home'], ['opt', 'var/opt'], ['srv', 'var/srv'], ['mnt', 'var/mnt'], ['media', 'run/media'],
  ['root', 'var/roothome'], ['ostree', 'sysroot/ostree'], ['usr/local', '../var/usrlocal'],
  ['etc/os-release', '../usr/lib/os-release'], ['etc/localtime', '../usr/share/zoneinfo/UTC'],
  ['etc/systemd/system/multi-user.target.wants/sshd.service', '/usr/lib/systemd/system/sshd.service'],
  ['etc/systemd/system/multi-user.target.wants/NetworkManager.service', '/usr/lib/systemd/system/NetworkManager.service'],
] as const // prettier-ignore
const EMPTY_FOLDERS = ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'tmp', 'var', 'var/tmp']

/** The root file system below the kernel, as the base layer of an image of ordinary size has it. */
export function baseLayer(options: SystemOptions = {}): SampleEntry[] {
  const changed = options.changed ?? {}
  const files = [
    ...LINKS.map(([path, target]): SampleEntry => ({ path, type: 'symlink', target })),
    ...configuration(options),
    ...(options.bootloader === null ? grub() : bootLoader()),
    ...packageFiles(KERNEL_VERSION, changed),
    text('usr/lib/sysimage/rpm/rpmdb.sqlite', rpmDatabase(packages(changed))),
  ]
  return [...foldersOf(files), ...files]
}

/** Each folder above the files once, parents first. */
function foldersOf(files: readonly SampleEntry[]): SampleEntry[] {
  const folders = new Set(EMPTY_FOLDERS)
  for (const { path } of files) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      folders.add(path.slice(0, at))
    }
  }
  return [...folders]
    .sort()
    .map((path): SampleEntry => ({ path, type: 'dir', mode: directoryMode(path) }))
}

function configuration({
  root = 'ext4',
  diskYaml,
  bootloader = 'systemd',
}: SystemOptions): SampleEntry[] {
  return [
    text('etc/passwd', PASSWD),
    text('etc/group', GROUP),
    text('etc/shadow', 'root:!locked::0:99999:7:::\n', 0),
    text('etc/selinux/config', 'SELINUX=enforcing\nSELINUXTYPE=targeted\n'),
    text('etc/selinux/targeted/contexts/files/file_contexts', FILE_CONTEXTS),
    text('etc/selinux/targeted/policy/policy.34', program('policy', 3000)),
    text('etc/ssh/sshd_config', 'Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n'),
    text('etc/locale.conf', 'LANG=C.UTF-8\n'),
    text('usr/lib/passwd', SYSTEM_USERS),
    text('usr/lib/group', SYSTEM_GROUPS),
    text('usr/lib/os-release', OS_RELEASE),
    text('usr/lib/ostree/prepare-root.conf', '[composefs]\nenabled = verity\n'),
    text(
      'usr/lib/bootc/install/00-example.toml',
      `${bootloader === null ? '' : `[install]\nbootloader = "${bootloader}"\n\n`}[install.filesystem.root]\ntype = "${root}"\n`,
    ),
    text(
      'usr/lib/bootc/kargs.d/10-console.toml',
      'kargs = ["console=tty0", "console=ttyS0,115200n8"]\nmatch-architectures = ["x86_64"]\n',
    ),
    ...(diskYaml === undefined ? [] : [text('usr/lib/bootc-image-builder/disk.yaml', diskYaml)]),
    ...['PK', 'KEK', 'db'].map((name) =>
      text(`usr/lib/bootc/install/secureboot-keys/example/${name}.auth`, key(`${name}.auth`)),
    ),
    text(
      'usr/lib/systemd/system/bootc-fetch-apply-updates.timer',
      '[Unit]\nDescription=Apply bootc updates\n\n[Timer]\nOnBootSec=1h\n',
    ),
    text('usr/lib/sysusers.d/basic.conf', 'g wheel 10\nu root 0:0 "Super User" /root /bin/bash\n'),
    text(
      'usr/lib/tmpfiles.d/var.conf',
      'd /var/log 0755 - - -\nd /var/home 0755 - - -\nd /var/opt 0755 - - -\nd /var/srv 0755 - - -\nd /var/mnt 0755 - - -\nd /var/roothome 0700 - - -\nd /var/usrlocal 0755 - - -\n',
    ),
  ]
}

function bootLoader(): SampleEntry[] {
  const loader = writePe(
    [
      { name: '.text', content: program('systemd-boot', 6000) },
      { name: '.sdmagic', content: '#### LoaderInfo: systemd-boot 258.2-1.fc43 ####\u0000' },
      { name: '.sbat', content: SBAT.replace('systemd-stub', 'systemd-boot') },
      { name: '.osrel', content: 'ID=systemd-boot\nVERSION="258.2-1.fc43"\nNAME="systemd-boot"\n' },
    ],
    STUB_VERSION,
  )
  const path = 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'
  return [text(path, loader), text(`${path}.signed`, signed(loader, 'db'))]
}

function grub(): SampleEntry[] {
  const efi = (name: string, size: number) =>
    writePe([{ name: '.text', content: program(name, size) }], [16, 1])
  return [
    text('usr/bin/bootupctl', program('bootupctl', 3000), 0o755),
    text(
      'usr/lib/bootupd/updates/EFI.json',
      '{"timestamp":"2026-09-01T12:00:00Z","version":"grub2-2.12-41,shim-16.1-4"}\n',
    ),
    text('usr/lib/efi/grub2/2.12-41/EFI/fedora/grubx64.efi', efi('grub', 6000)),
    text('usr/lib/efi/shim/16.1-4/EFI/BOOT/BOOTX64.EFI', efi('shim', 4096)),
    text('usr/lib/efi/shim/16.1-4/EFI/fedora/shimx64.efi', efi('shim', 4096)),
  ]
}

function text(path: string, content: Uint8Array | string, mode?: number): SampleEntry {
  return mode === undefined
    ? { path, type: 'file', content }
    : { path, type: 'file', content, mode }
}

function key(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join('samples/keys', name)))
}

function signed(pe: Uint8Array, name: 'db' | 'nobody'): Uint8Array {
  const [secret, certificate] = [key(`${name}.key`), key(`${name}.crt`)].map((bytes) =>
    new TextDecoder().decode(bytes),
  )
  return signPe(pe, secret ?? '', certificate ?? '')
}

/** Kernel and initramfs in /usr/lib/modules: what an image without a UKI boots from. */
export function splitKernelLayer(): SampleEntry[] {
  const folder = `usr/lib/modules/${KERNEL_VERSION}`
  return [
    { path: folder, type: 'dir' },
    { path: `${folder}/vmlinuz`, type: 'file', mode: 0o755, content: kernel() },
    { path: `${folder}/initramfs.img`, type: 'file', mode: 0o600, content: initramfs() },
  ]
}

export interface UkiOptions {
  /** Which key signs; null: unsigned. */
  signer?: 'db' | 'nobody' | null
  /** Modules of dracut in the initrd. */
  modules?: readonly string[]
  /** Bytes of zeros in front of the initrd: a UKI of the size of a real one. */
  padding?: number
}

/** A layer with the UKI only, as `COPY --from=sealed-uki /boot /boot` makes it. */
export function ukiLayer(composefs: string, options: UkiOptions = {}): SampleEntry[] {
  return [
    { path: 'boot', type: 'dir' },
    { path: 'boot/EFI', type: 'dir' },
    { path: 'boot/EFI/Linux', type: 'dir' },
    {
      path: `boot/EFI/Linux/${KERNEL_VERSION}.efi`,
      type: 'file',
      content: uki(`console=tty0 console=ttyS0,115200n8 ${composefs} rw`, options),
    },
  ]
}

const MODULES = ['bash', 'systemd', 'systemd-initrd', 'bootc', 'kernel-modules', 'base', 'shutdown']

function uki(
  cmdline: string,
  { signer = 'db', modules = MODULES, padding = 0 }: UkiOptions,
): Uint8Array {
  const file = writePe(
    [
      { name: '.text', content: program('stub', 8000) },
      { name: '.sdmagic', content: '#### LoaderInfo: systemd-stub 258.2-1.fc43 ####\u0000' },
      { name: '.sbat', content: SBAT },
      { name: '.osrel', content: OS_RELEASE },
      { name: '.cmdline', content: cmdline },
      { name: '.uname', content: KERNEL_VERSION },
      { name: '.initrd', content: initramfs(modules, padding) },
      { name: '.linux', content: kernel() },
    ],
    STUB_VERSION,
  )
  return signer === null ? file : signed(file, signer)
}

/** An x86 kernel header (Documentation/arch/x86/boot.rst) in a PE: it names its version, nothing more. */
function kernel(): Uint8Array {
  const image = new Uint8Array(24_576)
  image.set(program('kernel', 24_000), 512)
  const view = new DataView(image.buffer)
  image[0x1f1] = 4
  image.set(encode('HdrS'), 0x202)
  view.setUint16(0x206, 0x20f, true)
  view.setUint16(0x20e, 0x500, true)
  image.set(encode(`${KERNEL_VERSION} (builder@example.org) #1 SMP\u0000`), 0x700)
  return image
}

/** Early microcode, then a gzip'ed cpio (newc) with dracut's list of modules and what they brought. */
function initramfs(modules: readonly string[] = MODULES, padding = 0): Uint8Array {
  const early = concat([
    cpioEntry('kernel/x86/microcode/GenuineIntel.bin', program('microcode', 2048)),
    cpioEntry('TRAILER!!!', new Uint8Array(0)),
  ])
  const bootc = modules.includes('bootc')
    ? [
        cpioEntry('usr/lib/systemd/system/bootc-root-setup.service', encode(ROOT_SETUP)),
        cpioEntry('usr/lib/bootc/initramfs-setup', program('initramfs-setup', 3000)),
      ]
    : []
  const main = concat([
    cpioEntry('usr/lib/dracut/modules.txt', encode(modules.join('\n') + '\n')),
    cpioEntry('usr/lib/initrd-release', encode(OS_RELEASE)),
    cpioEntry('usr/lib/systemd/systemd', program('systemd', 4000)),
    ...bootc,
    cpioEntry('TRAILER!!!', new Uint8Array(0)),
  ])
  const packed = new Uint8Array(gzipSync(main, { level: 9 }))
  packed[9] = 255
  return concat([pad512(early), packed, new Uint8Array(padding)])
}

const ROOT_SETUP = `[Unit]
Description=bootc setup root
ConditionKernelCommandLine=composefs
DefaultDependencies=no
After=sysroot.mount
Before=initrd-root-fs.target

[Service]
Type=oneshot
ExecStart=/usr/lib/bootc/initramfs-setup setup-root
`

function pad512(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 512) * 512)
  padded.set(bytes)
  return padded
}

function cpioEntry(name: string, content: Uint8Array): Uint8Array {
  const hex = (value: number) => value.toString(16).padStart(8, '0')
  const fields = [1, 0o100644, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0]
  const head = encode(`070701${fields.map(hex).join('')}${name}\u0000`)
  return concat([pad4(head), pad4(content)])
}

function pad4(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  padded.set(bytes)
  return padded
}

function directoryMode(path: string): number {
  return path === 'tmp' ? 0o1777 : 0o755
}
