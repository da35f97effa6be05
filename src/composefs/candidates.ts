import { toSealscopeError } from '../bytes/error'
import type { CandidateDigest } from '../contract/facts'
import { toHex, type Hasher, type VerityAlgorithm } from '../kernels/kernels'
import type { Directory } from '../tree/node'
import { cloneTree } from '../tree/walk'
import type { ErofsVersion } from './erofs/inode'
import { writeErofs } from './erofs/write'
import { labelTree } from './selinux/label'
import type { Engine } from './selinux/pattern'
import { loadPolicy, type ReadFile } from './selinux/policy'
import { bootEntries } from './boot-entries'
import { emptyToplevel, transformForOci, type XattrMode } from './transform'

/** One way in which some release computes a composefs digest, apart from the hash. */
export interface Form {
  /** Id with `*` where the hash stands. */
  id: string
  version: ErofsVersion
  xattrs: XattrMode
  bootable: boolean
  /** Nanoseconds of /boot and /sysroot stay. */
  keepNsec: boolean
  /** A hard linked file keeps one label. */
  sharedLabel: boolean
  engine: Engine
  /** bootc releases that compute or write it; null: none does. */
  bootc: string | null
  /** These releases read only the first gzip member or zstd frame of a layer. */
  firstFrameOnly: boolean
}

/**
 * The forms, in the order of the contract. Sources: composefs-rs tags and the composefs-rs revision pinned by each bootc
 * tag's Cargo.lock.
 */
export const FORMS: readonly Form[] = [
  ...([0, 1, 2] as const).flatMap((version) =>
    (['allowlist-only', 'keep-user-xattrs'] as const).flatMap((xattrs) =>
      [false, true].map((bootable) => ({
        id: `v${version}/*/${xattrs}/${bootable ? 'bootable' : 'plain'}`,
        version,
        xattrs,
        bootable,
        keepNsec: false,
        sharedLabel: false,
        engine: 'hybrid' as const,
        bootc: releasesOf(version, xattrs, bootable),
        firstFrameOnly: false,
      })),
    ),
  ),
  {
    id: 'v1-nsec-kept/*',
    version: 1,
    xattrs: 'allowlist-only',
    bootable: true,
    keepNsec: true,
    sharedLabel: false,
    engine: 'hybrid',
    bootc: '1.16.4-1.16.9',
    firstFrameOnly: true,
  },
  {
    id: 'v2-allxattr/*',
    version: 2,
    xattrs: 'all',
    bootable: true,
    keepNsec: true,
    sharedLabel: false,
    engine: 'pcre2',
    bootc: '1.16.0-1.16.3',
    firstFrameOnly: true,
  },
  {
    id: 'v2-sharedlabel/*',
    version: 2,
    xattrs: 'allowlist-only',
    bootable: true,
    keepNsec: true,
    sharedLabel: true,
    engine: 'hybrid',
    bootc: '1.13.0-1.15.2',
    firstFrameOnly: false,
  },
]

function releasesOf(version: ErofsVersion, xattrs: XattrMode, bootable: boolean): string | null {
  if (!bootable || xattrs !== 'allowlist-only') return null
  if (version === 1) return 'after 1.16.9'
  return version === 2 ? '1.16.0-1.16.3 (from disk)' : null
}

export interface DigestInput {
  /** The merged root; it is not changed. */
  root: Directory
  readFile: ReadFile
  verity(algorithm: VerityAlgorithm): Hasher
  /** Why composefs-rs cannot import the layers; then no form has a digest. */
  importError: string | null
  /** Some layer has several gzip members or zstd frames. */
  multiFrame: boolean
}

/** The digest of each form, or why it has none, in the order of the forms, for one hash. */
export function computeCandidates(
  input: DigestInput,
  algorithm: VerityAlgorithm,
  forms: readonly Form[] = FORMS,
): (CandidateDigest & { bootc: string | null })[] {
  const known = new Map<string, { digest: string | null; error: string | null }>()
  return forms.map((form) => {
    const key = [
      form.version,
      form.xattrs,
      form.bootable,
      form.keepNsec,
      form.sharedLabel,
      form.engine,
    ].join()
    if (form.firstFrameOnly && input.multiFrame && input.importError === null) {
      const error = `bootc ${form.bootc} reads only the first gzip member or zstd frame of a layer`
      return { id: form.id.replace('*', algorithm), digest: null, error, bootc: form.bootc }
    }
    const answer = known.get(key) ?? tryForm(input, algorithm, form)
    known.set(key, answer)
    return { id: form.id.replace('*', algorithm), ...answer, bootc: form.bootc }
  })
}

function tryForm(
  input: DigestInput,
  algorithm: VerityAlgorithm,
  form: Form,
): { digest: string | null; error: string | null } {
  if (input.importError !== null) return { digest: null, error: input.importError }
  try {
    const tree = transformedTree(input, form)
    return { digest: digestOf(tree, form.version, algorithm, input.verity), error: null }
  } catch (thrown) {
    return { digest: null, error: toSealscopeError(thrown).message }
  }
}

/** The tree whose EROFS image a form measures: a changed copy of the merged root. */
export function transformedTree(
  input: Pick<DigestInput, 'root' | 'readFile'>,
  form: Pick<Form, 'xattrs' | 'bootable' | 'keepNsec' | 'sharedLabel' | 'engine'>,
): Directory {
  const tree = cloneTree(input.root)
  transformForOci(tree, form.xattrs)
  if (!form.bootable) return tree
  bootEntries(input.root, input.readFile, !form.keepNsec)
  emptyToplevel(tree, form.keepNsec)
  labelTree(tree, loadPolicy(input.root, input.readFile, form.engine), form.sharedLabel)
  return tree
}

/** fs-verity digest, in hex, of the EROFS image of a tree as it is. */
export function digestOf(
  tree: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
  verity: (algorithm: VerityAlgorithm) => Hasher,
): string {
  const hasher = verity(algorithm)
  let digest: Uint8Array | null = null
  try {
    writeErofs(tree, version, algorithm, (chunk) => hasher.update(chunk))
  } finally {
    // The hasher's place is freed even when the image cannot be written.
    digest = hasher.digest()
  }
  return toHex(digest)
}
