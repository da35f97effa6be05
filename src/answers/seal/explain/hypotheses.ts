import type { MergeLayer } from '../../../image/tree/merge'
import type { Directory } from '../../../image/tree/node'
import { capabilitySteps, usualCapabilities } from './capabilities'
import { injectedVariants } from './edit-injected'
import { treeEdits } from './edits'
import { leftOutSteps, prefixSteps, PrefixTrees } from './layer-steps'
import type { Step } from './step'
import { PLAIN, RARE, TODAY, type Way } from './ways'

/** Steps in their order, the tree they lead to, and the ways in which it may have been sealed. */
export interface Hypothesis {
  steps: readonly Step[]
  root: Directory
  ways: readonly Way[]
}

interface Evidence {
  root: Directory
  layers: readonly MergeLayer[]
  times: readonly number[]
}

/** What may have been sealed instead of the merged tree, the likeliest and cheapest first. */
export function* hypotheses({ root, layers, times }: Evidence): Generator<Hypothesis> {
  const prefixes = new PrefixTrees(layers)
  const before = prefixSteps(prefixes)
  const without = leftOutSteps(prefixes, 1)
  const edits = treeEdits(layers, times)
  yield* singles(root, before, TODAY)
  yield* singles(root, without, TODAY)
  yield* singles(root, edits, TODAY)
  yield* singles(root, prefixSteps(prefixes, true), [PLAIN])
  yield* singles(root, usualCapabilities(), TODAY)
  yield* pairs(root, before, edits)
  yield* pairs(root, without, edits)
  yield* pairs(root, edits, edits)
  yield* singles(root, [...before, ...without, ...edits], RARE)
  yield* singles(root, [...without, ...edits], [PLAIN])
  yield* pairs(root, [...before, ...without], edits, [PLAIN])
  const withoutTwo = leftOutSteps(prefixes, 2)
  yield* singles(root, withoutTwo, TODAY)
  yield* singles(root, withoutTwo, [PLAIN])
  yield* singles(root, capabilitySteps(root), TODAY)
  const injected = injectedVariants(times)
  yield* singles(root, injected, TODAY)
  yield* pairs(root, before, [...usualCapabilities(), ...injected])
}

function* singles(
  root: Directory,
  steps: Iterable<Step>,
  ways: readonly Way[],
): Generator<Hypothesis> {
  for (const step of steps) {
    const tree = step.apply(root)
    if (tree !== null) yield { steps: [step], root: tree, ways }
  }
}

function* pairs(
  root: Directory,
  firsts: readonly Step[],
  seconds: readonly Step[],
  ways = TODAY,
): Generator<Hypothesis> {
  for (const [at, first] of firsts.entries()) {
    const base = first.apply(root)
    if (base === null) continue
    for (const second of firsts === seconds ? seconds.slice(at + 1) : seconds) {
      if (first.group !== undefined && first.group === second.group) continue
      const tree = second.apply(base)
      if (tree !== null) yield { steps: [first, second], root: tree, ways }
    }
  }
}
