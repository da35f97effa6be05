import type { Check, CheckReason } from './checks'

/** `sealscope.plan/1`: what image-builder makes of a blueprint for one image. Sizes are bytes. */
export interface PlanResult {
  schema: 'sealscope.plan/1'
  target: string
  sealed: boolean
  imageType: string
  /** Paths of secrets that the link did not carry; until they are written there is no manifest. */
  missingSecrets: string[]
  build: BuildAnswer
  /** `boot` and `install` on the planned disk; empty where no disk is planned. */
  checks: Check[]
  consequences: Consequence[]
  outcomes: Outcome[]
  /** Installer ISOs: the kickstart and the modules; null for everything else. */
  installer: InstallerPlan | null
  /** What replaces everything that is lost, as one text; null: nothing has to be replaced. */
  containerfile: string | null
  layout: DiskLayout | null
  esp: EspRoom | null
  root: RootRoom | null
  kernelArguments: KernelArgument[]
  /** What the kernel gets at last, as one line; null: not known. */
  commandLine: string | null
  warnings: string[]
  errors: string[]
  /** What to do about the errors; ours. */
  hints: string[]
  /** What could not be looked at, and why. */
  notes: string[]
  /** Why a build of the manifest would stop although image-builder writes it. */
  buildProblems: string[]
  manifestSha256: string | null
  commands: { title: string; command: string }[]
  link: string | null
}

export type OutcomeKind = 'applied' | 'dropped' | 'warned' | 'refused' | 'overridden' | 'no-effect'

export interface Outcome {
  /** As in golden/osbuild/outcomes.json: `customizations.user[0]`. */
  item: string
  title: string
  outcome: OutcomeKind
  changesPipelines: boolean
  changesSources: boolean
  /** The warning that disappears when the item is taken away. */
  warning: string | null
  reason: string
  /** Upstream file that decides. */
  source: string
  /** Types of the stages that change when the item is taken away. */
  stages: string[]
  instead: Instead[]
  /** The stage is written, but the person does not get all of it; such an item is "in part". */
  caveats: Caveat[]
  /** Not written by image-builder, but the image brings it: the path that shows it; null: it does not, or unknown. */
  inImage: string | null
  /** 1-based line in the blueprint text; null when there is no text. */
  line: number | null
}

export interface Caveat {
  /** Kebab-case, stable: `nobody-mounts`, `unknown-group`, `mount-through-link` … */
  id: string
  message: string
  fix: string | null
  /** The stage fails, and the build with it. */
  stops: boolean
}

export interface Instead {
  title: string
  snippet: string
  needsReseal: boolean
  /** What the snippet is, and so where it goes. */
  how:
    'containerfile' | 'blueprint' | 'credential' | 'user-data' | 'extension' | 'addon' | 'command'
  /** What it costs: `build the image again`, `then seal again`, `per machine, no reseal` … */
  price: string
}

export interface KernelArgument {
  value: string
  from:
    | 'uki'
    | 'addon'
    | 'bootc'
    | 'install-config'
    | 'kargs.d'
    | 'image-builder'
    | 'blueprint'
    | 'default'
  effective: boolean
  /** Who takes it off the command line again; null: nobody. */
  deletedBy: 'install-config' | null
  /** Why it does not arrive; null when it does. */
  why: string | null
}

/** Whether a disk or an archive comes out, and what stops it; the worst first. */
export interface BuildAnswer {
  /** `refused`: image-builder says no; `stops`: osbuild or bootc stop while they build. */
  answer: 'builds' | 'refused' | 'stops'
  reasons: CheckReason[]
}

/** What it means for whoever deploys the image; the worst first. */
export interface Consequence {
  /** Kebab-case, stable: `nobody-can-log-in`, `root-not-found`, `esp-full` … */
  id: string
  severity: 'error' | 'warning' | 'info'
  message: string
  /** Items of the blueprint that it comes from. */
  items: string[]
  fix: string | null
}

/** A line of the kickstart that an installer ISO runs, and who wrote it. */
export interface KickstartLine {
  file: '/osbuild.ks' | '/osbuild-base.ks'
  text: string
  by: 'image-builder' | 'blueprint'
}

export interface InstallerPlan {
  /** Reference of the container that is installed. */
  payload: string | null
  /** In full, the including file first; password hashes are left out, they stand in the manifest. */
  kickstart: KickstartLine[]
  /** D-Bus modules of Anaconda. */
  modules: { name: string; active: boolean; by: 'image-builder' | 'blueprint' }[]
  /** Whether the container that the ISO boots has Anaconda at all; null: not known. */
  hasAnaconda: boolean | null
}

/** Room on the planned EFI system partition, bytes. */
export interface EspRoom {
  size: number
  /** One kernel image with its add-ons. */
  perUpgrade: number
  /** The boot loader. */
  loader: number
  /** How many kernel images fit: 1 is the installation, 2 an update, 3 an update with a rollback kept. */
  fits: number
}

/** Room in the planned root file system, bytes. */
export interface RootRoom {
  size: number
  /** The unpacked image. */
  image: number
  /** What is left after the installation, about. */
  free: number
}

export interface DiskLayout {
  table: 'gpt' | 'dos'
  sectorSize: number
  diskSize: number
  partitions: LayoutPartition[]
}

export interface LayoutPartition {
  number: number
  name: string | null
  /** GPT type UUID or two hex digits. */
  type: string
  start: number
  size: number
  bootable: boolean
  payload: LayoutPayload
}

export interface LayoutPayload {
  kind:
    'fat' | 'ext4' | 'xfs' | 'btrfs' | 'subvolume' | 'lvm' | 'lv' | 'swap' | 'raw' | 'luks' | 'none'
  label: string | null
  uuid: string | null
  mountpoint: string | null
  /** Name of a volume group, logical volume or subvolume. */
  name: string | null
  size: number | null
  children: LayoutPayload[]
}
