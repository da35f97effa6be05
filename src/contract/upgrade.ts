import type { Check } from './checks'
import type { EspRoom, InstallWarning } from './install'

/** `sealscope.upgrade/1`: what `bootc upgrade` does on a host that runs A, when B comes. */
export interface UpgradePlan {
  schema: 'sealscope.upgrade/1'
  bootc: string
  /** EROFS version of the host's repository. */
  repository: 'new' | 'v1' | 'v2'
  /** `same`: the host has this image already. */
  answer: 'yes' | 'no' | 'same' | 'unknown'
  refusal: { text: string; fix: string | null } | null
  /** For B on this host. */
  checks: Check[]
  /** Digest of the boot image: the deployment that runs, and the new one. */
  deployments: { before: string | null; after: string | null }
  /** Compressed layers that the host has not got. */
  fetch: { layers: number; bytes: number; sharedLayers: number }
  /** Distinct contents of files of more than 64 bytes. */
  objects: { new: number; bytes: number; shared: number }
  entries: { before: UpgradeEntry[]; staged: UpgradeEntry[]; after: UpgradeEntry[]; rollback: UpgradeEntry[] } // prettier-ignore
  softReboot: { possible: boolean; why: string }
  etc: {
    /** With the host's /etc: what stays of it; otherwise what comes new or changed with B. */
    merged: string[]
    /** With the host's /etc: why nothing is staged; otherwise what would be one if the host changed it. */
    conflicts: { path: string; why: string }[]
    unchanged: number
    /** The host's own /etc was given. */
    judged: boolean
  }
  /** What goes when a third deployment is staged and A's entry is gone. */
  collected: string[]
  esp: EspRoom | null
  packages: UpgradePackages | null
  warnings: InstallWarning[]
}

/** `path` below the ESP (or /boot with grub). */
export interface UpgradeEntry {
  path: string
  text: string
}

export interface UpgradePackages {
  added: { name: string; version: string }[]
  removed: { name: string; version: string }[]
  changed: { name: string; from: string; to: string }[]
}
