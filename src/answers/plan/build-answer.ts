import type { Check, CheckReason } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import type { BuildAnswer, Outcome } from '../../contract/plan'
import type { Failure } from '../../base/go/failure'
import type { TargetId } from '../../rules/image-builder/target'

export interface BuildInput {
  facts: ImageFacts | null
  target: TargetId
  /** Why image-builder writes no manifest. */
  failure: Failure | null
  imgref: string
  /** What osbuild and the programs of the disk refuse in the manifest. */
  objections: readonly string[]
  outcomes: readonly Outcome[]
  install: Check | null
}

/** Whether something comes out; a refusal is said alone. */
export function buildAnswer(input: BuildInput): BuildAnswer {
  const refused = refusals(input)
  if (refused.length > 0) return { answer: 'refused', reasons: refused }
  const stops = [
    ...input.objections.map((message) => reason('osbuild-stops', message, null, 'osbuild 190')),
    ...input.outcomes.flatMap(({ item, caveats }) =>
      caveats
        .filter((caveat) => caveat.stops)
        .map(({ id, message, fix }) => reason(id, `${item}: ${message}`, fix, 'osbuild stages')),
    ),
    ...(input.install?.answer === 'no' ? input.install.reasons.filter(isError) : []),
  ]
  return { answer: stops.length > 0 ? 'stops' : 'builds', reasons: stops }
}

function isError({ severity }: CheckReason): boolean {
  return severity === 'error'
}

function refusals({ failure, target, facts, imgref }: BuildInput): CheckReason[] {
  const own =
    failure === null
      ? []
      : [reason('image-builder-refuses', failure.text, failure.hint, 'image-builder', failure.kind === 'refused' ? failure.text : null)] // prettier-ignore
  return [...own, ...(target === '79' ? [] : labelRefusal(facts, imgref))]
}

/** bootc-image-builder looks at the label before anything else; image-builder does not. */
export function labelRefusal(facts: ImageFacts | null, imgref: string): CheckReason[] {
  const label = facts?.image?.labels['containers.bootc']
  if (facts === null || facts.image === null || label === '1') return []
  const text = `image ${imgref} is not a bootc image`
  const found = label === undefined ? 'has no label containers.bootc=1' : `has the label containers.bootc=${JSON.stringify(label)}, not "1"` // prettier-ignore
  return [reason('no-bootc-label', `bootc-image-builder refuses: the image ${found}`, 'LABEL containers.bootc 1 in the Containerfile', 'bootc-image-builder cmd/bootc-image-builder', text)] // prettier-ignore
}

function reason(
  id: string,
  message: string,
  fix: string | null,
  source: string,
  upstream: string | null = null,
): CheckReason {
  return { id, severity: 'error', message, upstream, path: null, layer: null, fix, source }
}
