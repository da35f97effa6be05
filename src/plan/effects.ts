import type { BlueprintDocument } from '../blueprint/document'
import { type Item, without } from './items'
import { requestWith, type RequestFrame } from './request'
import { differenceOf, type Snapshot, snapshotOf, type StageRef } from './snapshot'

/** What a generation without one item shows. */
export interface Effect {
  changesPipelines: boolean
  changesSources: boolean
  /** The warning that disappears. */
  warning: string | null
  /** The error that changes or ends; null: the request does not fail because of the item. */
  refused: string | null
  /** The error without the item: the request needs it. */
  needed: string | null
  /** The error that comes next, once everything that is refused now has been repaired. */
  later: string | null
  stages: StageRef[]
  types: string[]
}

export interface Effects {
  /** In the order of the items. */
  effects: Effect[]
  base: Snapshot
  /** The request without what is refused; null when it fails whatever is taken away. */
  repaired: Snapshot | null
}

const NOTHING: Effect = {
  changesPipelines: false,
  changesSources: false,
  warning: null,
  refused: null,
  needed: null,
  later: null,
  stages: [],
  types: [],
}

/** Rounds of repairing: each one meets an error that the one before hid. */
const MOST_REPAIRS = 12

/** Takes away each item in turn and generates again. */
export function effectsOf(
  frame: RequestFrame,
  document: BlueprintDocument,
  items: readonly Item[],
): Effects {
  const generate = (removed: readonly Item[]) =>
    snapshotOf(requestWith(frame, { ...document, root: without(document.root, removed) }))
  const base = snapshotOf(requestWith(frame, document))
  const found = new Map<Item, Effect>()
  const repaired = repair(base, items, generate, found)
  const removed = [...found.keys()]
  for (const item of items) {
    if (found.has(item)) continue
    const effect = repaired === null ? NOTHING : effectOf(repaired, generate([...removed, item]))
    found.set(item, effect)
  }
  return { base, repaired, effects: items.map((item) => found.get(item) ?? NOTHING) }
}

type Generate = (removed: readonly Item[]) => Snapshot

/** Finds what is refused, takes it away and looks again until the request succeeds. */
function repair(
  base: Snapshot,
  items: readonly Item[],
  generate: Generate,
  found: Map<Item, Effect>,
): Snapshot | null {
  let current = base
  for (let round = 0; current.error !== null; round++) {
    if (round === MOST_REPAIRS) return null
    const removed = [...found.keys()]
    const guilty = items.filter(
      (item) => !found.has(item) && generate([...removed, item]).error !== current.error,
    )
    if (guilty.length === 0) return null
    for (const item of guilty) {
      const warning = lostWarning(current, generate([...removed, item]))
      const error = current.error
      found.set(item, {
        ...NOTHING,
        warning,
        ...(round === 0 ? { refused: error } : { later: error }),
      })
    }
    current = generate([...found.keys()])
  }
  return current
}

function effectOf(base: Snapshot, pruned: Snapshot): Effect {
  const warning = lostWarning(base, pruned)
  if (pruned.error !== null) {
    return { ...NOTHING, changesPipelines: true, warning, needed: pruned.error }
  }
  const { pipelines, sources, stages, types } = differenceOf(base, pruned)
  return {
    ...NOTHING,
    changesPipelines: pipelines,
    changesSources: sources,
    warning,
    stages,
    types,
  }
}

function lostWarning(base: Snapshot, pruned: Snapshot): string | null {
  return base.warnings.find((warning) => !pruned.warnings.includes(warning)) ?? null
}
