import { type GenerateResult, generateManifest } from '../../rules/image-builder/generate'
import { goJson, type Json, type JsonObject } from '../../base/go/json'
import type { ManifestRequest } from '../../rules/image-builder/request'

/** A generation in a form that is quickly compared with another. */
export interface Snapshot {
  result: GenerateResult
  error: string | null
  warnings: readonly string[]
  /** Name and stages of each pipeline, every stage as text. */
  pipelines: readonly PipelineText[]
  sources: string
}

export interface PipelineText {
  name: string
  /** The pipeline without its stages. */
  frame: string
  stages: readonly { type: string; text: string }[]
}

export function snapshotOf(request: ManifestRequest): Snapshot {
  const result = generateManifest(request)
  const { manifest, partial } = result
  const pipelines = manifest === null ? (partial?.pipelines ?? []) : listOf(manifest['pipelines'])
  return {
    result,
    error: result.error?.text ?? null,
    warnings: result.warnings,
    pipelines: pipelines.map(pipelineText),
    sources: manifest === null ? '' : goJson(manifest['sources'] ?? null),
  }
}

function pipelineText(pipeline: JsonObject): PipelineText {
  const { stages, ...frame } = pipeline
  return {
    name: typeof frame['name'] === 'string' ? frame['name'] : '',
    frame: goJson(frame),
    stages: listOf(stages).map((stage) => ({
      type: typeof stage['type'] === 'string' ? stage['type'] : '',
      text: goJson(stage),
    })),
  }
}

function listOf(value: Json | undefined): JsonObject[] {
  if (!Array.isArray(value)) return []
  return value.filter(
    (item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item),
  )
}

/** A stage of the manifest, by the place of its pipeline and its own. */
export interface StageRef {
  pipeline: number
  stage: number
}

export interface Difference {
  pipelines: boolean
  sources: boolean
  /** Stages of the first that the second does not have. */
  stages: StageRef[]
  /** Types of stages that only one of the two has, in the order of the manifest. */
  types: string[]
}

/** What the second generation lacks or has otherwise. */
export function differenceOf(one: Snapshot, other: Snapshot): Difference {
  const stages: StageRef[] = []
  const types: string[] = []
  let pipelines = one.pipelines.length !== other.pipelines.length
  one.pipelines.forEach((pipeline, index) => {
    const partner = other.pipelines.find(({ name }) => name === pipeline.name)
    if (partner !== undefined && samePipeline(pipeline, partner)) return
    pipelines = true
    const own = missingIn(pipeline, partner)
    stages.push(...own.map((stage) => ({ pipeline: index, stage })))
    types.push(...own.map((stage) => pipeline.stages[stage]?.type ?? ''))
    if (partner === undefined) return
    types.push(...missingIn(partner, pipeline).map((stage) => partner.stages[stage]?.type ?? ''))
  })
  return { pipelines, sources: one.sources !== other.sources, stages, types: [...new Set(types)] }
}

function samePipeline(one: PipelineText, other: PipelineText): boolean {
  return (
    one.frame === other.frame &&
    one.stages.length === other.stages.length &&
    one.stages.every(({ text }, index) => text === other.stages[index]?.text)
  )
}

/** Indexes of stages that the other pipeline does not have. */
function missingIn(one: PipelineText, other: PipelineText | undefined): number[] {
  const left = new Map<string, number>()
  for (const { text } of other?.stages ?? []) left.set(text, (left.get(text) ?? 0) + 1)
  return one.stages.flatMap(({ text }, index) => {
    const count = left.get(text) ?? 0
    left.set(text, count - 1)
    return count > 0 ? [] : [index]
  })
}
