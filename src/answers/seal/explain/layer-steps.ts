import { mergeLayers, mergeOnto, type MergedTree, type MergeLayer } from '../../../image/tree/merge'
import { changedPaths } from './layer-paths'
import type { Step } from './step'

/** The trees of the first 0, 1, 2 … layers; they share what they have in common. */
export class PrefixTrees {
  readonly trees: readonly MergedTree[]

  constructor(readonly layers: readonly MergeLayer[]) {
    const trees = [mergeLayers([])]
    layers.forEach((layer, index) => {
      const base = trees[index]
      if (base !== undefined) trees.push(mergeOnto(base, layer, index))
    })
    this.trees = trees
  }

  /** The layers without some, which are named in rising order. */
  without(leftOut: readonly number[]): MergedTree | undefined {
    const [first = this.layers.length] = leftOut
    let tree = this.trees[first]
    for (let at = first + 1; at < this.layers.length; at++) {
      const layer = this.layers[at]
      if (tree !== undefined && layer !== undefined && !leftOut.includes(at)) {
        tree = mergeOnto(tree, layer, at)
      }
    }
    return tree
  }
}

/** The image before its last layers, the longest first: what came after the seal. */
export function prefixSteps(prefixes: PrefixTrees, plain = false): Step[] {
  const { layers, trees } = prefixes
  const steps: Step[] = []
  for (let size = layers.length - 1; size > 0; size--) {
    // Without a change that counts the digest is that of the longer prefix.
    if (changedPaths(layers[size], !plain).length === 0) continue
    const last = layers.length - 1
    const range = size === last ? `layer ${size}` : `layers ${size} to ${last}`
    steps.push({
      id: 'later-layers',
      what: `without ${range}`,
      fix: `move what ${range} ${size === last ? 'changes' : 'change'} before sealing`,
      layer: size,
      group: 'layers',
      apply: () => trees[size]?.root ?? null,
    })
  }
  return steps
}

/** The image without one of its layers (the last one is a prefix), or without two. */
export function leftOutSteps(prefixes: PrefixTrees, count: 1 | 2): Step[] {
  const { layers } = prefixes
  const last = layers.length - 1
  const counting = layers.map((_, index) => index).filter((at) => changedPaths(layers[at], true).length > 0) // prettier-ignore
  const falling = counting.reverse()
  if (count === 1) return falling.filter((at) => at < last).map((at) => leftOut(prefixes, [at]))
  return falling.flatMap((upper) =>
    falling
      .filter((lower) => lower < upper && !(upper === last && lower === last - 1))
      .map((lower) => leftOut(prefixes, [lower, upper])),
  )
}

function leftOut(prefixes: PrefixTrees, indexes: readonly number[]): Step {
  const named =
    indexes.length === 1 ? `layer ${indexes[0] ?? 0}` : `layers ${indexes.join(' and ')}`
  return {
    id: 'layer-left-out',
    what: `without ${named}`,
    fix: `seal with ${named}, or leave ${indexes.length === 1 ? 'it' : 'them'} out of the final image`,
    layer: indexes.at(-1) ?? null,
    group: 'layers',
    apply: () => prefixes.without(indexes)?.root ?? null,
  }
}
