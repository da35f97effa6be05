import { SealscopeError } from '../../base/error'
import { DEFAULT_OPTIONS, type PlanOptions } from '../../answers/plan/options'
import {
  imageRequest,
  planImage,
  planRequest,
  type PlanAnswer,
  type PlanInput,
} from '../../answers/plan/plan'
import type { PlanRequest } from '../../answers/plan/request'
import type { Arguments } from './arguments'
import { inspectSource, questionOf } from './inspection'
import { readText, targetOf } from './request-files'

/** The plan of `SOURCE` with the blueprint and the options that were typed. */
export async function planOfSource(
  args: Arguments,
): Promise<{ input: PlanInput; answer: PlanAnswer }> {
  const input = await inputOf(args)
  return { input, answer: planImage(input) }
}

/** The request of `SOURCE` alone: a manifest needs no outcomes. */
export async function requestOfSource(args: Arguments): Promise<PlanRequest> {
  return imageRequest(await inputOf(args))
}

async function inputOf(args: Arguments): Promise<PlanInput> {
  const [word] = args.words
  if (word === undefined) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'no-source',
      what: `sealscope ${args.command}`,
      expected: 'a SOURCE or --request FILE',
      found: 'neither',
    })
  }
  const blueprint = readBlueprint(args)
  const options = optionsOf(args)
  // a seal that does not hold stops the build; a manifest is the same whatever the seal
  const algorithms = args.command === 'plan' ? (['sha512'] as const) : []
  const { facts } = await inspectSource(questionOf(args, word, { quick: false, algorithms }))
  return { facts, blueprint, options }
}

/** The plan of a request file's case. */
export function planOfRequest(request: PlanRequest): PlanAnswer {
  return planRequest({ ...request, facts: null, commands: () => [] })
}

function optionsOf(args: Arguments): PlanOptions {
  return {
    type: args.text('type') ?? DEFAULT_OPTIONS.type,
    size: args.text('size'),
    seed: args.text('seed'),
    rootfs: args.text('rootfs'),
    bootloader: args.text('bootloader'),
    imgref: args.text('imgref'),
    installerPayload: args.text('installer-payload'),
    target: targetOf(args),
  }
}

/** The ending decides, as for image-builder; without one of the two it is refused. */
function readBlueprint(args: Arguments): PlanInput['blueprint'] {
  const path = args.text('blueprint')
  if (path === null) return null
  const format = /\.(toml|json)$/.exec(path)?.[1]
  if (format !== 'toml' && format !== 'json') {
    throw new SealscopeError({
      kind: 'usage',
      code: 'blueprint-extension',
      what: `unsupported file extension for ${JSON.stringify(path)}`,
      expected: '.toml or .json',
    })
  }
  return { text: readText(path), format }
}
