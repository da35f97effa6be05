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
}

const CURRENT: Recipe = {
  xattrs: 'allowlist-only',
  bootable: true,
  keepNsec: false,
  sharedLabel: false,
  engine: 'hybrid',
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
      })),
    ),
  ),
  {
    ...CURRENT,
    id: 'v1-nsec-kept/*',
    version: 1,
    keepNsec: true,
  },
  {
    ...CURRENT,
    id: 'v2-allxattr/*',
    version: 2,
    xattrs: 'all',
    keepNsec: true,
    engine: 'pcre2',
  },
  {
    ...CURRENT,
    id: 'v2-sharedlabel/*',
    version: 2,
    keepNsec: true,
    sharedLabel: true,
  },
]

/** The form with an id of the contract, `*` for the hash. */
export function formOf(id: string): Form {
  const form = FORMS.find((item) => item.id === id)
  if (form !== undefined) return form
  throw new SealscopeError({ kind: 'internal', code: 'no-form', what: `no form is called ${id}` })
}

/** Id of the candidate that a form has with a hash. */
export function candidateId(form: Form, algorithm: 'sha512' | 'sha256'): string {
  return form.id.replace('*', algorithm)
}

const BY_CANDIDATE: ReadonlyMap<string, Form> = new Map(
  FORMS.flatMap(
    (form) =>
    (['sha512', 'sha256'] as const).map((algorithm) => [candidateId(form, algorithm), form] as const), // prettier-ignore
  ),
)

/** The form of a candidate; null for an id that no form has. */
export function candidateForm(id: string): Form | null {
  return BY_CANDIDATE.get(id) ?? null
}

/** What a UKI names today: V1 of the tree after the boot transform. */
export const BOOTABLE_FORM = formOf('v1/*/allowlist-only/bootable')
export const PLAIN_FORM = formOf('v1/*/allowlist-only/plain')
/** The other forms that some release computes or wrote. */
export const FORM = {
  v2: formOf('v2/*/allowlist-only/bootable'),
  nsecKept: formOf('v1-nsec-kept/*'),
  allXattrs: formOf('v2-allxattr/*'),
  sharedLabel: formOf('v2-sharedlabel/*'),
} as const
