import { acceptedBy, kargFor, rangeOf, type ReleaseRange } from '../../../answers/seal/releases'
import { rowsOfRelease } from '../../../answers/seal/releases-matrix'
import type { VerifyResult } from '../../../contract/answers'
import type { AcceptRow, ImageFacts } from '../../../contract/facts'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { inspectSource } from '../inspection'
import { jsonText } from '../print/json-text'
import { outputStyle } from '../print/style'
import { verdictText, verifyText } from '../print/text'

/** Whose judgement is asked for. */
interface Judge {
  /** As typed; null: the newest release of the table. */
  version: string
  /** Null: any form will do. */
  range: ReleaseRange | null
}

/** `sealscope verify`: 0 when the release computes the claimed digest. */
export async function verify(args: Arguments): Promise<Answer> {
  const wanted = args.text('bootc')
  const range = wanted === 'any' ? null : rangeOf(wanted)
  const judge = { version: wanted ?? range?.to.join('.') ?? '', range }
  const { facts } = await inspectSource(args, args.words[0] ?? '', {
    quick: false,
    algorithms: ['sha512'],
  })
  const result = verifyResult(facts, judge)
  const good = facts.seal.verdict === 'UKI_SEALED' && isAccepted(result, judge)
  return {
    text: args.flag('json') ? jsonText(result) : verifyText(result, good, outputStyle()),
    exitCode: good ? 0 : 1,
  }
}

function isAccepted(result: VerifyResult, { range }: Judge): boolean {
  return range === null ? result.holds === true : result.acceptedBy[range.name] === true
}

function verifyResult(facts: ImageFacts, judge: Judge): VerifyResult {
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
    karg: kargFor(candidates, judge.range ?? rangeOf(null)),
  }
  result.message = verifyMessage(facts, result, judge)
  return result
}

function verifyMessage(facts: ImageFacts, result: VerifyResult, judge: Judge): string {
  const { proof, claimed, verdict } = facts.seal
  if (facts.errors.kernel !== null) return facts.errors.kernel
  if (proof?.importError) return `bootc cannot import this image: ${proof.importError}`
  if (verdict === 'UKI_UNSEALED')
    return 'the digest is optional (composefs=?): the image is not sealed'
  if (verdict !== 'UKI_SEALED') return verdictText(verdict)
  if (proof === null) {
    return 'the seal cannot be checked: this source has no layers from which the digest could be computed'
  }
  const fresh = rowsOfRelease(proof.accepts, judge.version).find(({ repository }) => repository === 'new') // prettier-ignore
  const holding = `the seal holds${isAccepted(result, judge) ? `: ${result.matches[0] ?? ''}` : ` as ${result.matches.join(', ')}`}`
  if (isAccepted(result, judge)) return holding + acceptedWords(fresh, judge)
  if (result.matches.length > 0) return holding + refusedWords(fresh, judge)
  if (claimed[0]?.algorithm === null) return fresh?.why ?? 'the claimed digest fits no hash'
  const computed = proof.candidates.find(({ id }) => id === 'v1-nsec-kept/sha512')?.digest
  return `The UKI has the wrong composefs= parameter (is '${claimed[0]?.digest ?? ''}', should be '${computed ?? 'unknown'}')`
}

/** The exit code speaks of the digest; whether the release can manage the system is said here, too. */
function acceptedWords(fresh: AcceptRow | undefined, { range }: Judge): string {
  if (range === null) return ''
  if (fresh?.accepts !== false) return `, ${range.name} accepts it`
  return `, ${range.name} computes it; but ${fresh.why}`
}

function refusedWords(fresh: AcceptRow | undefined, { range, version }: Judge): string {
  if (range === null) return ', but no release computes it'
  if (fresh?.accepts === true)
    return `, which ${range.name} does not compute; yet bootc ${version} takes the image: ${fresh.why}`
  if (fresh === undefined || fresh.why.startsWith('The UKI has the wrong')) {
    return `, but ${range.name} computes another digest and refuses it`
  }
  const stops = /^bootc (cannot import .*)/s.exec(fresh.why)?.[1]
  return `, but ${range.name} ${stops ?? `refuses it: ${fresh.why}`}`
}
