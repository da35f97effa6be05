import type { Check, CheckReason } from '../../contract/checks'
import { multiFrameWords } from '../seal/explain/import-causes'
import { computedBy, nanosecondsMatter, NANOSECONDS_SINCE, rangeName } from '../seal/releases'
import { sealAnswer, type LayersOfSeal, type SealAnswer } from '../seal/releases-matrix'
import { VERDICTS } from '../words/verdicts'
import { multiFrameLayers } from './import-check'
import { missingInput, type CheckQuestion } from './question'
import { checkOf, reason } from './reasons'

const SOURCE = 'bootc crates/lib/src/bootc_composefs/boot.rs'

/** Are the digests that this release reads from the UKI the ones that it computes from the layers? */
export function sealCheck(question: CheckQuestion): Check {
  const { facts, judge } = question
  const { verdict, proof } = facts.seal
  const sealed = verdict === 'UKI_SEALED'
  const answer = sealed && proof !== null ? answerOf(question) : null
  const reasons = [
    ...(verdict === null || sealed ? [] : [notSealed(question)]),
    ...(answer === null ? [] : answerReasons(question, answer)),
  ]
  const missing = missingInput(facts)
  const unproved = sealed && proof === null ? 'the digests were not computed' : null
  return checkOf({
    id: 'seal',
    reasons: facts.evidence.unread.length > 0 ? [] : reasons,
    unknown: missing ?? unproved,
    yes: question.any
      ? 'The layers give the digest that the UKI demands, in some form'
      : `The layers give the digest that the UKI demands, as bootc ${judge.version} computes it`,
    no: sealed ? 'The seal does not hold for this release' : 'The image is not sealed',
  })
}

/** How the release answers on this kind of host; null: it has no such hosts. */
export function answerOf({ facts, judge, repository }: CheckQuestion): SealAnswer | null {
  const { proof, claimed } = facts.seal
  if (proof === null) return null
  return sealAnswer(judge.release, repository, claimed, proof.candidates, layersOf(facts))
}

/** What of the layers decides beside the digests. */
export function layersOf(facts: CheckQuestion['facts']): LayersOfSeal {
  const layers = multiFrameLayers(facts)
  const multiFrame = layers === null ? null : multiFrameWords(layers)
  return { importError: facts.seal.proof?.importError ?? null, multiFrame }
}

function notSealed({ facts }: CheckQuestion): CheckReason {
  const { verdict } = facts.seal
  const { says, why = says, next } = VERDICTS[verdict ?? 'NO_KERNEL']
  return reason('not-sealed', 'error', facts.errors.kernel ?? why, {
    path: facts.kernel?.path ?? null,
    upstream: facts.errors.kernel === null ? null : `error: ${facts.errors.kernel}`,
    fix: next,
    source: 'bootc docs/src/experimental-composefs.md',
  })
}

function answerReasons(question: CheckQuestion, answer: SealAnswer): CheckReason[] {
  const { facts, any } = question
  const path = facts.kernel?.path ?? null
  const holds = facts.seal.proof?.holds === true
  const good = any ? holds : answer.digest
  const reasons: CheckReason[] = []
  if (!good) reasons.push(wrongDigest(question, answer, holds))
  if (good && !answer.managed) {
    reasons.push(reason('not-managed', 'warning', answer.why, { path, fix: 'write composefs=DIGEST', source: 'bootc crates/lib/src/bootc_composefs/status.rs' })) // prettier-ignore
  }
  return [...reasons, ...(any ? [] : inferredReasons(question))]
}

function wrongDigest(
  { facts, judge, repository, any }: CheckQuestion,
  answer: SealAnswer,
  holds: boolean,
): CheckReason {
  const { proof, claimed } = facts.seal
  const [cause] = proof?.causes ?? []
  const computed = computedBy(judge, proof?.candidates ?? [])?.digest ?? null
  const on = repository === 'new' ? '' : ` on a host with a ${repository.toUpperCase()} repository`
  const isParameter = answer.why.includes('The UKI has the wrong')
  const says =
    holds && !any
      ? `the seal holds as ${proof?.matches.join(', ') ?? ''}, but bootc ${judge.version}${on} takes another digest` // prettier-ignore
      : `the UKI demands ${claimed[0]?.digest ?? ''}, the layers give ${computed ?? 'none'}`
  return reason('wrong-digest', 'error', isParameter ? says : answer.why, {
    upstream: `error: Installing to disk: Setting up composefs boot: ${answer.why}`,
    path: facts.kernel?.path ?? null,
    layer: cause?.layer ?? null,
    fix: cause?.fix ?? 'seal the image again as its last step: nothing may change after the digest was computed', // prettier-ignore
    source: SOURCE,
  })
}

/** What is not known of a release by its source. */
function inferredReasons({ facts, judge }: CheckQuestion): CheckReason[] {
  const { release, version } = judge
  const name = rangeName(release)
  const found: CheckReason[] = []
  if (judge.warning !== null) {
    found.push(reason('unknown-release', 'warning', judge.warning, { source: 'Sealscope src/answers/seal/releases.ts' })) // prettier-ignore
  }
  if (release.basis === 'documents') {
    found.push(reason('release-from-documents', 'info', `what bootc ${version} does is known from its documents and from source that no release of the table has`, { source: 'bootc pull request 2248' })) // prettier-ignore
  }
  if (release.basis === 'inferred' && nanosecondsMatter(facts.seal.proof?.candidates ?? [])) {
    const message = `bootc ${name} is judged as the releases before it (inferred): were it built with ${NANOSECONDS_SINCE} or later, /boot and /sysroot would get the nanoseconds of /usr, and this tree another digest`
    found.push(reason('inferred-nanoseconds', 'warning', message, { fix: 'set whole seconds before sealing, where all releases agree', source: 'composefs-rs pull request 396' })) // prettier-ignore
  }
  return found
}
