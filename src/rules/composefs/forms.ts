import { SealscopeError } from '../../base/error'
import type { ErofsVersion } from './erofs/inode'
import type { Engine } from './selinux/pattern'
import type { XattrMode } from './transform'

/** How a tree is prepared before its EROFS image is written. */
export interface Recipe {
  xattrs: XattrMode
  bootable: boolean
  /** Nanoseconds of /boot and /sysroot stay. */
  keepNsec: boolean
  /** A hard linked file keeps one label. */
  sharedLabel: boolean
  engine: Engine
}

/** One way in which some release computes a composefs digest, apart from the hash. */
export interface Form extends Recipe {
  /** Id with `*` where the hash stands. */
  id: string
  version: ErofsVersion
  /** Who computes, writes or accepts it with SHA-512; null: no release of bootc does. */
  bootc: string | null
  /** These releases read only the first gzip member or zstd frame of a layer. */
  firstFrameOnly: boolean
}

const CURRENT: Recipe = {
  xattrs: 'allowlist-only',
  bootable: true,
  keepNsec: false,
  sharedLabel: false,
  engine: 'hybrid',
}

const BOOTC: Readonly<Record<string, string>> = {
  'v1/allowlist-only/bootable':
    'computed by composefs-rs 0.9.3 and later, and so by bootc after 1.16.9',
  'v2/allowlist-only/bootable':
    'written by bootc 1.16.0-1.16.3 from a directory; accepted by bootc 1.16.4-1.16.9 on hosts with a V2 repository',
}

/**
 * The forms in the order of the contract. Sources: the composefs-rs revision pinned by the Cargo.lock of
 * each bootc tag, and the history of composefs-rs (080f925 V1 by default, 85f6656 allowlist for layers,
 * a8790a2 hard links split, 835c986 and 679a342 expressions, pull request 396 nanoseconds, 381 frames).
 */
export const FORMS: readonly Form[] = [
  ...([0, 1, 2] as const).flatMap((version) =>
    (['allowlist-only', 'keep-user-xattrs'] as const).flatMap((xattrs) =>
      (['plain', 'bootable'] as const).map((kind) => ({
        ...CURRENT,
        id: `v${version}/*/${xattrs}/${kind}`,
        version,
        xattrs,
        bootable: kind === 'bootable',
        bootc: BOOTC[`v${version}/${xattrs}/${kind}`] ?? null,
        firstFrameOnly: false,
      })),
    ),
  ),
  {
    ...CURRENT,
    id: 'v1-nsec-kept/*',
    version: 1,
    keepNsec: true,
    bootc: 'written and accepted by bootc 1.16.4-1.16.9',
    firstFrameOnly: true,
  },
  {
    ...CURRENT,
    id: 'v2-allxattr/*',
    version: 2,
    xattrs: 'all',
    keepNsec: true,
    engine: 'pcre2',
    bootc: 'computed by bootc 1.16.0-1.16.3 from layers, and so accepted by them',
    firstFrameOnly: true,
  },
  {
    ...CURRENT,
    id: 'v2-sharedlabel/*',
    version: 2,
    keepNsec: true,
    sharedLabel: true,
    bootc: 'written by bootc 1.13.0-1.15.2 from a directory',
    firstFrameOnly: false,
  },
]

/** The form with an id of the contract, `*` for the hash. */
export function formOf(id: string): Form {
  const form = FORMS.find((item) => item.id === id)
  if (form !== undefined) return form
  throw new SealscopeError({ kind: 'internal', code: 'no-form', what: `no form is called ${id}` })
}

/** What a UKI names today: V1 of the tree after the boot transform. */
export const BOOTABLE_FORM = formOf('v1/*/allowlist-only/bootable')
export const PLAIN_FORM = formOf('v1/*/allowlist-only/plain')
