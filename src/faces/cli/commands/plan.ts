import { writeFileSync } from 'node:fs'
import { SealscopeError } from '../../../base/error'
import type { ImageFacts } from '../../../contract/facts'
import type { PlanResult } from '../../../contract/plan'
import { encodeLink } from '../../../answers/share/link'
import { planMarkdown } from '../../../answers/share/markdown'
import { pinnedState } from '../../../answers/share/pinned'
import { isLossy, planFails } from '../../../answers/words/plan-words'
import type { PlanAnswer, PlanInput } from '../../../answers/plan/plan'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { jsonText } from '../print/json-text'
import { printWarning } from '../print/output'
import { planOfRequest, planOfSource } from '../plan-source'
import { planText } from '../print/plan-text'
import { onlyRequest, readRequests, writeCases } from '../request-files'

/** `sealscope plan`: what image-builder makes of a blueprint. */
export async function plan(args: Arguments): Promise<Answer> {
  const file = args.text('request')
  if (file === null) {
    const { input, answer } = await planOfSource(args)
    return show(args, { ...answer.plan, link: linkOf(args, input) }, answer, input.facts)
  }
  const requests = readRequests(args, file)
  const folder = args.text('output')
  if (folder === null) {
    const answer = planOfRequest(onlyRequest(requests))
    return show(args, answer.plan, answer, null)
  }
  let lost = false
  writeCases(requests, folder, (request, files) => {
    const { plan: result } = planOfRequest(request)
    lost ||= isLossy(result)
    files.write('.plan.json', jsonText(result))
  })
  return { text: '', exitCode: args.flag('strict') && lost ? 1 : 0 }
}

function show(
  args: Arguments,
  result: PlanResult,
  answer: PlanAnswer,
  facts: ImageFacts | null,
): Answer {
  const exitCode = exitCodeOf(args, result)
  if (args.flag('containerfile')) return writeContainerfile(args, result, exitCode)
  if (args.flag('json')) return { text: jsonText(result), exitCode }
  if (args.flag('markdown')) return { text: planMarkdown(result, facts), exitCode }
  return { text: planText(result, answer.problems), exitCode }
}

/** The Containerfile of a plan, to standard output or to `-o FILE`. */
function writeContainerfile(
  args: Arguments,
  { containerfile, build }: PlanResult,
  exitCode: 0 | 1,
): Answer {
  if (containerfile === null) {
    printWarning(build.answer === 'refused' ? 'nothing is built, so nothing is replaced' : 'nothing has to be replaced') // prettier-ignore
    return { text: '', exitCode }
  }
  const path = args.text('output')
  if (path === null) return { text: containerfile, exitCode }
  writeFileSync(path, containerfile)
  return { text: '', exitCode }
}

/** 1 when nothing comes out or it does not boot; with `--strict` also when something is lost or arrives in part. */
function exitCodeOf(args: Arguments, result: PlanResult): 0 | 1 {
  if (planFails(result)) return 1
  return args.flag('strict') && isLossy(result) ? 1 : 0
}

function linkOf(args: Arguments, { facts, blueprint, options }: PlanInput): string | null {
  const base = args.text('link')
  if (base === null) return null
  const address = URL.canParse(base) ? new URL(base) : null
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'link-base',
      what: 'the address of the page cannot be read',
      expected: 'https://HOST/',
      found: JSON.stringify(base.slice(0, 200)),
    })
  }
  const { hash, stripped } = encodeLink(pinnedState(facts, { blueprint, options }))
  for (const path of stripped) printWarning(`left out of the link: ${path}`)
  return new URL(hash, address).href
}
