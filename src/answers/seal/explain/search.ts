import type { SealCause } from '../../../contract/facts'
import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { MergeLayer } from '../../../image/tree/merge'
import type { Directory } from '../../../image/tree/node'
import type { DigestInput } from '../candidates'
import { digestsOf } from '../../../rules/composefs/digest'
import type { ErofsVersion } from '../../../rules/composefs/erofs/inode'
import { surveyTree } from '../../../rules/composefs/survey'
import { hypotheses, type Hypothesis } from './hypotheses'
import { provedCauses, type Hit } from './proved-causes'
import { sealedTree } from './ways'

export interface SearchQuestion {
  /** Lower-case hex. */
  claimed: string
  algorithm: VerityAlgorithm
  input: DigestInput
  layers: readonly MergeLayer[]
  /** Seconds since 1970 of the config and its history entries. */
  times: readonly number[]
}

/** One digest that was computed without success. */
export interface SearchStep {
  tried: number
  hypothesis: string
}

/**
 * Looks for a tree whose digest is the claimed one, cheapest hypotheses first. Yields after each digest
 * that is another one, so that the caller keeps the time; returns what was proved, or null.
 */
export function* searchSeal(question: SearchQuestion): Generator<SearchStep, SealCause[] | null> {
  const { input, layers, times } = question
  let tried = 0
  for (const hypothesis of hypotheses({ root: input.root, layers, times })) {
    for (const { hit } of attempts(question, hypothesis)) {
      if (hit !== null) return provedCauses(input, hit)
      yield { tried: ++tried, hypothesis: hypothesis.steps.map(({ what }) => what).join(' and ') }
    }
  }
  return null
}

/** For each digest null when it is another one. */
function* attempts(
  question: SearchQuestion,
  hypothesis: Hypothesis,
): Generator<{ hit: Hit | null }> {
  const { steps, root, ways } = hypothesis
  const labels = steps.findLast((step) => step.labels !== undefined)?.labels
  const survey = ways.some(({ matters }) => matters.length > 0) ? surveyTree(root) : null
  for (const way of ways) {
    if (survey !== null && !way.matters(survey)) continue
    const tree = sealedTree(question.input, root, way.recipe, labels)
    // What composefs would refuse is no explanation.
    if (tree === null) continue
    for (const version of way.versions) {
      const hit = digest(question, tree, version) ? { steps, root, tree, way, version } : null
      yield { hit }
    }
  }
}

function digest(question: SearchQuestion, tree: Directory, version: ErofsVersion): boolean {
  const { algorithm, input, claimed } = question
  return digestsOf(tree, [version], algorithm, input.verity).get(version) === claimed
}
