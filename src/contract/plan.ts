/** `sealscope.plan/1`: what image-builder makes of a blueprint for one image. Sizes are bytes. */
export interface PlanResult {
  schema: 'sealscope.plan/1'
  target: string
  sealed: boolean
  imageType: string
  /** Paths of secrets that the link did not carry; until they are written there is no manifest. */
  missingSecrets: string[]
  outcomes: Outcome[]
  layout: DiskLayout | null
  kernelArguments: KernelArgument[]
  warnings: string[]
  errors: string[]
  /** What to do about the errors; ours. */
  hints: string[]
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
}

export interface KernelArgument {
  value: string
  from: 'uki' | 'kargs.d' | 'blueprint' | 'default'
  effective: boolean
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
