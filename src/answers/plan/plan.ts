import { type BlueprintProblem, decodeBlueprint } from '../../formats/blueprint/decode'
import {
  type BlueprintDocument,
  type BlueprintFormat,
  readDocument,
} from '../../formats/blueprint/document'
import { type SealscopeError, toSealscopeError } from '../../base/error'
import type { ImageFacts } from '../../contract/facts'
import type { PlanResult } from '../../contract/plan'
import { buildObjections } from '../../rules/image-builder/objections/build-objections'
import { TARGETS } from '../../rules/image-builder/target'
import { sha256OfText } from '../../rules/image-builder/digest/content'
import { chosenPlatform, planCommands } from './commands'
import { type Effects, effectsOf } from './effects'
import { frameFromFacts, hasPlaceholders, ownOptions } from './frame'
import { type Item, itemsOf } from './items'
import { containerfileOf } from './containerfile'
import { installerPlan } from './installer'
import { recognise, type Recognised } from './mistakes'
import { judge } from './judgement'
import { missingSecrets } from './left-out'
import { checkOptions, type PlanOptions } from './options'
import { ImageTree } from './image-tree'
import { type ImageKnown, outcomesOf } from './outcomes'
import { type PlanRequest, type RequestFrame, requestWith } from './request'
import { snapshotOf } from './snapshot'

export interface PlanInput {
  facts: ImageFacts
  blueprint: { text: string; format: BlueprintFormat } | null
  options: PlanOptions
}

export interface PlanAnswer {
  plan: PlanResult
  /** The manifest's text; null when image-builder writes none. */
  manifest: string | null
  /** Per stage the items that change it. */
  stageOrigins: { pipeline: number; stage: number; items: string[] }[]
  /** What is wrong with the blueprint itself, with places. */
  problems: BlueprintProblem[]
}

/** What image-builder makes of an image and a blueprint. Throws a usage error for an option. */
export function planImage(input: PlanInput): PlanAnswer {
  const { facts, blueprint, options } = input
  const request = imageRequest(input)
  const { frame } = request
  return planRequest({
    ...request,
    facts,
    commands: (distro, arch) =>
      planCommands({
        options: ownOptions(facts, options),
        imgref: frame.bootc.imgref,
        source: sourceWord(facts),
        platform: chosenPlatform(facts.image),
        seed: frame.seed,
        blueprint: blueprint === null ? null : `blueprint.${blueprint.format}`,
        distro,
        arch,
      }),
  })
}

/** The request that an image and a blueprint make. Throws a usage error for an option. */
export function imageRequest({ facts, blueprint, options }: PlanInput): PlanRequest {
  checkOptions(options)
  const { document, error } = readBlueprint(blueprint)
  const frame = frameFromFacts(facts, options)
  return { name: facts.source.ref, frame, document, documentError: error }
}

export interface PlanQuestion {
  frame: RequestFrame
  document: BlueprintDocument | null
  documentError: SealscopeError | null
  /** Null: a request file, without an image. */
  facts: ImageFacts | null
  commands: (distro: string | null, arch: string | null) => PlanResult['commands']
}

/** The plan of a request that is read already. */
export function planRequest(question: PlanQuestion): PlanAnswer {
  const { frame, document, facts } = question
  const items = document === null ? [] : itemsOf(document)
  const effects = effectsFor(question, items)
  const { result } = effects.base
  const placeholders = facts !== null && hasPlaceholders(frame.options, frame.bootc.imgref)
  const isWritten = result.manifest !== null && !placeholders
  const recognised = recognisedIn(question)
  const known = knownOf(facts)
  const outcomes = document === null ? [] : outcomesOf(frame, document, items, effects, known)
  const objections = result.manifest === null ? [] : buildObjections(result.manifest)
  const judged = judge({ question, items, outcomes, result, objections, tree: known.tree })
  const plan: PlanResult = {
    schema: 'sealscope.plan/1',
    target: TARGETS[frame.target].name,
    sealed: frame.bootc.unifiedKernel,
    imageType: frame.imageType,
    missingSecrets: document === null ? [] : missingSecrets(document.root),
    build: judged.build,
    checks: judged.checks,
    consequences: judged.consequences,
    outcomes,
    installer: installerPlan({ snapshot: effects.base, document, tree: known.tree, payload: frame.options.installerPayloadRef || null }), // prettier-ignore
    containerfile: containerfileOf({
      outcomes,
      imgref: frame.bootc.imgref,
      sealed: frame.bootc.unifiedKernel,
    }),
    layout: result.layout,
    esp: judged.esp,
    root: judged.root,
    kernelArguments: judged.line.arguments,
    commandLine: judged.line.commandLine,
    notes: [...notesOf(question), ...(placeholders ? [NO_DIGESTS] : [])],
    warnings: [...result.warnings],
    errors: result.error === null ? [] : [result.error.text],
    hints: [result.error?.hint ?? null, ...recognised.hints].filter((hint) => hint !== null),
    buildProblems: objections,
    manifestSha256: isWritten ? sha256OfText(result.text()) : null,
    commands: question.commands(result.distro, result.arch),
    link: null,
  }
  return {
    plan,
    manifest: isWritten ? result.text() : null,
    stageOrigins: originsOf(items, effects),
    problems: recognised.problems,
  }
}

const NO_DIGESTS =
  'the digests of the installer payload are not known here, so no manifest is shown: image-builder takes them from local storage'

/** What could not be looked at. */
function notesOf({ facts, document }: PlanQuestion): string[] {
  if (document === null || (facts !== null && facts.system !== null)) return []
  const why =
    facts === null
      ? 'a request file holds no image'
      : 'these facts were saved by a quick look or an older version, without the tree'
  return [
    `${why}: whether groups, homes, mount points, units and the like exist in the image is unknown`,
  ]
}

/** Without an image nothing is known of its tree. */
function knownOf(facts: ImageFacts | null): ImageKnown {
  return {
    tree: new ImageTree(facts?.system ?? null),
    imageSize: facts?.image?.storageSize ?? null,
    initrdModules: facts?.initrdModules ?? null,
    facts,
  }
}

function effectsFor(
  { frame, document, documentError }: PlanQuestion,
  items: readonly Item[],
): Effects {
  if (document !== null) return effectsOf(frame, document, items)
  const base = snapshotOf(requestWith(frame, null, documentError))
  return { base, repaired: null, effects: [] }
}

function readBlueprint(blueprint: PlanInput['blueprint']): {
  document: BlueprintDocument | null
  error: SealscopeError | null
} {
  if (blueprint === null) return { document: null, error: null }
  try {
    return { document: readDocument(blueprint.text, blueprint.format), error: null }
  } catch (thrown) {
    return { document: null, error: toSealscopeError(thrown) }
  }
}

function recognisedIn({ frame, document, documentError: error }: PlanQuestion): Recognised {
  if (error !== null) {
    const { line, column } = error.where
    const position = line === undefined ? null : { line, column: column ?? 1 }
    return {
      problems: [{ text: error.withoutPlace, path: '', position, suggestion: null }],
      hints: [],
    }
  }
  if (document === null) return { problems: [], hints: [] }
  const { problems } = decodeBlueprint(document, TARGETS[frame.target].unknownCustomizations)
  return problems.length === 0 ? { problems, hints: [] } : recognise(document, problems)
}

function originsOf(items: readonly Item[], { effects }: Effects): PlanAnswer['stageOrigins'] {
  const origins = new Map<string, PlanAnswer['stageOrigins'][number]>()
  items.forEach((item, index) => {
    for (const { pipeline, stage } of effects[index]?.stages ?? []) {
      const key = `${pipeline} ${stage}`
      const origin = origins.get(key) ?? { pipeline, stage, items: [] }
      origin.items.push(item.name)
      origins.set(key, origin)
    }
  })
  return [...origins.values()]
}

/** SOURCE as the command line takes it. */
function sourceWord({ source }: ImageFacts): string {
  const prefixes: Record<string, string> = { registry: 'docker://', facts: 'facts:', efi: '' }
  return `${prefixes[source.kind] ?? `${source.kind}:`}${source.ref}`
}
