import type { BlueprintDocument } from '../blueprint/document'
import type { Outcome, OutcomeKind } from '../contract/plan'
import type { Effect, Effects } from './effects'
import type { Item } from './items'
import type { RequestFrame } from './request'

/** An outcome for each item: computed effects, told in words. */
export function outcomesOf(
  frame: RequestFrame,
  document: BlueprintDocument,
  items: readonly Item[],
  { effects, base }: Effects,
): Outcome[] {
  return items.flatMap((item, index) => {
    const effect = effects[index]
    return effect === undefined ? [] : [outcomeOf(frame, document, item, effect, base.warnings)]
  })
}

function outcomeOf(
  frame: RequestFrame,
  document: BlueprintDocument,
  item: Item,
  effect: Effect,
  warnings: readonly string[],
): Outcome {
  const outcome = kindOf(frame, item, effect, warnings)
  return {
    item: item.name,
    title: item.name.replace(/^customizations\./, ''),
    outcome,
    changesPipelines: effect.changesPipelines,
    changesSources: effect.changesSources,
    warning: effect.warning,
    reason: effect.refused ?? outcome,
    source: 'pkg/distro/generic/bootc_imagetype.go',
    stages: effect.types,
    instead: [],
    line: document.positionAt(item.at)?.line ?? null,
  }
}

function kindOf(
  frame: RequestFrame,
  item: Item,
  effect: Effect,
  warnings: readonly string[],
): OutcomeKind {
  if (effect.refused !== null || !item.known) return 'refused'
  if (warnings.some((warning) => warning.endsWith(`: ${item.key}: not supported`))) return 'warned'
  if (effect.changesPipelines) return 'applied'
  return frame.bootc.unifiedKernel ? 'dropped' : 'no-effect'
}
