import type { ContainerSpec } from '../containers'
import { within } from '../../../base/go/failure'
import { goQuote } from '../../../base/go/quote'
import type { JsonObject } from '../../../base/go/json'
import type { Stage } from '../stages/stage'

/** A pipeline of the manifest with what it takes from outside. */
export interface Pipeline {
  name: string
  /** Build root: written as `name:build`. */
  build: string | null
  runner: string | null
  stages: Stage[]
  containers: ContainerSpec[]
  /** Contents for the inline source. */
  contents: string[]
  /** A build root, not part of the result. */
  role: 'build' | 'payload'
}

export interface PipelineParts {
  stages: Stage[]
  build?: string
  runner?: string
  containers?: ContainerSpec[]
  contents?: string[]
}

/** A pipeline; errors while its stages are made get upstream's prefix. */
export function pipeline(name: string, parts: () => PipelineParts): Pipeline {
  return within(`cannot serialize pipeline ${goQuote(name)}: `, () => {
    const { stages, build, runner, containers, contents } = parts()
    return {
      name,
      build: build ?? null,
      runner: runner ?? null,
      stages,
      containers: containers ?? [],
      contents: contents ?? [],
      role: runner === undefined ? 'payload' : 'build',
    }
  })
}

export function pipelineJson({ name, build, runner, stages }: Pipeline): JsonObject {
  const json: JsonObject = { name }
  if (build !== null) json['build'] = `name:${build}`
  if (runner !== null) json['runner'] = runner
  if (stages.length > 0) json['stages'] = stages
  return json
}
