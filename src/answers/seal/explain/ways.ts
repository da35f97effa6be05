import { SealscopeError } from '../../../base/error'
import { cloneTree } from '../../../image/tree/walk'
import type { Directory } from '../../../image/tree/node'
import { transformedTree, type DigestInput } from '../candidates'
import type { ErofsVersion } from '../../../rules/composefs/erofs/inode'
import {
  BOOTABLE_FORM,
  FORM,
  formOf,
  PLAIN_FORM,
  type Recipe,
} from '../../../rules/composefs/forms'
import { labelTree } from '../../../rules/composefs/selinux/label'
import type { TreeSurvey } from '../../../rules/composefs/survey'
import { emptyToplevel, transformForOci } from '../../../rules/composefs/transform'
import { lastWhere, releasesComputing, SHARED_LABEL_RELEASES } from '../releases'
import type { Step } from './step'

/** How a release turned a merged tree into an image: a recipe and the versions of EROFS to try. */
export interface Way {
  recipe: Recipe
  versions: readonly ErofsVersion[]
  /** Null for what releases do today. */
  words: Pick<Step, 'id' | 'what' | 'fix'> | null
  /** Does it differ from what releases do today for such a tree? */
  matters(survey: TreeSurvey): boolean
}

const REBUILD = 'build the UKI with the bootc release that will install it'

/** What bootc 1.16.4 and composefs-rs since 0.9.3 do, and V2 of the releases before. */
export const TODAY: readonly Way[] = [
  { recipe: BOOTABLE_FORM, versions: [1, 2], words: null, matters: () => true },
  {
    recipe: FORM.nsecKept,
    versions: [1],
    words: null,
    matters: ({ keepNsecMatters }) => keepNsecMatters,
  },
]

export const PLAIN: Way = {
  recipe: PLAIN_FORM,
  versions: [1, 2, 0],
  words: {
    id: 'plain-digest',
    what: 'in the form that is not for booting (/boot and /sysroot not emptied, no labels)',
    fix: 'compute the digest with the boot transform (bootc container ukify, cfsctl oci compute-id --bootable)',
  },
  matters: () => true,
}

/** Forms of other tools and of releases before bootc 1.16. */
export const RARE: readonly Way[] = [
  {
    recipe: BOOTABLE_FORM,
    versions: [0],
    words: {
      id: 'erofs-v0',
      what: 'in the format V0, which no bootc release writes',
      fix: REBUILD,
    },
    matters: () => true,
  },
  {
    recipe: formOf('v1/*/keep-user-xattrs/bootable'),
    versions: [1, 2],
    words: {
      id: 'user-xattrs',
      what: 'with its user.* attributes, which no bootc release seals',
      fix: 'compute the digest without --xattrs keep-user-xattrs, or remove the attributes before sealing',
    },
    matters: ({ userXattrs }) => userXattrs,
  },
  {
    recipe: FORM.allXattrs,
    versions: [2],
    words: { id: 'old-release', what: `with all attributes of the layers, as ${releasesComputing(FORM.allXattrs)} computes it`, fix: REBUILD }, // prettier-ignore
    matters: ({ userXattrs, otherXattrs }) => userXattrs || otherXattrs,
  },
  {
    recipe: FORM.sharedLabel,
    versions: [2],
    words: { id: 'old-release', what: `with one SELinux label for all names of a file, as bootc ${SHARED_LABEL_RELEASES} wrote`, fix: REBUILD }, // prettier-ignore
    matters: ({ hardLinks }) => hardLinks,
  },
]

/** What the other versions of EROFS say about who sealed. */
export const OF_VERSION: Readonly<Record<ErofsVersion, Way['words']>> = {
  0: null,
  1: null,
  2: {
    id: 'old-release',
    what: `in the format V2, which bootc up to ${lastWhere(({ writes }) => writes[0]?.digest === FORM.v2)} wrote`,
    fix: REBUILD,
  },
}

/** The tree that is sealed when `root` is the merged one; null for one that composefs would refuse. */
export function sealedTree(
  input: DigestInput,
  root: Directory,
  recipe: Recipe,
  labels: Step['labels'],
): Directory | null {
  try {
    return transformed(input, root, recipe, labels)
  } catch (thrown) {
    if (thrown instanceof SealscopeError && thrown.kind === 'input') return null
    throw thrown
  }
}

function transformed(
  input: DigestInput,
  root: Directory,
  recipe: Recipe,
  labels: Step['labels'],
): Directory {
  if (labels === undefined) return transformedTree({ ...input, root }, recipe)
  const tree = cloneTree(root)
  transformForOci(tree, labels === 'stored' ? 'all' : recipe.xattrs)
  if (!recipe.bootable) return tree
  emptyToplevel(tree, recipe.keepNsec)
  if (labels === 'none') labelTree(tree, null, false)
  return tree
}
