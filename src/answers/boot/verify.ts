import type { VerifyResult } from '../../contract/answers'
import type { Check, CheckId } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import { acceptedBy, computedBy, computesClaim, judgeOf, kargFor, NEWEST_RELEASE, rangeName, RELEASES, type Judge, type Release, type Repository } from '../seal/releases' // prettier-ignore
import { sealAnswer, type SealAnswer } from '../seal/releases-matrix'
import { verdictText } from '../words/verdicts'
import { checksOf } from './checks'
import { answerOf } from './seal-check'

export const CHECK_IDS: readonly CheckId[] = ['import', 'seal', 'install', 'boot', 'secure-boot']
/** What is asked when nobody says it: signatures need keys. */
export const USUAL_CHECKS: readonly CheckId[] = ['import', 'seal', 'install', 'boot']

export interface VerifyQuestion {
  /** As typed behind `--bootc`: a release, `next`, `image`, `any`; null: the newest of the table. */
  bootc: string | null
  checks: readonly CheckId[]
  repository: Repository
  strict: boolean
  /** `strict`: seal and Secure Boot are a yes, and nothing a no. `degraded`: a seal that holds, or none. */
  policy: 'strict' | 'degraded' | null
}

export interface Verification {
  result: VerifyResult
  /** Every check asked for is not a no (strict: is a yes). */
  good: boolean
  warning: string | null
}

/** The document of `verify`, and whether the answer is good; from facts alone. */
export function verifyFacts(facts: ImageFacts, question: VerifyQuestion): Verification {
  const any = question.bootc === 'any'
  const { judge, from } = judgeFor(facts, question.bootc)
  const checks = checksOf(facts, { judge, any, repository: question.repository })
  const asked = checks.filter(({ id }) => askedFor(facts, question).includes(id))
  const mustBe = (id: CheckId) => question.strict || (question.policy === 'strict' && PROTECTING.includes(id)) // prettier-ignore
  const good = asked.every(({ id, answer }) => (mustBe(id) ? answer === 'yes' : answer !== 'no'))
  const { proof, claimed, verdict } = facts.seal
  const candidates = proof?.candidates ?? []
  const holds = proof?.holds ?? null
  const ask = { facts, judge, any, repository: question.repository }
  const result: VerifyResult = {
    schema: 'sealscope.verify/1',
    bootc: { version: judge.version, from },
    verdict,
    holds: proof?.importError === null || holds === null ? holds : false,
    matches: proof?.matches ?? [],
    acceptedBy: acceptedBy(claimed[0], candidates),
    message: messageOf(ask, checks),
    checks,
    causes: proof?.causes ?? [],
    accepts: proof?.accepts ?? [],
    hosts: proof?.accepts ?? [],
    karg: kargFor(candidates, judge),
  }
  return { result, good, warning: any ? null : judge.warning }
}

/** What a strict policy wants proved. */
const PROTECTING: readonly CheckId[] = ['seal', 'secure-boot']

/** The checks that decide; a policy asks its own. */
export function askedFor(
  { seal }: Pick<ImageFacts, 'seal'>,
  { policy, checks }: Pick<VerifyQuestion, 'policy' | 'checks'>,
): readonly CheckId[] {
  if (policy === null) return checks
  if (policy === 'strict') return CHECK_IDS
  // A seal that is claimed must hold; an image without one may run unprotected.
  return CHECK_IDS.filter((id) => id !== 'secure-boot' && (id !== 'seal' || seal.verdict === 'UKI_SEALED')) // prettier-ignore
}

function judgeFor(
  { bootcInImage, seal }: ImageFacts,
  word: string | null,
): { judge: Judge; from: VerifyResult['bootc']['from'] } {
  if (word === null) return { judge: judgeOf(null), from: 'newest' }
  if (word === 'any') return { judge: judgeOf(newestThatTakes(seal)), from: 'newest' }
  if (word !== 'image') return { judge: judgeOf(word), from: 'option' }
  if (bootcInImage !== null) return { judge: judgeOf(bootcInImage.version), from: 'image' }
  const warning = `no bootc was found in the image whose version could be read: judged as bootc ${NEWEST_RELEASE}`
  return { judge: { ...judgeOf(null), warning }, from: 'newest' }
}

/** The newest release by number that computes the claimed digest on a new host; null: none does. */
function newestThatTakes({ claimed, proof }: ImageFacts['seal']): string | null {
  if (proof === null || claimed.length === 0) return null
  const takes = (release: Release) =>
    sealAnswer(release, 'new', claimed, proof.candidates)?.digest === true
  return RELEASES.findLast((release) => release.last !== null && takes(release))?.last ?? null
}

interface Ask {
  facts: ImageFacts
  judge: Judge
  any: boolean
  repository: Repository
}

/** One sentence on the seal. */
function messageOf(ask: Ask, checks: readonly Check[]): string {
  const { facts, judge } = ask
  const { proof, claimed, verdict } = facts.seal
  if (facts.errors.kernel !== null) return facts.errors.kernel
  if (proof?.importError) return `bootc cannot import this image: ${proof.importError}`
  if (verdict === 'UKI_UNSEALED')
    return 'the digest is optional (composefs=?): the image is not sealed'
  if (verdict !== 'UKI_SEALED') return verdictText(verdict)
  if (proof === null) {
    return 'the seal cannot be checked: this source has no layers from which the digest could be computed'
  }
  const answer = answerOf(ask)
  const accepted = checks.find(({ id }) => id === 'seal')?.answer === 'yes'
  if (accepted) return holding(ask, computedName(ask)) + acceptedWords(answer, ask)
  if (proof.matches.length > 0) return `the seal holds as ${proof.matches.join(', ')}${refusedWords(answer, ask)}` // prettier-ignore
  if (claimed[0]?.algorithm === null) return answer?.why ?? 'the claimed digest fits no hash'
  const computed = computedBy(judge, proof.candidates)?.digest
  return `The UKI has the wrong composefs= parameter (is '${claimed[0]?.digest ?? ''}', should be '${computed ?? 'unknown'}')`
}

function computedName({ facts }: Ask): string {
  return facts.seal.proof?.matches[0] ?? ''
}

function holding({ facts, judge, any }: Ask, form: string): string {
  const { proof, claimed } = facts.seal
  const isFirst = any || (proof !== null && computesClaim(judge, claimed[0], proof.candidates))
  return isFirst || form === '' ? `the seal holds: ${form}` : `the seal holds (${form})`
}

function acceptedWords(answer: SealAnswer | null, { judge, any }: Ask): string {
  if (any) return ''
  const name = `bootc ${rangeName(judge.release)}`
  if (answer?.managed !== false) return `, ${name} accepts it`
  return `, ${name} computes it; but ${answer.why}`
}

function refusedWords(answer: SealAnswer | null, { judge, any }: Ask): string {
  if (any) return ', but no release computes it'
  const name = `bootc ${rangeName(judge.release)}`
  if (answer === null) return `, and ${name} has no hosts of this kind`
  if (answer.why.startsWith('The UKI has the wrong')) {
    return `, but ${name} computes another digest and refuses it`
  }
  const stops = /^bootc (cannot import .*)/s.exec(answer.why)?.[1]
  return `, but ${name} ${stops ?? `refuses it: ${answer.why}`}`
}
