import type { SealCause } from '../../contract/facts'
import { SealscopeError } from '../../bytes/error'
import type { VerityAlgorithm } from '../../kernels/kernels'
import { mergeLayers, mergeOnto, type MergedTree, type MergeLayer } from '../../tree/merge'
import type { ByteString, Directory } from '../../tree/node'
import { transformedTree, type DigestInput } from '../candidates'
import { displayPath } from '../compare'
import { digestOf } from '../digest'
import type { ErofsVersion } from '../erofs/inode'
import { BOOTABLE_FORM, PLAIN_FORM, type Recipe } from '../forms'
import { lostCapabilities } from './capabilities'
import { PATH_LIMIT } from './differences'
import { treeEdits, type Edit } from './edits'
import { changedPaths } from './layer-paths'

export interface SearchQuestion {
  /** Lower-case hex. */
  claimed: string
  algorithm: VerityAlgorithm
  input: DigestInput
  layers: readonly MergeLayer[]
  /** Seconds since 1970 of the config and its history entries. */
  times: readonly number[]
}

/** One hypothesis that was tried without success. */
export interface SearchStep {
  tried: number
  hypothesis: string
}

interface Hypothesis {
  id: string
  what: string
  fix: string
  layer: number | null
  paths: ByteString[]
  count: number
  recipe: Recipe
  tree(): Directory | null
}

const VERSIONS: readonly ErofsVersion[] = [1, 2]

/**
 * Looks for a tree whose digest is the claimed one, cheapest hypotheses first. Yields after each that
 * failed, so that the caller keeps the time; returns the cause that was proved, or null.
 */
export function* searchSeal(question: SearchQuestion): Generator<SearchStep, SealCause | null> {
  let tried = 0
  for (const hypothesis of hypotheses(question)) {
    for (const version of matches(question, hypothesis)) {
      if (version !== null) return causeOf(hypothesis, version)
      yield { tried: ++tried, hypothesis: hypothesis.what }
    }
  }
  return null
}

/** For each version null when the digest is another one, else the version. */
function* matches(
  question: SearchQuestion,
  hypothesis: Hypothesis,
): Generator<ErofsVersion | null> {
  const { input, algorithm, claimed } = question
  const root = hypothesis.tree()
  if (root === null) return
  let tree: Directory
  try {
    tree = transformedTree({ ...input, root }, hypothesis.recipe)
  } catch (thrown) {
    // A tree that composefs would refuse is no explanation.
    if (thrown instanceof SealscopeError && thrown.kind === 'input') return
    throw thrown
  }
  for (const version of VERSIONS) {
    const digest = digestOf(tree, version, algorithm, input.verity)
    yield digest === claimed ? version : null
  }
}

function causeOf(hypothesis: Hypothesis, version: ErofsVersion): SealCause {
  const { id, what, fix, layer, paths, count } = hypothesis
  return {
    id,
    evidence: 'search',
    proved: true,
    message: `the seal is that of the image ${what} (EROFS V${version})`,
    paths: paths.slice(0, PATH_LIMIT).map((path) => displayPath(`/${path}`)),
    count,
    layer,
    fix,
  }
}

function* hypotheses(question: SearchQuestion): Generator<Hypothesis> {
  const { layers, input, times } = question
  const prefixes = prefixTrees(layers)
  const edits = treeEdits(layers, times)
  const dropped = [...prefixHypotheses(layers, prefixes, BOOTABLE_FORM)]
  yield* dropped
  yield* leftOut(layers, prefixes)
  for (const edit of edits) yield edited(edit, input.root, '', null)
  yield* prefixHypotheses(layers, prefixes, PLAIN_FORM)
  for (const { what, layer, tree } of dropped) {
    const base = tree()
    if (base !== null) for (const edit of edits) yield edited(edit, base, `${what} and `, layer)
  }
  for (const [at, first] of edits.entries()) {
    const base = first.apply(input.root)
    if (base === null) continue
    for (const second of edits.slice(at + 1)) yield edited(second, base, `${first.what} and `, null)
  }
  yield* capabilities(input.root)
}

/** The trees of the first 0, 1, 2 … layers; they share what they have in common. */
function prefixTrees(layers: readonly MergeLayer[]): MergedTree[] {
  const trees = [mergeLayers([])]
  layers.forEach((layer, index) => {
    const base = trees[index]
    if (base !== undefined) trees.push(mergeOnto(base, layer, index))
  })
  return trees
}

function* prefixHypotheses(
  layers: readonly MergeLayer[],
  prefixes: readonly MergedTree[],
  recipe: Recipe,
): Generator<Hypothesis> {
  for (let size = layers.length - 1; size > 0; size--) {
    const paths = layers.slice(size).flatMap((layer) => changedPaths(layer, recipe.bootable))
    // Without a change outside of /boot the digest is that of the longer prefix.
    if (paths.length === 0 || (recipe.bootable && changedPaths(layers[size], true).length === 0)) {
      continue
    }
    const last = layers.length - 1
    const range = size === last ? `layer ${size}` : `layers ${size} to ${last}`
    yield {
      id: recipe.bootable ? 'later-layers' : 'plain-digest',
      what: recipe.bootable ? `without ${range}` : `without ${range}, in the form that is not for booting`, // prettier-ignore
      fix: recipe.bootable
        ? `move what ${range} ${size === last ? 'changes' : 'change'} before sealing`
        : 'compute the digest with the boot transform (bootc container ukify, cfsctl compute-id --bootable)',
      layer: size,
      paths,
      count: paths.length,
      recipe,
      tree: () => prefixes[size]?.root ?? null,
    }
  }
}

function* leftOut(
  layers: readonly MergeLayer[],
  prefixes: readonly MergedTree[],
): Generator<Hypothesis> {
  for (let index = layers.length - 2; index >= 0; index--) {
    const paths = changedPaths(layers[index], true)
    if (paths.length === 0) continue
    yield {
      id: 'layer-left-out',
      what: `without layer ${index}`,
      fix: `seal with layer ${index}, or leave it out of the final image`,
      layer: index,
      paths,
      count: paths.length,
      recipe: BOOTABLE_FORM,
      tree: () => {
        let tree = prefixes[index]
        for (let at = index + 1; at < layers.length; at++) {
          const layer = layers[at]
          if (tree !== undefined && layer !== undefined) tree = mergeOnto(tree, layer, at)
        }
        return tree?.root ?? null
      },
    }
  }
}

function edited(edit: Edit, base: Directory, prefix: string, layer: number | null): Hypothesis {
  return {
    id: edit.id,
    what: prefix + edit.what,
    fix: edit.fix,
    layer,
    paths: [],
    count: 0,
    recipe: BOOTABLE_FORM,
    tree: () => edit.apply(base),
  }
}

function* capabilities(root: Directory): Generator<Hypothesis> {
  for (const { path, name, apply } of lostCapabilities(root)) {
    yield {
      id: 'capability-lost-in-layers',
      what: `with ${name}=ep on /${displayPath(path)}`,
      fix: `keep security.capability of /${displayPath(path)} in the layers (not every builder does), or do not set it before sealing`,
      layer: null,
      paths: [path],
      count: 1,
      recipe: BOOTABLE_FORM,
      tree: apply,
    }
  }
}
