import type { AddonFactRecord, BootEntryRecord, BootFileRecord, DevicetreeRecord, EnrolmentKeyRecord, FileClass, FirmwareRecord, InitrdRecord, KernelImageRecord, PeHeaderRecord, ProfileRecord, SignatureRecord, SplashRecord } from './uki' // prettier-ignore

import type { Check } from './checks'
import type { InstallationInputs } from './installation'

/**
 * `sealscope.facts/1`: everything the planner may know of an image. Digests are lower-case hex
 * without prefix unless they are OCI digests (`sha256:…`); sizes are bytes; unknown is null.
 */
export interface ImageFacts {
  schema: 'sealscope.facts/1'
  source: { kind: SourceKind; ref: string }
  image: ImageRecord | null
  os: OsRelease | null
  arch: string | null
  kernel: KernelRecord | null
  errors: BootcErrors
  kargs: string[] | null
  installConfig: InstallConfigRecord | null
  initrdModules: string[] | null
  uefiVendor: string | null
  selinuxPolicy: string | null
  builder: BuilderInputs | null
  /** What a plan holds a blueprint against; null: not read (a quick look, facts saved without it). */
  system: SystemRecord | null
  /** The bootc that is in the image; null: none was found, or its version cannot be read. */
  bootcInImage: { version: string; from: 'rpm' | 'dpkg' | 'apk' | 'pacman' | 'binary' } | null
  /** The package database; null: none that can be read. */
  packages: { database: 'rpm' | 'dpkg' | 'apk' | 'pacman'; count: number } | null
  /** What `bootc install` and the boot depend on besides; null: not read. */
  installation: InstallationInputs | null
  /** Does firmware start it, by the keys that were given or that the image brings; null: not judged. */
  secureBoot: Check | null
  /** Where the seal stands among the layers; null: not all of them were read, or there are none. */
  structure: StructureRecord | null
  ukis: UkiRecord[]
  /** Add-ons for UKIs, wherever they lie. */
  addons: AddonFactRecord[]
  /** Programs for the firmware, in the order of a start: shim, boot loaders, UKIs, others. */
  bootFiles: BootFileRecord[]
  /** Keys that the image brings along for the firmware. */
  enrolmentKeys: EnrolmentKeyRecord[]
  seal: SealRecord
  findings: Finding[]
  evidence: Evidence
}

/** Layers count from 0. */
export interface StructureRecord {
  /** Layer of the UKI that bootc takes; null where it takes none. */
  ukiLayer: number | null
  /** The layers above it: paths that each has entries or whiteouts for, and how many of them are not in /boot. */
  layersAfter: { layer: number; paths: number; outsideBoot: number }[]
  /** UKIs that one layer brought and a later one removed or replaced. */
  removedUkis: RemovedUki[]
  /** Last layer of the base image; null where nothing tells it. */
  baseEnd: number | null
}

export interface RemovedUki {
  path: string
  layer: number
  removedBy: number
}

/** What the facts rest on. */
export interface Evidence {
  /** Compressed bytes. */
  bytesRead: number
  /** All layers were read to their ends. */
  complete: boolean
  /** What was read is what its digests name. */
  verified: boolean
  /** Layers that could not be read; where there is one, no verdict is given. */
  unread: UnreadLayer[]
  /** What was read of layers, in image order; a layer that was left out is not listed. */
  reads: LayerRead[]
}

export interface LayerRead {
  layer: number
  /** Compressed bytes, those that were read twice included. */
  bytes: number
  /** `indexed`: by a table of contents and checked by its digests, not by the layer's. */
  how: 'whole' | 'indexed'
}

/** A layer whose bytes did not arrive, or are not those that its digest names. */
export interface UnreadLayer {
  layer: number
  digest: string
  /** Who has to act: the network, or whoever keeps the file. */
  kind: 'network' | 'input'
  /** Stable name of the error, e.g. `registry-truncated`. */
  code: string
  message: string
  /** Compressed bytes that came, and that there are. */
  bytesRead: number
  size: number
}

export type SourceKind =
  'oci' | 'oci-archive' | 'docker-archive' | 'registry' | 'sample' | 'dir' | 'efi' | 'facts'

export interface Platform {
  os: string
  architecture: string
  variant: string | null
}

export interface ImageRecord {
  manifestDigest: string
  /** Of the index through which the manifest was chosen; null when there was none. */
  indexDigest: string | null
  configDigest: string
  mediaType: string
  platform: Platform
  /** What the index offers; one element when there is no index. */
  platforms: Platform[]
  labels: Record<string, string>
  annotations: Record<string, string>
  /** What `podman image inspect` reports as Size; null when a layer's size is unknown (`--quick`). */
  storageSize: number | null
  layers: LayerRecord[]
}

export type Compression = 'gzip' | 'zstd' | 'zstd:chunked' | 'estargz' | 'none'

export interface LayerRecord {
  digest: string
  diffId: string | null
  mediaType: string
  compression: Compression | null
  size: number
  uncompressedSize: number | null
  entries: number | null
  createdBy: string | null
}

export interface OsRelease {
  id: string | null
  versionId: string | null
  name: string | null
  prettyName: string | null
  variantId: string | null
  platformId: string | null
  idLike: string[]
}

export interface KernelRecord {
  version: string
  unified: boolean
  path: string
}

/** Where bootc itself stops, as a sentence; null where it does not. */
export interface BootcErrors {
  kernel: string | null
  kargs: string | null
  installConfig: string | null
  import: string | null
}

export interface InstallConfigRecord {
  filesystemRootType: string | null
  bootloader: string | null
  /** The JSON of `bootc install print-configuration --all`. */
  raw: Record<string, unknown>
}

/** What else image-builder reads from the container (reference: osbuild-manifest §2.2). */
export interface BuilderInputs {
  abootImage: boolean
  /** Kernel directory image-builder sees: first real directory of usr/lib/modules with a vmlinuz. */
  kernelVersion: string | null
  embeddedCustomizations: unknown
  /** The file they come from, verbatim: what image-builder refuses in it is part of the answer. */
  embeddedConfig: EmbeddedConfigRecord | null
  diskYaml: string | null
  isoYaml: string | null
  /** Why image-builder could not read one of its inputs, in its own words; empty when all is well. */
  errors: string[]
}

export interface EmbeddedConfigRecord {
  path: string
  format: 'json' | 'toml'
  text: string
}

/**
 * The parts of the tree that a blueprint touches, bounded: what it names is looked up here. Neither
 * passwords nor their hashes, nor keys, are in it.
 */
export interface SystemRecord {
  users: AccountRecord[]
  groups: GroupRecord[]
  /** What can make or unlock an account at boot, with the path that shows it. */
  loginWays: { id: LoginWay; path: string }[]
  /**
   * Paths without leading slash, in byte order: `etc/ssh/` is a directory, `home -> var/home` a link,
   * `etc/hosts` anything else. All of the top level, of etc, var and boot (directories and links at any depth),
   * units, zones, keymaps, locales, firewall services, and the programs that advice runs.
   */
  paths: string[]
  /** False: the limit cut the list; what is missing in it is unknown. */
  complete: boolean
}

export type LoginWay =
  | 'cloud-init'
  | 'ignition'
  | 'credential'
  | 'first-boot-setup'
  | 'autologin'
  | 'directory-service'
  | 'afterburn'

export interface AccountRecord {
  name: string
  uid: number | null
  gid: number | null
  home: string | null
  shell: string | null
  /** How this account can log in as the image is. */
  login: ('password' | 'empty-password' | 'ssh-key')[]
  /** The file that declares it: `etc/passwd`, `usr/lib/sysusers.d/x.conf`. */
  from: string
}

export interface GroupRecord {
  name: string
  gid: number | null
  from: string
}

export interface UkiSectionRecord {
  name: string
  virtualSize: number
  virtualAddress: number
  rawSize: number
  rawOffset: number
  sha256: string | null
}

export interface UkiRecord {
  path: string
  layer: number | null
  size: number
  sha256: string | null
  machine: string | null
  stub: string | null
  class: FileClass
  header: PeHeaderRecord | null
  /** Of the kernel in `.linux` by its own words; null when they could not be read. */
  kernelVersion: string | null
  kernel: KernelImageRecord | null
  /** Of the first profile; null without the section or when it was not looked into. */
  initrd: InitrdRecord | null
  ucode: InitrdRecord | null
  splash: SplashRecord | null
  devicetrees: DevicetreeRecord[]
  firmware: FirmwareRecord[]
  entries: BootEntryRecord[]
  /** File order. */
  sections: UkiSectionRecord[]
  cmdline: string | null
  uname: string | null
  osrel: string | null
  sbat: string[][] | null
  profiles: ProfileRecord[]
  addons: { path: string; cmdline: string | null }[]
  signatures: SignatureRecord[]
  /** Why the file could not be read as a UKI; null when it could. */
  error: string | null
}

export type Verdict =
  | 'NO_KERNEL'
  | 'SPLIT_KERNEL'
  | 'MULTI_KERNEL'
  | 'UKI_BROKEN'
  | 'UKI_NO_COMPOSEFS'
  | 'UKI_UNSEALED'
  | 'UKI_SEALED'

export type Modifier =
  | 'signed'
  | 'multiple-ukis'
  | 'addons'
  | 'multi-profile'
  | 'uki-in-modules'
  | 'type1-entries'
  | 'sha256-karg'
  | 'cfsctl-karg'
  | 'dual-karg'
  | 'malformed-karg'
  | 'bootupd'
  | 'dumpfile'
  | 'vmlinuz-and-uki'
  | 'multi-frame-layers'

export interface ClaimedDigest {
  form: 'composefs' | 'composefs.digest'
  version: 'v1' | 'v2' | null
  algorithm: 'sha512' | 'sha256' | null
  digest: string
  optional: boolean
}

export interface SealRecord {
  /** Null when layers that decide about it could not be read. */
  verdict: Verdict | null
  /** The karg that decides comes first. */
  claimed: ClaimedDigest[]
  /** Sorted; null with `--quick`. */
  modifiers: Modifier[] | null
  proof: SealProof | null
  /** Digests and signatures of the composefs OCI sealing draft that the image or its artifacts carry. */
  annotations: SealAnnotation[]
  /** What a registry says refers to the image; null when none was asked. */
  artifacts: SealArtifact[] | null
}

export interface SealAnnotation {
  /** `index`, `manifest`, `config`, `labels`, `layers[3]`, or `sha256:…/layers[0]` of an artifact. */
  where: string
  key: string
  value: string
  /** Null when the value is no digest that its key allows. */
  digest: string | null
  /** Candidate with this digest, or `manifest/sha512` and the like for that JSON's own bytes. */
  matches: string | null
}

export interface SealArtifact {
  digest: string
  artifactType: string | null
  annotations: Record<string, string>
}

export interface CandidateDigest {
  id: string
  digest: string | null
  error: string | null
}

export interface AcceptRow {
  bootc: string
  repository: 'v1' | 'v2' | 'new'
  accepts: boolean
  why: string
  /** Releases of this row whose rules are inferred or known from documents only; null: none. */
  inferred: string | null
}

export interface SealCause {
  id: string
  evidence: 'dumpfile' | 'image' | 'search' | 'layers'
  /** True when the claimed digest was reproduced under this hypothesis. */
  proved: boolean
  message: string
  paths: string[]
  count: number
  layer: number | null
  fix: string
}

export interface SealProof {
  /** Null when there is no claimed digest to compare with. */
  holds: boolean | null
  matches: string[]
  candidates: CandidateDigest[]
  accepts: AcceptRow[]
  importError: string | null
  causes: SealCause[]
}

export interface Finding {
  id: string
  severity: 'error' | 'warning' | 'info'
  path: string | null
  layer: number | null
  message: string
  fix: string | null
  source: string
}
