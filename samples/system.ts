import { encode, concat, type SampleEntry } from './tar-writer'
import { writePe } from './pe-writer'

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
`

const SBAT = `sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md
systemd-stub,1,The systemd Developers,systemd,258,https://systemd.io/
`

const DIRECTORIES = [
  'boot', 'dev', 'etc', 'etc/selinux', 'etc/selinux/targeted', 'etc/selinux/targeted/contexts',
  'etc/selinux/targeted/contexts/files', 'proc', 'run', 'sys', 'sysroot', 'tmp', 'usr', 'usr/bin',
  'usr/lib', 'usr/lib/bootc', 'usr/lib/bootc/install', 'usr/lib/bootc/kargs.d', 'usr/lib/efi',
  'usr/lib/efi/shim', 'usr/lib/efi/shim/16.1-4', 'usr/lib/efi/shim/16.1-4/EFI',
  'usr/lib/efi/shim/16.1-4/EFI/fedora', 'usr/lib/modules', `usr/lib/modules/${KERNEL_VERSION}`,
  'usr/lib/systemd', 'usr/lib/systemd/boot', 'usr/lib/systemd/boot/efi', 'usr/lib/systemd/system',
  'usr/lib/sysusers.d', 'usr/lib/tmpfiles.d', 'usr/share', 'usr/share/licenses', 'var',
] // prettier-ignore

/** The root file system below the kernel, as the base layer of an image of ordinary size has it. */
export function baseLayer(): SampleEntry[] {
  return [
    ...DIRECTORIES.map((path): SampleEntry => ({ path, type: 'dir', mode: directoryMode(path) })),
    { path: 'bin', type: 'symlink', target: 'usr/bin' },
    { path: 'lib', type: 'symlink', target: 'usr/lib' },
    { path: 'etc/os-release', type: 'symlink', target: '../usr/lib/os-release' },
    { path: 'etc/passwd', type: 'file', content: 'root:x:0:0:root:/root:/bin/bash\n' },
    { path: 'etc/group', type: 'file', content: 'root:x:0:\nwheel:x:10:\n' },
    { path: 'etc/shadow', type: 'file', mode: 0, content: 'root:!locked::0:99999:7:::\n' },
    {
      path: 'etc/selinux/config',
      type: 'file',
      content:
        '# This file controls the state of SELinux.\nSELINUX=enforcing\nSELINUXTYPE=targeted\n',
    },
    {
      path: 'etc/selinux/targeted/contexts/files/file_contexts',
      type: 'file',
      content: FILE_CONTEXTS,
    },
    { path: 'usr/bin/bash', type: 'file', mode: 0o755, content: program('bash', 9000) },
    { path: 'usr/bin/bootc', type: 'file', mode: 0o755, content: program('bootc', 30_000) },
    {
      path: 'usr/lib/bootc/install/00-example.toml',
      type: 'file',
      content: '[install]\nbootloader = "systemd"\n\n[install.filesystem.root]\ntype = "ext4"\n',
    },
    {
      path: 'usr/lib/bootc/kargs.d/10-console.toml',
      type: 'file',
      content:
        'kargs = ["console=tty0", "console=ttyS0,115200n8"]\nmatch-architectures = ["x86_64"]\n',
    },
    {
      path: 'usr/lib/efi/shim/16.1-4/EFI/fedora/shimx64.efi',
      type: 'file',
      content: writePe([{ name: '.text', content: program('shim', 4096) }], [16, 1]),
    },
    { path: 'usr/lib/os-release', type: 'file', content: OS_RELEASE },
    {
      path: 'usr/lib/systemd/boot/efi/systemd-bootx64.efi',
      type: 'file',
      content: writePe(
        [
          { name: '.text', content: program('systemd-boot', 6000) },
          { name: '.sdmagic', content: '#### LoaderInfo: systemd-boot 258.2-1.fc43 ####\u0000' },
          {
            name: '.osrel',
            content: 'ID=systemd-boot\nVERSION="258.2-1.fc43"\nNAME="systemd-boot"\n',
          },
        ],
        STUB_VERSION,
      ),
    },
    {
      path: 'usr/lib/systemd/system/bootc-fetch-apply-updates.timer',
      type: 'file',
      content: '[Unit]\nDescription=Apply bootc updates\n\n[Timer]\nOnBootSec=1h\n',
    },
    { path: 'usr/lib/sysusers.d/basic.conf', type: 'file', content: 'g wheel 10\n' },
    { path: 'usr/lib/tmpfiles.d/var.conf', type: 'file', content: 'd /var/log 0755 - - -\n' },
  ]
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

/** A layer with the UKI only, as `COPY --from=sealed-uki /boot /boot` makes it. */
export function ukiLayer(composefs: string): SampleEntry[] {
  return [
    { path: 'boot', type: 'dir' },
    { path: 'boot/EFI', type: 'dir' },
    { path: 'boot/EFI/Linux', type: 'dir' },
    {
      path: `boot/EFI/Linux/${KERNEL_VERSION}.efi`,
      type: 'file',
      content: uki(`console=tty0 console=ttyS0,115200n8 ${composefs} rw`),
    },
  ]
}

function uki(cmdline: string): Uint8Array {
  return writePe(
    [
      { name: '.text', content: program('stub', 8000) },
      { name: '.sdmagic', content: '#### LoaderInfo: systemd-stub 258.2-1.fc43 ####\u0000' },
      { name: '.sbat', content: SBAT },
      { name: '.osrel', content: OS_RELEASE },
      { name: '.cmdline', content: cmdline },
      { name: '.uname', content: KERNEL_VERSION },
      { name: '.initrd', content: initramfs() },
      { name: '.linux', content: kernel() },
    ],
    STUB_VERSION,
  )
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

/** An uncompressed cpio (newc) that holds dracut's list of modules. */
function initramfs(): Uint8Array {
  const modules = [
    'bash',
    'systemd',
    'systemd-initrd',
    'bootc',
    'kernel-modules',
    'base',
    'shutdown',
  ]
  return concat([
    cpioEntry('usr/lib/dracut/modules.txt', encode(modules.join('\n') + '\n')),
    cpioEntry('TRAILER!!!', new Uint8Array(0)),
  ])
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

/** Bytes that stand for a program: fixed by its name, and not compressible to nothing. */
function program(name: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = [...name].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 7) >>> 0
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

function directoryMode(path: string): number {
  return path === 'tmp' ? 0o1777 : 0o755
}
