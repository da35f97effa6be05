import type { BlueprintDocument } from '../../formats/blueprint/document'
import type { DiskLayout, Outcome } from '../../contract/plan'
import type { Effect, Effects } from './effects'
import { familyOf, type TypeFamily } from './image-list'
import { insteadOf } from './instead/instead'
import type { Item } from './items'
import { caveatsOf } from './caveats/caveats'
import type { CaveatContext } from './caveats/caveat'
import type { ImageFacts } from '../../contract/facts'
import { inImage } from './in-image'
import type { ImageTree } from './image-tree'
import type { RequestFrame } from './request'
import type { Snapshot } from './snapshot'
import { titleOf } from './titles'
import { type Voided, voidReasons } from './void'
import { wordsFor } from './words'

const READER = 'github.com/osbuild/blueprint/pkg/blueprint'
const NEEDS_PACKAGES =
  'Goes into the kickstart or the tree of the installer, which cannot be made here: they need packages that a host resolves.'
const VALIDATOR = 'pkg/distro/validator.go'

interface Judged {
  voidReason: (item: Item) => Voided
  family: TypeFamily
  sealed: boolean
  layout: DiskLayout | null
  /** Of the request, and of the one without what is refused. */
  warnings: readonly string[]
  /** Why nothing can be said: the request fails whatever is taken away. */
  stopped: string | null
  caveats: CaveatContext
  facts: ImageFacts | null
}

/** An outcome for each item: computed effects, told in words. */
export function outcomesOf(
  frame: RequestFrame,
  document: BlueprintDocument,
  items: readonly Item[],
  { effects, base, repaired }: Effects,
  image: ImageKnown,
): Outcome[] {
  const family = familyOf(frame.imageType, frame.target) ?? 'disk'
  const best = repaired ?? base
  const sealed = frame.bootc.unifiedKernel && family === 'disk'
  const judged: Judged = {
    voidReason: voidReasons(items),
    family,
    sealed: frame.bootc.unifiedKernel,
    layout: best.result.layout,
    warnings: [...base.warnings, ...(repaired?.warnings ?? [])],
    stopped: repaired === null ? base.error : null,
    facts: image.facts,
    caveats: {
      ...image,
      items,
      family,
      target: frame.target,
      sealed,
      layout: best.result.layout,
      mounts: mountsIn(best),
    },
  }
  const lineOf = ({ at }: Item) => document.positionAt(at)?.line ?? null
  return items.flatMap((item, index) => {
    const effect = effects[index]
    return effect === undefined ? [] : [outcomeOf(judged, item, effect, lineOf(item))]
  })
}

/** Who mounts the partitions of the disk: the stages of the manifest say so. */
export function mountsIn({ pipelines }: Snapshot): CaveatContext['mounts'] {
  const types = new Set(pipelines.flatMap(({ stages }) => stages.map(({ type }) => type)))
  if (types.has('org.osbuild.fstab')) return 'fstab'
  return types.has('org.osbuild.systemd.unit.create') ? 'units' : null
}

/** What is known of the image besides the request. */
export interface ImageKnown {
  tree: ImageTree
  imageSize: number | null
  initrdModules: readonly string[] | null
  /** Null: a request file. */
  facts: ImageFacts | null
}

function outcomeOf(judged: Judged, item: Item, effect: Effect, line: number | null): Outcome {
  const verdict = verdictOf(judged, item, effect)
  return {
    item: item.name,
    title: titleOf(item),
    ...verdict,
    changesPipelines: effect.changesPipelines,
    changesSources: effect.changesSources,
    warning: effect.warning,
    stages: effect.types,
    instead: needsOther(judged, item, effect, verdict)
      ? insteadOf(item, {
          sealed: judged.sealed,
          layout: judged.layout,
          tree: judged.caveats.tree,
          initrdModules: judged.caveats.initrdModules,
        })
      : [],
    caveats:
      verdict.outcome === 'refused' ? [] : caveatsOf(item, effect.changesPipelines, judged.caveats),
    inImage: bringsIt(judged, item, effect, verdict),
    line,
  }
}

/** Of what is lost, and of partitions that image-builder lets nobody mount. */
function bringsIt(
  { facts, caveats }: Judged,
  item: Item,
  effect: Effect,
  { outcome }: Verdict,
): string | null {
  if (outcome === 'refused') return null
  const mounts = caveats.sealed && MOUNT_KEYS.includes(item.key)
  return effect.changesPipelines && !mounts ? null : inImage(item, caveats.tree, facts)
}

const MOUNT_KEYS = ['customizations.disk', 'customizations.filesystem']

type Verdict = Pick<Outcome, 'outcome' | 'reason' | 'source'>

function verdictOf(judged: Judged, item: Item, effect: Effect): Verdict {
  const { family, sealed, stopped } = judged
  const words = wordsFor(item.key, family, sealed)
  if (effect.refused !== null || !item.known || words === null) return refusal(item, effect)
  const { kind, reason, source } = words
  const named =
    effect.warning !== null ||
    judged.warnings.some((warning) => warning.endsWith(`: ${item.key}: not supported`))
  if (effect.changesPipelines) {
    const needed = effect.needed === null ? '' : ` Without it the request fails: ${effect.needed}`
    return {
      outcome: named ? 'warned' : 'applied',
      reason: `${kind === 'applied' ? reason : 'Its removal changes the manifest.'}${needed}`,
      source,
    }
  }
  if (effect.later !== null) {
    return {
      outcome: named ? 'warned' : 'no-effect',
      reason: `Another error comes first; once that is repaired, image-builder refuses this: ${effect.later}`,
      source,
    }
  }
  if (stopped !== null) {
    return {
      outcome: named ? 'warned' : 'no-effect',
      reason: `image-builder stops before this matters: ${stopped}`,
      source,
    }
  }
  if (named)
    return { outcome: 'warned', reason: `${reason} The one warning names it.`, source: VALIDATOR }
  if (kind !== 'applied') return { outcome: kind, reason, source }
  if (family === 'package-iso') return { outcome: 'no-effect', reason: NEEDS_PACKAGES, source }
  const voided = judged.voidReason(item)
  return { outcome: voided.kind, reason: voided.reason, source: voided.source }
}

function refusal(item: Item, { refused }: Effect): Verdict {
  const unknown = item.known ? '' : 'image-builder knows no such key'
  const reason = refused ?? 'it stops at another error first'
  return {
    outcome: 'refused',
    reason: unknown === '' ? reason : `${unknown}: ${reason}`,
    source: item.known ? 'pkg/distro/generic/bootc_imagetype.go' : READER,
  }
}

/** What is lost needs another way; so does a partition of a sealed image that nothing mounts. */
function needsOther(
  { sealed, family, stopped }: Judged,
  item: Item,
  { changesPipelines, later }: Effect,
  { outcome }: Verdict,
): boolean {
  if (stopped !== null || later !== null) return false
  if (changesPipelines) {
    const layout = ['customizations.disk', 'customizations.filesystem'].includes(item.key)
    return sealed && family === 'disk' && layout
  }
  if (outcome === 'dropped' || outcome === 'warned') return true
  return item.key === 'customizations.sshd' && outcome === 'no-effect'
}
