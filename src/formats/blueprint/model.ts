/**
 * A blueprint as `github.com/osbuild/blueprint` v1.32.0 decodes it. Names are the keys in camel
 * case, with the exceptions that the schema names. Null is "absent" wherever upstream can tell absent
 * from empty: optional values and every list. Texts, booleans and sizes without that distinction
 * are `''`, `false` and `0n`. Integers are exact: Go's `int` is a signed 64-bit bigint, sizes are
 * unsigned 64-bit bytes.
 */
export interface Blueprint {
  name: string
  description: string
  version: string
  packages: readonly Package[] | null
  modules: readonly Package[] | null
  enabledModules: readonly EnabledModule[] | null
  groups: readonly PackageGroup[] | null
  containers: readonly EmbeddedContainer[] | null
  customizations: Customizations | null
  distro: string
  /** Key `architecture`. */
  arch: string
}

export interface Package {
  name: string
  version: string
}

export interface EnabledModule {
  name: string
  stream: string
}

export interface PackageGroup {
  name: string
}

export interface EmbeddedContainer {
  source: string
  name: string
  tlsVerify: boolean | null
  localStorage: boolean
}

/** Members in the order in which upstream declares them: it decides which warning is given. */
export interface Customizations {
  hostname: string | null
  kernel: KernelCustomization | null
  sshkey: readonly SshKeyCustomization[] | null
  user: readonly UserCustomization[] | null
  group: readonly GroupCustomization[] | null
  timezone: TimezoneCustomization | null
  locale: LocaleCustomization | null
  firewall: FirewallCustomization | null
  services: ServicesCustomization | null
  filesystem: readonly FilesystemCustomization[] | null
  disk: DiskCustomization | null
  installationDevice: string
  partitioningMode: string
  fdo: FdoCustomization | null
  openscap: OpenscapCustomization | null
  ignition: IgnitionCustomization | null
  directories: readonly DirectoryCustomization[] | null
  files: readonly FileCustomization[] | null
  repositories: readonly RepositoryCustomization[] | null
  fips: boolean | null
  installer: InstallerCustomization | null
  rpm: RpmCustomization | null
  rhsm: RhsmCustomization | null
  cacerts: CaCertsCustomization | null
  containersStorage: ContainersStorageCustomization | null
  firstboot: FirstbootCustomization | null
  dnf: DnfCustomization | null
  iso: IsoCustomization | null
  sshd: SshdCustomization | null
  bootloader: BootloaderCustomization | null
}

export interface KernelCustomization {
  name: string
  append: string
}

export interface SshKeyCustomization {
  user: string
  key: string
}

export interface UserCustomization {
  name: string
  description: string | null
  password: string | null
  key: string | null
  home: string | null
  shell: string | null
  groups: readonly string[] | null
  uid: bigint | null
  gid: bigint | null
  /** Key `expiredate`: days since 1970-01-01. */
  expireDate: bigint | null
  forcePasswordReset: boolean | null
}

export interface GroupCustomization {
  name: string
  gid: bigint | null
}

export interface TimezoneCustomization {
  timezone: string | null
  ntpservers: readonly string[] | null
}

export interface LocaleCustomization {
  languages: readonly string[] | null
  keyboard: string | null
}

export interface FirewallCustomization {
  ports: readonly string[] | null
  services: { enabled: readonly string[] | null; disabled: readonly string[] | null } | null
  zones: readonly { name: string | null; sources: readonly string[] | null }[] | null
}

export interface ServicesCustomization {
  enabled: readonly string[] | null
  disabled: readonly string[] | null
  masked: readonly string[] | null
}

/** `customizations.filesystem[]` */
export interface FilesystemCustomization {
  mountpoint: string
  minsize: bigint
}

export interface DiskCustomization {
  /** `gpt`, `dos`, or anything else until it is validated. */
  type: string
  minsize: bigint
  startOffset: bigint
  sectorSize: bigint
  partitions: readonly PartitionCustomization[] | null
}

/** Members of the other kinds are empty: each kind accepts its own keys only. */
export interface PartitionCustomization {
  type: 'plain' | 'lvm' | 'btrfs'
  minsize: bigint
  partType: string
  partLabel: string
  partUuid: string
  /** plain */
  mountpoint: string
  label: string
  fsType: string
  /** lvm */
  name: string
  logicalVolumes: readonly LogicalVolumeCustomization[] | null
  /** btrfs */
  subvolumes: readonly SubvolumeCustomization[] | null
}

export interface LogicalVolumeCustomization {
  name: string
  minsize: bigint
  mountpoint: string
  label: string
  fsType: string
}

export interface SubvolumeCustomization {
  name: string
  mountpoint: string
}

export interface FdoCustomization {
  manufacturingServerUrl: string
  diunPubKeyInsecure: string
  diunPubKeyHash: string
  diunPubKeyRootCerts: string
  diMfgStringTypeMacIface: string
}

export interface OpenscapCustomization {
  datastream: string
  profileId: string
  tailoring: { selected: readonly string[] | null; unselected: readonly string[] | null } | null
  jsonTailoring: { profileId: string; filepath: string } | null
  policyId: string
}

export interface IgnitionCustomization {
  embedded: { config: string } | null
  firstboot: IgnitionFirstbootCustomization | null
}

export interface IgnitionFirstbootCustomization {
  url: string
  empty: boolean
}

/** Owner: a name, a number, or null when not given. */
export type Owner = string | bigint | null

export interface DirectoryCustomization {
  path: string
  user: Owner
  group: Owner
  /** Octal digits; empty: not given. */
  mode: string
  ensureParents: boolean
}

export interface FileCustomization {
  path: string
  user: Owner
  group: Owner
  mode: string
  data: string
  uri: string
}

export interface RepositoryCustomization {
  id: string
  baseurls: readonly string[] | null
  gpgkeys: readonly string[] | null
  metalink: string
  mirrorlist: string
  name: string
  priority: bigint | null
  enabled: boolean | null
  gpgcheck: boolean | null
  repoGpgcheck: boolean | null
  sslverify: boolean | null
  moduleHotfixes: boolean | null
  filename: string
  installFrom: boolean
}

export interface InstallerCustomization {
  unattended: boolean
  sudoNopasswd: readonly string[] | null
  kickstart: { contents: string } | null
  modules: { enable: readonly string[] | null; disable: readonly string[] | null } | null
  bootloader: { grub2: { menuTimeout: bigint | null } | null } | null
  payload: { flatpaks: { force: readonly FlatpakCustomization[] | null } | null } | null
}

export interface FlatpakCustomization {
  registry: { remoteName: string; url: string } | null
  references: readonly string[] | null
}

export interface RpmCustomization {
  importKeys: { files: readonly string[] | null } | null
}

export interface RhsmCustomization {
  config: {
    dnfPlugins: {
      productId: { enabled: boolean | null } | null
      subscriptionManager: { enabled: boolean | null } | null
    } | null
    subscriptionManager: {
      rhsm: { manageRepos: boolean | null; autoEnableYumPlugins: boolean | null } | null
      rhsmcertd: { autoRegistration: boolean | null } | null
    } | null
  } | null
}

export interface CaCertsCustomization {
  pemCerts: readonly string[] | null
}

export interface ContainersStorageCustomization {
  /** Key `destination-path`. */
  destinationPath: string | null
}

export interface FirstbootCustomization {
  /** Any objects; nothing inside is looked at for bootc images. */
  scripts: readonly unknown[] | null
}

export interface DnfCustomization {
  config: { setReleasever: boolean } | null
}

export interface IsoCustomization {
  applicationId: string
  publisher: string
  volumeId: string
}

export interface SshdCustomization {
  passwordAuthentication: boolean | null
  clientAliveInterval: bigint | null
  permitRootLogin: string
  kbdInteractiveAuthentication: boolean | null
}

export interface BootloaderCustomization {
  grub2: {
    terminalInput: readonly string[] | null
    terminalOutput: readonly string[] | null
    serial: string | null
  } | null
}
