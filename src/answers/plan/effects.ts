import type { BlueprintDocument } from '../../formats/blueprint/document'
import { type Item, without } from './items'
import { alike, guiltyIn, longLists } from './long-lists'
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

/** Characters of an error in an outcome. */
const ERROR_LIMIT = 2000

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
  if (repaired !== null) {
    const weigh = (item: Item) => effectOf(repaired, generate([...removed, item]))
    for (const list of longLists(items)) weighLong(list, weigh, found)
    for (const item of items) if (!found.has(item)) found.set(item, weigh(item))
  }
  return { base, repaired, effects: items.map((item) => found.get(item) ?? NOTHING) }
}

/** One of each group is weighed; the others do the same, in stages that are not looked for. */
function weighLong(
  list: readonly Item[],
  weigh: (item: Item) => Effect,
  found: Map<Item, Effect>,
): void {
  for (const group of alike(list.filter((item) => !found.has(item)))) {
    const [first, ...others] = group
    if (first === undefined) continue
    const effect = weigh(first)
    found.set(first, effect)
    for (const item of others) found.set(item, { ...effect, stages: [] })
  }
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
  // a type that is refused whatever the blueprint says still has a part that can be compared
  for (let round = 0; current.error !== null && current.result.partial === null; round++) {
    if (round === MOST_REPAIRS) return null
    const removed = [...found.keys()]
    const { error } = current
    const left = items.filter((item) => !found.has(item))
    const guilty = guiltyAmong(left, (part) => generate([...removed, ...part]).error !== error)
    if (guilty.length === 0) return null
    const inLong = new Set(longLists(items).flat())
    const shown = shortened(error)
    for (const item of guilty) {
      // A warning names a key: it stays when the key's list keeps other items.
      const warning = inLong.has(item) ? null : lostWarning(current, generate([...removed, item]))
      found.set(item, {
        ...NOTHING,
        warning,
        ...(round === 0 ? { refused: shown } : { later: shown }),
      })
    }
    current = generate([...found.keys()])
  }
  return current
}

function guiltyAmong(items: readonly Item[], changes: (part: readonly Item[]) => boolean): Item[] {
  const long = longLists(items)
  const inLong = new Set(long.flat())
  const guilty = new Set([
    ...items.filter((item) => !inLong.has(item) && changes([item])),
    ...long.flatMap((list) => guiltyIn(list, changes)),
  ])
  return items.filter((item) => guilty.has(item))
}

function effectOf(base: Snapshot, pruned: Snapshot): Effect {
  const warning = lostWarning(base, pruned)
  if (pruned.error !== null && pruned.result.partial === null) {
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

/** An error that lists thousands of items is whole in the plan's errors, not in every outcome. */
function shortened(error: string): string {
  return error.length > ERROR_LIMIT ? `${error.slice(0, ERROR_LIMIT)}…` : error
}

function lostWarning(base: Snapshot, pruned: Snapshot): string | null {
  return base.warnings.find((warning) => !pruned.warnings.includes(warning)) ?? null
}
