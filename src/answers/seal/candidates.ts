import { toSealscopeError } from '../../base/error'
import type { CandidateDigest } from '../../contract/facts'
import type { Hasher, VerityAlgorithm } from '../../base/hash/hashing'
import type { Directory } from '../../image/tree/node'
import { cloneTree } from '../../image/tree/walk'
import { bootEntries } from '../../rules/composefs/boot-entries'
import { digestsOf, type CreateVerity } from '../../rules/composefs/digest'
import type { ErofsVersion } from '../../rules/composefs/erofs/inode'
import { candidateId, FORMS, type Form, type Recipe } from '../../rules/composefs/forms'
import { labelTree } from '../../rules/composefs/selinux/label'
import { loadPolicy, type PolicyView, type ReadFile } from '../../rules/composefs/selinux/policy'
import { surveyTree, type TreeSurvey } from '../../rules/composefs/survey'
import { emptyToplevel, transformForOci } from '../../rules/composefs/transform'
import { isFirstFrameOnly, wordsOfForm } from './releases'

export { FORMS, type Form } from '../../rules/composefs/forms'
export { digestOf } from '../../rules/composefs/digest'

export interface DigestInput {
  /** The merged root; it is not changed. */
  root: Directory
  readFile: ReadFile
  verity(algorithm: VerityAlgorithm): Hasher
  /** Why composefs-rs cannot import the layers; then no form has a digest. */
  importError: string | null
  /** Some layer has several gzip members or zstd frames. */
  multiFrame: boolean
  /** Which layers those are, where that is known. */
  multiFrameLayers?: readonly number[]
  /**
   * `disk`: the root is a directory on a disk (composefs-rs `read_container_root`), where boot entries do
   * not matter, links to policy files are followed, and no release keeps all attributes.
   */
  view?: PolicyView
}

/** A candidate with what the releases of bootc make of it. */
export type Candidate = CandidateDigest & { bootc: string | null }

/**
 * The digest of each form, or why it has none, in the order of the forms, for one hash. Forms that must
 * agree for this tree are computed once, and V0 and V1 images in one pass.
 */
export function computeCandidates(
  input: DigestInput,
  algorithm: VerityAlgorithm,
  forms: readonly Form[] = FORMS,
): Candidate[] {
  const round = new Round(input, algorithm, forms)
  return forms.map((form) => ({
    id: candidateId(form, algorithm),
    ...round.answer(form),
    bootc: wordsOfForm(form),
  }))
}

/** The tree whose EROFS image a form measures: a changed copy of the merged root. */
export function transformedTree(
  input: Pick<DigestInput, 'root' | 'readFile' | 'view'>,
  recipe: Recipe,
): Directory {
  const { root, readFile, view = 'layers' } = input
  const tree = cloneTree(root)
  transformForOci(tree, recipe.xattrs)
  if (!recipe.bootable) return tree
  if (view === 'layers') bootEntries(root, readFile, !recipe.keepNsec)
  emptyToplevel(tree, recipe.keepNsec)
  labelTree(tree, loadPolicy(root, readFile, recipe.engine, view), recipe.sharedLabel)
  return tree
}

interface Answer {
  digest: string | null
  error: string | null
}

class Round {
  private readonly survey: TreeSurvey
  private readonly known = new Map<string, Map<ErofsVersion, Answer>>()

  constructor(
    private readonly input: DigestInput,
    private readonly algorithm: VerityAlgorithm,
    private readonly forms: readonly Form[],
  ) {
    this.survey = surveyTree(input.root)
  }

  answer(form: Form): Answer {
    const { importError, multiFrame } = this.input
    if (importError !== null) return { digest: null, error: importError }
    if (multiFrame && isFirstFrameOnly(form)) {
      const error = `these releases read only the first gzip member or zstd frame of a layer (${wordsOfForm(form) ?? ''})`
      return { digest: null, error }
    }
    const recipe = this.reduce(form)
    const key = JSON.stringify(recipe)
    const answers = this.known.get(key) ?? this.compute(recipe, key)
    this.known.set(key, answers)
    return answers.get(form.version) ?? { digest: null, error: null }
  }

  /** The plainest recipe that gives the same image for this tree. */
  private reduce(form: Form): Recipe {
    const { survey } = this
    const disk = this.input.view === 'disk'
    let { xattrs } = form
    if (xattrs === 'all' && disk) xattrs = 'allowlist-only'
    if (xattrs === 'all' && form.bootable && !survey.otherXattrs) xattrs = 'keep-user-xattrs'
    if (xattrs === 'keep-user-xattrs' && !survey.userXattrs) xattrs = 'allowlist-only'
    return {
      xattrs,
      bootable: form.bootable,
      keepNsec: form.bootable && form.keepNsec && survey.keepNsecMatters,
      sharedLabel: form.bootable && form.sharedLabel && survey.hardLinks,
      engine: form.bootable ? form.engine : 'hybrid',
    }
  }

  private compute(recipe: Recipe, key: string): Map<ErofsVersion, Answer> {
    const versions = new Set<ErofsVersion>()
    for (const form of this.forms) {
      if (JSON.stringify(this.reduce(form)) === key) versions.add(form.version)
    }
    try {
      const tree = transformedTree(this.input, recipe)
      const { verity } = this.input
      const digests = digestsOf(tree, [...versions], this.algorithm, verity)
      return new Map([...digests].map(([version, digest]) => [version, { digest, error: null }]))
    } catch (thrown) {
      const error = toSealscopeError(thrown).message
      return new Map([...versions].map((version) => [version, { digest: null, error }]))
    }
  }
}

export type { CreateVerity }
