import type { Check } from './checks'
import type { AcceptRow, CandidateDigest, Finding, SealCause, UkiRecord, Verdict } from './facts'
import type { UpgradePackages } from './upgrade'
import type { HardwareIdRecord, PcrSignatureRecord, TrustRecord } from './uki'

/** `sealscope.verify/1` */
export interface VerifyResult {
  schema: 'sealscope.verify/1'
  /** Whose judgement it is: the release of an option, of the image, or the newest of the table. */
  bootc: { version: string; from: 'option' | 'image' | 'newest' }
  verdict: Verdict | null
  holds: boolean | null
  matches: string[]
  /** Keyed by release range, e.g. `bootc 1.16.4-1.16.9`. */
  acceptedBy: Record<string, boolean>
  message: string
  /** All five, in their order, whatever was asked for. */
  checks: Check[]
  /** Why the seal does not hold or is refused, the strongest evidence first. */
  causes: SealCause[]
  /** `proof.accepts` of the facts: could the release install the image and manage the system? */
  accepts: AcceptRow[]
  /** The same rows: which host takes the image. */
  hosts: AcceptRow[]
  /** The argument for a UKI of this tree, by what the release computes; null without a digest. */
  karg: string | null
}

/** `sealscope.digest/1` */
export interface DigestResult {
  schema: 'sealscope.digest/1'
  candidates: (CandidateDigest & { bootc: string | null })[]
  /** The argument for a UKI of this tree; null without a digest. */
  karg: string | null
  /** With `--recipe`: arguments of `bootc container ukify` and of ukify, and what has to be made before. */
  recipe?: { bootc: string[]; ukify: string[]; before: string[] } | null
}

/** `sealscope.compare/1`: paths that differ between two images. */
export interface CompareResult {
  schema: 'sealscope.compare/1'
  equal: boolean
  differences: TreeDifference[]
  /** All differences; the list holds the first 100,000. */
  count: number
  /** Number of differences per cause. */
  causes: Record<string, number>
  /** The argument for a UKI of each tree, by what the newest release computes; null for a dumpfile. */
  kargs: { left: string | null; right: string | null }
  /** What a reviewer wants to know beside the trees; null for a dumpfile. */
  images: ImageComparison | null
}

/** Facts of two images side by side. */
export interface ImageComparison {
  layers: { shared: number; left: number; right: number }
  changed: { name: string; left: string | null; right: string | null }[]
  /** Null where one side's list is not known: no database that can be read, a directory, layers left out. */
  packages: UpgradePackages | null
  /** Release of the kernel that bootc takes. */
  kernel: Pair<string>
  /** Of the UKI that bootc takes; null where it takes none. */
  cmdline: Pair<string>
  /** Bytes of all files of the layers, as `podman image inspect` counts them. */
  size: Pair<number>
}

export interface Pair<T> {
  left: T | null
  right: T | null
}

export type DifferenceCause =
  | 'missing'
  | 'extra'
  | 'type'
  | 'mtime'
  | 'nsec'
  | 'mode'
  | 'owner'
  | 'xattr'
  | 'label'
  | 'content'
  | 'target'
  | 'device'
  | 'hardlink'

export interface TreeDifference {
  path: string
  /** Of the right one, else of the left one. */
  kind: 'dir' | 'file' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket'
  causes: DifferenceCause[]
  left: string | null
  right: string | null
  /** Layer that brought the path in the left and right image. */
  layers: [number | null, number | null]
}

/** `sealscope.lint/1` */
export interface LintResult {
  schema: 'sealscope.lint/1'
  checksPassed: number
  checksSkipped: number
  warnings: number
  failed: number
  results: {
    name: string
    type: 'fatal' | 'warning'
    origin: 'bootc' | 'sealscope'
    status: 'passed' | 'failed' | 'warning' | 'skipped'
    message: string | null
    path: string | null
    layer: number | null
    /** What to do; where lines are to be added, these lines. */
    fix: string | null
    source: string
  }[]
}

/** `sealscope.uki/1` */
export type UkiResult = UkiRecord & {
  schema: 'sealscope.uki/1'
  findings: Finding[]
  /** Per profile (`profiles[].pcr11Key`, `0` without profiles): bank → phase path → hex. */
  pcr11: Record<string, Record<string, Record<string, string>>>
  /** The same when the firmware chooses one of several device trees: profile → `.dtbauto` in order. */
  pcr11WithDevicetree: Record<string, Record<string, Record<string, string>>[]>
  /** Signed PCR 11 policies of all profiles. */
  pcrsig: PcrSignatureRecord[]
  hardwareIds: HardwareIdRecord[]
  /** What each file of `--trust` makes of the signatures; empty without the option. */
  trust: TrustRecord[]
  /** Does firmware start this file by itself, with the files of `--trust`, else Microsoft's keys? */
  secureBoot: Check
  /** Digest name → hex. */
  authenticode: Record<string, string>
}
