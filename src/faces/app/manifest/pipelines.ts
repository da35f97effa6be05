import type { PlanAnswer } from '../../../answers/plan/plan'
import type { ImageFacts } from '../../../contract/facts'

export interface ManifestStage {
  /** Place in the pipeline: a part of the address. */
  index: number
  type: string
  /** The stage as the manifest has it. */
  value: unknown
  /** Items of the blueprint that change it. */
  origins: readonly string[]
}

export interface ManifestPipeline {
  name: string
  stages: ManifestStage[]
}

export function pipelinesOf({ manifest, stageOrigins }: PlanAnswer): ManifestPipeline[] {
  if (manifest === null) return []
  const { pipelines } = JSON.parse(manifest) as {
    pipelines: { name: string; stages?: { type: string }[] }[]
  }
  const causes = new Map(
    stageOrigins.map(({ pipeline, stage, items }) => [`${pipeline} ${stage}`, items]),
  )
  return pipelines.map(({ name, stages = [] }, pipeline) => ({
    name,
    stages: stages.map((stage, index) => ({
      index,
      type: stage.type,
      value: stage,
      origins: causes.get(`${pipeline} ${index}`) ?? [],
    })),
  }))
}

export function stageText({ value }: ManifestStage): string {
  return JSON.stringify(value, null, 2)
}

/** The name of the file that a download leaves. */
export function manifestFileName({ source }: ImageFacts, type: string): string {
  const name = source.ref
    .replace(/@.*$/, '')
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `${name || 'image'}-${type}.manifest.json`
}
