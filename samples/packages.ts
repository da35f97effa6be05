import type { Package } from './rpm-database'
import type { SampleEntry } from './tar-writer'
import { program } from './program'

/** `units` are services that the package ships, `programs` go to /usr/bin, `modules` to the kernel's folder. */
interface Recipe {
  name: string
  version: string
  summary: string
  programs?: string[]
  units?: string[]
  library?: boolean
  python?: string[]
}

// prettier-ignore
const RECIPES: Recipe[] = [
  { name: 'bash', version: '5.3.3', summary: 'The GNU Bourne Again shell', programs: ['bash', 'sh'] },
  { name: 'bootc', version: '1.16.9', summary: 'Bootable container system', programs: ['bootc'], units: ['bootc-fetch-apply-updates', 'bootc-status-updated'] },
  { name: 'btrfs-progs', version: '6.16', summary: 'Userspace programs for btrfs', programs: ['mkfs.btrfs', 'btrfs'], library: true },
  { name: 'ca-certificates', version: '2025.2.80', summary: 'The Mozilla CA root certificate bundle', programs: ['update-ca-trust'] },
  { name: 'chrony', version: '4.8', summary: 'An NTP client/server', programs: ['chronyc', 'chronyd'], units: ['chronyd', 'chrony-wait'] },
  { name: 'composefs-libs', version: '1.0.8', summary: 'Tools to handle creating and mounting composefs images', library: true },
  { name: 'conmon', version: '2.1.13', summary: 'OCI container runtime monitor', programs: ['conmon'] },
  { name: 'coreutils', version: '9.7', summary: 'A set of basic GNU tools', programs: ['ls', 'cat', 'cp', 'mv', 'rm', 'install', 'stat', 'sha256sum'] },
  { name: 'crun', version: '1.24', summary: 'OCI runtime written in C', programs: ['crun'] },
  { name: 'cryptsetup', version: '2.8.1', summary: 'Utility for setting up encrypted disks', programs: ['cryptsetup', 'veritysetup'], library: true },
  { name: 'dbus-broker', version: '37', summary: 'Linux D-Bus Message Broker', programs: ['dbus-broker'], units: ['dbus-broker'] },
  { name: 'dosfstools', version: '4.2', summary: 'Utilities for FAT file systems', programs: ['mkfs.fat', 'mkfs.vfat', 'fsck.fat'] },
  { name: 'e2fsprogs', version: '1.47.3', summary: 'Utilities for ext2, ext3, ext4', programs: ['mkfs.ext4', 'e2fsck', 'resize2fs', 'tune2fs'], library: true },
  { name: 'filesystem', version: '3.18', summary: 'The basic directory layout', programs: [] },
  { name: 'firewalld', version: '2.3.1', summary: 'A firewall daemon with D-Bus interface', programs: ['firewall-cmd', 'firewall-offline-cmd'], units: ['firewalld'], python: ['client', 'config', 'core', 'dbus_utils', 'errors', 'functions', 'server'] },
  { name: 'fwupd', version: '2.0.16', summary: 'Firmware update daemon', programs: ['fwupdmgr'], units: ['fwupd', 'fwupd-refresh'], library: true },
  { name: 'glibc', version: '2.42', summary: 'The GNU libc libraries', programs: ['ldd', 'locale'], library: true },
  { name: 'iproute', version: '6.16.0', summary: 'Advanced IP routing tools', programs: ['ip', 'ss', 'tc'] },
  { name: 'iptables-libs', version: '1.8.11', summary: 'iptables libraries', library: true },
  { name: 'kmod', version: '34.2', summary: 'Linux kernel module management', programs: ['kmod', 'modprobe', 'lsmod', 'depmod'], library: true },
  { name: 'libselinux', version: '3.9', summary: 'SELinux library', library: true },
  { name: 'nftables', version: '1.1.3', summary: 'Netfilter tables userspace', programs: ['nft'], units: ['nftables'], library: true },
  { name: 'NetworkManager', version: '1.54.1', summary: 'Network connection manager', programs: ['nmcli', 'nm-online', 'NetworkManager'], units: ['NetworkManager', 'NetworkManager-dispatcher', 'NetworkManager-wait-online'], library: true },
  { name: 'openssh-server', version: '10.0p1', summary: 'An open source SSH server daemon', programs: ['sshd', 'ssh-keygen'], units: ['sshd', 'sshd-keygen@', 'sshd@'] },
  { name: 'openssl-libs', version: '3.5.4', summary: 'A general purpose cryptography library', library: true },
  { name: 'ostree', version: '2025.6', summary: 'Tool for managing bootable, immutable filesystem trees', programs: ['ostree'], units: ['ostree-remount', 'ostree-finalize-staged'], library: true },
  { name: 'pam', version: '1.7.1', summary: 'An extensible library for authentication', programs: ['unix_chkpwd'], library: true },
  { name: 'podman', version: '5.6.2', summary: 'Manage pods, containers and container images', programs: ['podman'], units: ['podman', 'podman-auto-update', 'podman-restart'] },
  { name: 'policycoreutils', version: '3.9', summary: 'SELinux policy core utilities', programs: ['restorecon', 'sestatus', 'setsebool'] },
  { name: 'polkit', version: '126', summary: 'An authorization framework', programs: ['pkexec', 'pkaction'], units: ['polkit'], library: true },
  { name: 'procps-ng', version: '4.0.5', summary: 'System and process monitoring utilities', programs: ['ps', 'top', 'free', 'vmstat', 'sysctl'] },
  { name: 'python3', version: '3.14.0', summary: 'Python interpreter', programs: ['python3'], python: ['abc', 'argparse', 'base64', 'bisect', 'calendar', 'codecs', 'collections', 'configparser', 'contextlib', 'copy', 'csv', 'dataclasses', 'datetime', 'decimal', 'difflib', 'enum', 'fnmatch', 'functools', 'glob', 'gzip', 'hashlib', 'heapq', 'inspect', 'io', 'ipaddress', 'keyword', 'locale', 'numbers', 'operator', 'os', 'pathlib', 'pickle', 'platform', 'pprint', 'queue', 'random', 're', 'shlex', 'shutil', 'signal', 'socket', 'stat', 'statistics', 'string', 'struct', 'subprocess', 'tarfile', 'tempfile', 'textwrap', 'threading', 'tokenize', 'traceback', 'types', 'typing', 'uuid', 'warnings', 'weakref', 'zipfile'] },
  { name: 'selinux-policy-targeted', version: '42.12', summary: 'SELinux targeted policy' },
  { name: 'setup', version: '2.15.0', summary: 'A set of system configuration and setup files' },
  { name: 'shadow-utils', version: '4.18.0', summary: 'Utilities for managing accounts', programs: ['useradd', 'usermod', 'groupadd', 'newuidmap'] },
  { name: 'skopeo', version: '1.20.0', summary: 'Inspect container images and repositories', programs: ['skopeo'] },
  { name: 'sudo', version: '1.9.17p2', summary: 'Allows restricted root access', programs: ['sudo', 'visudo'] },
  { name: 'systemd', version: '258.2', summary: 'System and Service Manager', programs: ['systemctl', 'journalctl', 'bootctl', 'loginctl', 'networkctl', 'systemd-analyze', 'systemd-repart', 'systemd-sysusers', 'systemd-tmpfiles', 'timedatectl', 'localectl', 'hostnamectl'], units: ['systemd-journald', 'systemd-logind', 'systemd-networkd', 'systemd-resolved', 'systemd-sysusers', 'systemd-tmpfiles-setup', 'systemd-timesyncd', 'systemd-hostnamed', 'systemd-localed', 'getty@', 'serial-getty@', 'emergency', 'rescue'], library: true },
  { name: 'systemd-boot', version: '258.2', summary: 'UEFI boot manager' },
  { name: 'systemd-udev', version: '258.2', summary: 'Rule-based device node manager', programs: ['udevadm'], units: ['systemd-udevd', 'systemd-udev-trigger'] },
  { name: 'tpm2-tss', version: '4.1.3', summary: 'TPM2.0 Software Stack', library: true },
  { name: 'tzdata', version: '2025b', summary: 'Time zone data' },
  { name: 'util-linux', version: '2.41.2', summary: 'Collection of basic system utilities', programs: ['mount', 'umount', 'lsblk', 'losetup', 'sfdisk', 'blkid', 'wipefs', 'mkfs', 'fstrim'], units: ['fstrim'], library: true },
  { name: 'xfsprogs', version: '6.16.0', summary: 'Utilities for the XFS filesystem', programs: ['mkfs.xfs', 'xfs_repair'], library: true },
  { name: 'zlib-ng-compat', version: '2.2.5', summary: 'Zlib implementation', library: true },
]

const ZONES = ['UTC', 'Europe/Berlin', 'Europe/Prague', 'America/New_York', 'Asia/Tokyo']
const FIREWALL_SERVICES = ['ssh', 'http', 'https', 'cockpit', 'dhcpv6-client']
const MODULES = [
  'ext4',
  'btrfs',
  'erofs',
  'overlay',
  'vfat',
  'loop',
  'nvme',
  'virtio_blk',
  'dm-verity',
  'e1000e',
  'tun',
  'xfs',
]

/** `changed`: name to version, what a later build of the same system has. */
export function packages(changed: Readonly<Record<string, string>> = {}): Package[] {
  return RECIPES.map(({ name, version, summary }) => ({
    name,
    version: changed[name] ?? version,
    release: '1.fc43',
    summary,
  }))
}

/** Every file of the packages; folders are made by the caller. */
export function packageFiles(
  kernel: string,
  changed: Readonly<Record<string, string>> = {},
): SampleEntry[] {
  return [
    ...RECIPES.flatMap((recipe) => filesOf(recipe, changed[recipe.name] ?? recipe.version)),
    ...ZONES.map((zone) => file(`usr/share/zoneinfo/${zone}`, program(`zone ${zone}`, 120))),
    ...FIREWALL_SERVICES.map((name) =>
      file(`usr/lib/firewalld/services/${name}.xml`, `<service><short>${name}</short></service>\n`),
    ),
    ...MODULES.map((name) =>
      file(`usr/lib/modules/${kernel}/kernel/${name}.ko`, program(`module ${name}`, 600)),
    ),
    file(
      `usr/lib/modules/${kernel}/modules.dep`,
      MODULES.map((name) => `kernel/${name}.ko:\n`).join(''),
    ),
  ]
}

function filesOf(recipe: Recipe, version: string): SampleEntry[] {
  const { name, summary } = recipe
  const seed = `${name} ${version}`
  return [
    file(`usr/share/licenses/${name}/COPYING`, `${name} is made up for this sample.\n`),
    file(`usr/share/doc/${name}/README`, `${name} ${version}\n\n${summary}.\n`),
    file(`usr/share/doc/${name}/NEWS`, `${version}: what changed in ${name}.\n`),
    file(`usr/share/man/man8/${name}.8`, `.TH ${name} 8\n.SH NAME\n${name} \\- ${summary}\n`),
    file(`usr/share/locale/de/LC_MESSAGES/${name}.mo`, program(`de ${seed}`, 80)),
    ...(recipe.programs ?? []).map((each) =>
      file(`usr/bin/${each}`, program(`${seed} ${each}`, 700), 0o755),
    ),
    ...(recipe.units ?? []).map((each) =>
      file(`usr/lib/systemd/system/${each}.service`, unit(each, summary)),
    ),
    ...(recipe.library === true
      ? [file(`usr/lib64/lib${name}.so.1`, program(`lib ${seed}`, 900), 0o755)]
      : []),
    ...(recipe.python ?? []).map((each) =>
      file(`usr/lib/python3.14/${name}/${each}.py`, `"""${each} of ${name} ${version}"""\n`),
    ),
  ]
}

function unit(name: string, summary: string): string {
  const program = name.replace(/@$/, '')
  return `[Unit]\nDescription=${summary}\n\n[Service]\nExecStart=/usr/bin/${program}\n\n[Install]\nWantedBy=multi-user.target\n`
}

function file(path: string, content: Uint8Array | string, mode?: number): SampleEntry {
  return mode === undefined
    ? { path, type: 'file', content }
    : { path, type: 'file', content, mode }
}
