import type { OutcomeKind } from '../../contract/plan'
import type { TypeFamily } from './image-list'

/** What image-builder does with a key, and the upstream file that decides. */
export interface Words {
  /** `applied`: its removal changes the pipelines, unless a value makes it void. */
  kind: Extract<OutcomeKind, 'applied' | 'dropped' | 'no-effect'>
  reason: string
  source: string
}

/** Sealed images differ for disks only: every other type treats them as ordinary ones. */
export type Context = Exclude<TypeFamily, 'package-iso'> | 'sealed-disk'

type Row = Record<Context, Words>

const DISK = 'pkg/manifest/raw_bootc.go'
const TYPE = 'pkg/distro/generic/bootc_imagetype.go'
const NETWORK = 'pkg/image/bootc_pxetar.go'
const INSTALLER = 'pkg/image/anaconda_container_installer.go'
const LIVE = 'pkg/image/container_based_iso.go'
const TABLE = 'pkg/disk/partition_table.go'

const SEALED =
  'A sealed image boots from a read-only tree that its UKI names by digest, so image-builder adds no stage that would change the deployment, and says nothing'

function words(kind: Words['kind'], source: string, reason: string): Words {
  return { kind, source, reason: `${reason}.` }
}

const LIVE_IGNORES = words(
  'dropped',
  LIVE,
  'This ISO holds the container as it is; its blueprint is never read',
)
const NOT_IN_NETWORK = 'Archives for network boot have no such step'
const NOT_IN_INSTALLER =
  'The installer puts the container on the disk as it is; nothing hands this to Anaconda'

/** Nothing in the code for bootc containers looks at it. */
function ignored(what: string): Row {
  const everywhere = words('dropped', TYPE, what)
  return {
    disk: everywhere,
    'sealed-disk': everywhere,
    network: everywhere,
    installer: everywhere,
    'live-iso': LIVE_IGNORES,
  }
}

function row(disk: Words, sealed: Words, network: Words, installer: Words): Row {
  return { disk, 'sealed-disk': sealed, network, installer, 'live-iso': LIVE_IGNORES }
}

function applied(source: string, reason: string): Words {
  return words('applied', source, reason)
}

function sealedDrops(what: string): Words {
  return words('dropped', DISK, `${SEALED}: ${what}`)
}

const IMAGE = 'The container brings its own'
const NOT_FOR_INSTALLER = words('dropped', INSTALLER, NOT_IN_INSTALLER)

/** Key × kind of image × family of types: the words for what a generation shows. */
export const OUTCOME_WORDS: Readonly<Record<string, Row>> = {
  packages: ignored(`${IMAGE} packages: none are installed into it`),
  modules: ignored(`${IMAGE} packages: none are installed into it`),
  enabled_modules: ignored(`${IMAGE} packages: no module stream is enabled`),
  groups: ignored(`${IMAGE} packages: no package group is installed`),
  containers: ignored('Containers are embedded in images made of packages only'),
  'customizations.hostname': ignored(`${IMAGE} /etc: no stage writes a host name`),
  'customizations.kernel.name': ignored(`${IMAGE} kernel: none is chosen`),
  'customizations.kernel.append': row(
    applied(DISK, 'Handed to bootc as one kernel argument, blanks included'),
    words(
      'dropped',
      DISK,
      `${SEALED}. The command line is inside the UKI, and bootc refuses others`,
    ),
    applied(NETWORK, 'One argument of the boot menu and of the kernel command line'),
    applied(
      INSTALLER,
      'On the command line of the ISO, and in the kickstart for the installed system',
    ),
  ),
  'customizations.sshkey': row(
    applied(DISK, 'The user is made with this key, although the type does not list the option'),
    sealedDrops('the key is not written'),
    applied(DISK, 'The user is made with this key, although the type does not list the option'),
    applied(
      INSTALLER,
      'Becomes a user of the kickstart, although the type does not list the option',
    ),
  ),
  'customizations.user': row(
    applied(DISK, 'Made by the stage org.osbuild.users in the deployment'),
    sealedDrops('the user is not made, and nobody can log in with it'),
    applied(DISK, 'Made by the stage org.osbuild.users before the tree is packed'),
    applied(INSTALLER, 'Becomes a user of the kickstart'),
  ),
  'customizations.group': row(
    applied(DISK, 'Made by the stage org.osbuild.groups in the deployment'),
    sealedDrops('the group is not made'),
    applied(DISK, 'Made by the stage org.osbuild.groups before the tree is packed'),
    applied(INSTALLER, 'Becomes a group of the kickstart'),
  ),
  'customizations.timezone': ignored(`${IMAGE} /etc: no stage sets a time zone or time servers`),
  'customizations.locale': ignored(`${IMAGE} /etc: no stage sets a language or keyboard`),
  'customizations.firewall': ignored(`${IMAGE} /etc: no stage configures the firewall`),
  'customizations.services': ignored(`${IMAGE} units: no stage enables or disables them`),
  'customizations.filesystem': row(
    applied(TABLE, 'Makes or enlarges the partition, although the type does not list the option'),
    applied(
      TABLE,
      'Makes or enlarges the partition; a sealed image gets no mount unit, so nothing mounts a new one',
    ),
    applied(TABLE, 'Makes or enlarges the partition of the disk that is packed'),
    NOT_FOR_INSTALLER,
  ),
  'customizations.disk': row(
    applied(TABLE, 'Replaces the partition table'),
    applied(
      TABLE,
      'Replaces the partition table; a sealed image gets no mount units, so nothing mounts what is new',
    ),
    applied(TABLE, 'Replaces the partition table of the disk that is packed'),
    NOT_FOR_INSTALLER,
  ),
  'customizations.installation_device': ignored('Only installers of edge images look at it'),
  'customizations.partitioning_mode': ignored('The layout of a bootc disk knows no modes'),
  'customizations.fdo': ignored('Only installers of edge images look at it'),
  'customizations.openscap': ignored(`${IMAGE} configuration: nothing is remediated`),
  'customizations.ignition': row(
    applied(DISK, 'The stage org.osbuild.ignition asks for Ignition at the first boot'),
    sealedDrops('Ignition is not asked for'),
    words('dropped', NETWORK, NOT_IN_NETWORK),
    NOT_FOR_INSTALLER,
  ),
  'customizations.directories': row(
    applied(DISK, 'Made in the deployment'),
    sealedDrops('the directory is not made, although its path is checked'),
    applied(DISK, 'Made before the tree is packed'),
    NOT_FOR_INSTALLER,
  ),
  'customizations.files': row(
    applied(DISK, 'Copied into the deployment'),
    sealedDrops('the file is not written, although its path is checked'),
    applied(DISK, 'Copied before the tree is packed'),
    NOT_FOR_INSTALLER,
  ),
  'customizations.repositories': ignored(`${IMAGE} /etc/yum.repos.d: no stage adds to it`),
  'customizations.fips': row(
    words('dropped', TYPE, 'No stage for bootc disks turns FIPS mode on'),
    words('dropped', TYPE, 'No stage for bootc disks turns FIPS mode on'),
    words('dropped', TYPE, 'No stage for network boot turns FIPS mode on'),
    applied(INSTALLER, 'fips=1 on the command line of the ISO'),
  ),
  'customizations.installer': row(
    words('dropped', TYPE, 'Disks have no installer'),
    words('dropped', TYPE, 'Disks have no installer'),
    words('dropped', TYPE, 'Archives for network boot have no installer'),
    applied(INSTALLER, 'Modules of Anaconda and the kickstart'),
  ),
  'customizations.rpm': ignored(`${IMAGE} RPM database: no keys are imported`),
  'customizations.rhsm': ignored(`${IMAGE} /etc/rhsm: no stage configures it`),
  'customizations.cacerts': ignored(`${IMAGE} certificates: none are added`),
  'customizations.containers-storage': ignored(
    'Containers are embedded in images made of packages only',
  ),
  'customizations.firstboot': ignored(
    'No stage for bootc containers writes scripts for the first boot',
  ),
  'customizations.dnf': ignored(`${IMAGE} /etc/dnf: no stage configures it`),
  'customizations.iso': {
    ...ignored('Checked for network boot, used by no type for bootc containers'),
    network: words('no-effect', NETWORK, 'Its volume name is checked and then used nowhere'),
  },
  'customizations.sshd': {
    ...ignored('No stage for bootc containers configures sshd'),
    disk: words(
      'no-effect',
      TYPE,
      'A defect upstream: the type lists the option as supported, so nothing warns, but no stage configures sshd',
    ),
    'sealed-disk': words(
      'no-effect',
      TYPE,
      'A defect upstream: the type lists the option as supported, so nothing warns, but no stage configures sshd',
    ),
  },
  'customizations.bootloader': row(
    applied(DISK, 'Console of the GRUB menu, written by the stage org.osbuild.grub2.d'),
    sealedDrops('the boot loader gets no console settings'),
    words('dropped', NETWORK, NOT_IN_NETWORK),
    NOT_FOR_INSTALLER,
  ),
}

/** The words for a key; null: image-builder knows no such key. */
export function wordsFor(key: string, family: TypeFamily, sealed: boolean): Words | null {
  const found = Object.hasOwn(OUTCOME_WORDS, key) ? OUTCOME_WORDS[key] : undefined
  if (found === undefined) return null
  if (family === 'disk') return sealed ? found['sealed-disk'] : found.disk
  return found[family === 'package-iso' ? 'installer' : family]
}
