// Writes N random requests in golden/osbuild's schema, always the same ones for one seed:
//   node oracle/osbuild/requests.mjs N [SEED] > cases.json
// The list covers types, architectures, sealed or not, file systems, users, files, disks; one in five has a mistake.
const [count = '100', seed = '1'] = process.argv.slice(2)
let state = Number(seed) >>> 0
/** mulberry32: small, and the same everywhere. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const pick = (list) => list[Math.floor(random() * list.length)]
const chance = (share) => random() < share

const TYPES = [
  'qcow2',
  'raw',
  'ami',
  'vmdk',
  'vhd',
  'gce',
  'ova',
  'bootc-installer',
  'anaconda-iso',
  'iso',
  'pxe-tar-xz',
]
const NAMES = ['core', 'admin', 'ops', 'user1', 'x-y_z']

function blueprint() {
  const customizations = {}
  if (chance(0.5)) customizations.user = some(2, user)
  if (chance(0.2))
    customizations.group = some(2, () => ({
      name: pick(NAMES),
      ...(chance(0.5) ? { gid: 1000 + Math.floor(random() * 99) } : {}),
    }))
  if (chance(0.4))
    customizations.kernel = { append: pick(['quiet', 'console=ttyS0 mitigations=off', 'rd.break']) }
  if (chance(0.3))
    customizations.files = some(2, () => ({
      path: pick(['/etc/motd', '/etc/x.conf', '/usr/x']),
      data: 'x\n',
      ...(chance(0.5) ? { mode: '0644' } : {}),
    }))
  if (chance(0.3))
    customizations.directories = some(1, () => ({ path: pick(['/etc/x.d', '/var/x']) }))
  if (chance(0.3))
    customizations.filesystem = some(2, () => ({
      mountpoint: pick(['/', '/boot', '/var/data', '/var']),
      minsize: pick([1 << 30, '5 GiB', 21474836480]),
    }))
  if (chance(0.2)) customizations.disk = disk()
  if (chance(0.2))
    customizations.timezone = {
      timezone: pick(['UTC', 'Europe/Berlin']),
      ntpservers: ['0.pool.example'],
    }
  if (chance(0.2)) customizations.locale = { languages: ['en_US.UTF-8'], keyboard: 'us' }
  if (chance(0.2)) customizations.services = { enabled: ['sshd.service'], disabled: ['x.timer'] }
  if (chance(0.1)) customizations.fips = true
  if (chance(0.2)) mistake(customizations)
  return { name: 'random', customizations }
}

function user() {
  const made = { name: pick(NAMES) }
  if (chance(0.6)) made.key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA example'
  if (chance(0.3)) made.password = '$6$salt$hash'
  if (chance(0.4)) made.groups = [pick(['wheel', 'none'])]
  if (chance(0.2)) made.home = '/var/home/x'
  return made
}

function disk() {
  const partitions = some(2, () => ({
    type: 'plain',
    mountpoint: pick(['/', '/var', '/data']),
    fs_type: pick(['ext4', 'xfs']),
    minsize: pick(['2 GiB', '10 GiB']),
  }))
  return { type: pick(['gpt', 'dos', '']), minsize: pick(['20 GiB', 0]), partitions }
}

function mistake(customizations) {
  pick([
    () => (customizations.user = [{ name: 'Bad Name!' }]),
    () => (customizations.filesystem = [{ mountpoint: 'relative', minsize: 1 }]),
    () => (customizations.files = [{ path: '/etc/../x', data: '' }]),
    () =>
      (customizations.disk = {
        partitions: [{ type: 'plain', mountpoint: '/', fs_type: 'ntfs', minsize: '1 GiB' }],
      }),
    () => (customizations.installer = { unattended: true, kickstart: { contents: 'x' } }),
  ])()
}

function some(most, make) {
  return Array.from({ length: 1 + Math.floor(random() * most) }, make)
}

function request(index) {
  const sealed = chance(0.5)
  return {
    name: `random/${seed}-${String(index).padStart(5, '0')}`,
    image_type: pick(TYPES),
    effective_seed: index,
    effective_seed_text: String(index),
    bootc: {
      imgref: 'registry.example/os:latest',
      arch: pick(['x86_64', 'aarch64']),
      default_root_fs: chance(0.05) ? '' : pick(['ext4', 'xfs', 'btrfs']),
      size: 10 ** 9 + Math.floor(random() * 10 ** 9),
      unified_kernel: sealed,
      ...(sealed ? { bootloader: 'systemd' } : {}),
    },
    os_info: {
      os_release: {
        id: 'fedora',
        version_id: '43',
        name: 'Fedora Linux',
        platform_id: 'platform:f43',
        variant_id: '',
        id_like: [],
      },
      uefi_vendor: 'fedora',
      selinux_policy: 'targeted',
      kernel_version: '6.17.1-300.fc43.x86_64',
      initrd_modules: ['bash', 'systemd', 'bootc'],
    },
    ...(chance(0.9) ? { blueprint: blueprint() } : {}),
    options: chance(0.5) ? { size: 20 * 2 ** 30 } : {},
  }
}

const cases = Array.from({ length: Number(count) }, (_, index) => request(index))
process.stdout.write(`${JSON.stringify({ cases }, null, 1)}\n`)
