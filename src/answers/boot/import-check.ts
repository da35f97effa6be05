import type { Check } from '../../contract/checks'
import { multiFrameWords } from '../seal/explain/import-causes'
import { rangeName } from '../seal/releases'
import { missingInput, type CheckQuestion } from './question'
import { checkOf, reason } from './reasons'

/** Can this release import the layers into a composefs repository? */
export function importCheck({ facts, judge }: CheckQuestion): Check {
  const { image, seal, errors } = facts
  const name = judge.version
  const missing = missingInput(facts) ?? (image === null ? 'a root directory has no layers that would be imported' : null) // prettier-ignore
  const stopped = seal.proof?.importError ?? errors.import
  const reasons = []
  if (stopped !== null) {
    reasons.push(
      reason('import', 'error', `bootc cannot import this image: ${stopped}`, {
        layer: seal.proof?.causes[0]?.layer ?? null,
        fix: seal.proof?.causes[0]?.fix ?? 'write the layer that is named again',
        source: 'composefs-rs composefs-oci/src/image.rs',
      }),
    )
  }
  const layers = multiFrameLayers(facts)
  if (
    layers !== null &&
    facts.kernel?.unified === true &&
    judge.release.imports === 'first-frame'
  ) {
    reasons.push(
      reason('multi-frame-layers', 'error', `bootc ${rangeName(judge.release)} cannot import this image: ${multiFrameWords(layers)}`, {
        layer: layers[0] ?? null,
        fix: 'push with plain gzip compression, not zstd:chunked or eStargz',
        source: 'bootc issue 2408',
      }),
    ) // prettier-ignore
  }
  if (
    layers !== null &&
    judge.release.imports === 'all-frames' &&
    judge.release.basis !== 'source'
  ) {
    reasons.push(
      reason('multi-frame-inferred', 'info', `${multiFrameWords(layers).replace(/, of which.*/, '')}, which bootc ${rangeName(judge.release)} reads by its documents`, {
        layer: layers[0] ?? null,
        source: 'bootc docs/src/experimental-composefs.md',
      }),
    ) // prettier-ignore
  }
  return checkOf({
    id: 'import',
    reasons,
    unknown: reasons.some(({ severity }) => severity === 'error') ? null : missing,
    yes: `bootc ${name} can import the layers`,
    no: 'The image cannot be imported',
  })
}

/** Layers of several frames; null: none. Empty: there are some, but which is not known. */
export function multiFrameLayers({ seal, findings }: CheckQuestion['facts']): number[] | null {
  if (seal.modifiers?.includes('multi-frame-layers') !== true) return null
  const found = findings.filter(({ id, layer }) => id === 'multi-frame-layers' && layer !== null)
  return found.flatMap(({ layer }) => (layer === null ? [] : [layer]))
}
