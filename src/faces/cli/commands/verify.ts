import {
  acceptedBy,
  computedBy,
  computesClaim,
  judgeOf,
  kargFor,
  rangeName,
  type Judge,
} from '../../../answers/seal/releases'
import { sealAnswer, type SealAnswer } from '../../../answers/seal/releases-matrix'
import type { VerifyResult } from '../../../contract/answers'
import type { ImageFacts } from '../../../contract/facts'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { inspectSource, questionOf } from '../inspection'
import { jsonText } from '../print/json-text'
import { printWarning } from '../print/output'
import { outputStyle } from '../print/style'
import { verdictText, verifyText } from '../print/text'

/** `sealscope verify`: 0 when the release computes the claimed digest. */
export async function verify(args: Arguments): Promise<Answer> {
  const wanted = args.text('bootc')
  // Null: any form will do.
  const judge = wanted === 'any' ? null : judgeOf(wanted)
  if (judge !== null && judge.warning !== null) printWarning(judge.warning)
  const question = questionOf(args, args.words[0] ?? '', { quick: false, algorithms: ['sha512'] })
  const { facts } = await inspectSource(question)
  const result = verifyResult(facts, judge)
  const good = facts.seal.verdict === 'UKI_SEALED' && isAccepted(facts, judge)
  return {
    text: args.flag('json') ? jsonText(result) : verifyText(result, good, outputStyle()),
    exitCode: good ? 0 : 1,
  }
}

function isAccepted(facts: ImageFacts, judge: Judge | null): boolean {
  const { proof, claimed } = facts.seal
  if (judge === null) return proof?.holds === true
  return proof !== null && computesClaim(judge, claimed[0], proof.candidates)
}

function verifyResult(facts: ImageFacts, judge: Judge | null): VerifyResult {
  const { proof, claimed, verdict } = facts.seal
  const candidates = proof?.candidates ?? []
  const holds = proof?.holds ?? null
  const result: VerifyResult = {
    schema: 'sealscope.verify/1',
    verdict,
    holds: proof?.importError === null || holds === null ? holds : false,
    matches: proof?.matches ?? [],
    acceptedBy: acceptedBy(claimed[0], candidates),
    message: '',
    causes: proof?.causes ?? [],
    accepts: proof?.accepts ?? [],
    karg: kargFor(candidates, judge ?? judgeOf(null)),
  }
  result.message = verifyMessage(facts, result, judge)
  return result
}

function verifyMessage(facts: ImageFacts, result: VerifyResult, judge: Judge | null): string {
  const { proof, claimed, verdict } = facts.seal
  if (facts.errors.kernel !== null) return facts.errors.kernel
  if (proof?.importError) return `bootc cannot import this image: ${proof.importError}`
  if (verdict === 'UKI_UNSEALED')
    return 'the digest is optional (composefs=?): the image is not sealed'
  if (verdict !== 'UKI_SEALED') return verdictText(verdict)
  if (proof === null) {
    return 'the seal cannot be checked: this source has no layers from which the digest could be computed'
  }
  const fresh = judge === null ? null : sealAnswer(judge.release, 'new', claimed, proof.candidates)
  const accepted = isAccepted(facts, judge)
  const holding = `the seal holds${accepted ? `: ${result.matches[0] ?? ''}` : ` as ${result.matches.join(', ')}`}`
  if (accepted) return holding + acceptedWords(fresh, judge)
  if (result.matches.length > 0) return holding + refusedWords(fresh, judge)
  if (claimed[0]?.algorithm === null) return fresh?.why ?? 'the claimed digest fits no hash'
  const computed = computedBy(judge ?? judgeOf(null), proof.candidates)?.digest
  return `The UKI has the wrong composefs= parameter (is '${claimed[0]?.digest ?? ''}', should be '${computed ?? 'unknown'}')`
}

/** The exit code speaks of the digest; whether the release can manage the system is said here, too. */
function acceptedWords(fresh: SealAnswer | null, judge: Judge | null): string {
  if (judge === null) return ''
  const name = `bootc ${rangeName(judge.release)}`
  if (fresh?.managed !== false) return `, ${name} accepts it`
  return `, ${name} computes it; but ${fresh.why}`
}

function refusedWords(fresh: SealAnswer | null, judge: Judge | null): string {
  if (judge === null) return ', but no release computes it'
  const name = `bootc ${rangeName(judge.release)}`
  if (fresh?.digest === true)
    return `, which ${name} does not compute; yet bootc ${judge.version} takes the image: ${fresh.why}`
  if (fresh === null || fresh.why.startsWith('The UKI has the wrong')) {
    return `, but ${name} computes another digest and refuses it`
  }
  const stops = /^bootc (cannot import .*)/s.exec(fresh.why)?.[1]
  return `, but ${name} ${stops ?? `refuses it: ${fresh.why}`}`
}
