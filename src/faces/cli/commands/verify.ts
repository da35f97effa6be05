import {
  askedFor,
  CHECK_IDS,
  USUAL_CHECKS,
  verifyFacts,
  type VerifyQuestion,
} from '../../../answers/boot/verify'
import { SealscopeError } from '../../../base/error'
import type { CheckId } from '../../../contract/checks'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { inspectSource, questionOf, type Question } from '../inspection'
import { jsonText } from '../print/json-text'
import { printWarning } from '../print/output'
import { outputStyle } from '../print/style'
import { trustedKeys } from '../trust'
import { verifyText } from '../print/verify-text'

const REPOSITORIES = ['new', 'v1', 'v2'] as const

/** `sealscope verify`: 0 when no check that is asked for is a no. */
export async function verify(args: Arguments): Promise<Answer> {
  const question: VerifyQuestion = {
    bootc: args.text('bootc'),
    checks: checksOf(args.list('check')),
    repository: oneOf('--repository', REPOSITORIES, args.text('repository') ?? 'new'),
    strict: args.flag('strict'),
    policy: policyOf(args.text('policy')),
  }
  const [word = ''] = args.words
  const { facts } = await inspectSource(
    questionOf(args, word, {
      quick: false,
      algorithms: ['sha512'],
      ...trustOf(args),
    }),
  )
  const verification = verifyFacts(facts, question)
  if (verification.warning !== null) printWarning(verification.warning)
  const { result, good } = verification
  const asked = { ...question, checks: askedFor(facts, question) }
  const text = args.flag('json') ? jsonText(result) : verifyText(result, asked, good, outputStyle()) // prettier-ignore
  return { text, exitCode: good ? 0 : 1 }
}

function policyOf(word: string | null): VerifyQuestion['policy'] {
  return word === null ? null : oneOf('--policy', ['strict', 'degraded'] as const, word)
}

/** The keys of the files behind `--trust`. */
function trustOf(args: Arguments): Pick<Question, 'trust'> {
  const trust = trustedKeys(args)
  return trust === null ? {} : { trust }
}

function checksOf(words: readonly string[]): readonly CheckId[] {
  if (words.length === 0) return USUAL_CHECKS
  return words.map((word) => oneOf('--check', CHECK_IDS, word))
}

function oneOf<T extends string>(option: string, allowed: readonly T[], found: string): T {
  const known = allowed.find((each) => each === found)
  if (known !== undefined) return known
  throw new SealscopeError({
    kind: 'usage',
    code: 'bad-option',
    what: option,
    expected: allowed.join(', '),
    found,
  })
}
