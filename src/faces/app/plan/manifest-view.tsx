import { useDeferredValue, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { ImageFacts } from '../../../contract/facts'
import { CopyButton } from '../parts/copy-button'
import { saveFile } from '../parts/save-file'
import { planStore } from '../store/plan-store'
import { goToLine } from './go-to-line'

interface ManifestStage {
  type: string
  /** The stage as the manifest has it. */
  value: unknown
  origins: readonly string[]
}

interface ManifestPipeline {
  name: string
  stages: ManifestStage[]
}

/** The osbuild manifest: pipelines and stages to open, each with the customization that caused it. */
export function ManifestView({ facts }: { facts: ImageFacts }) {
  const answer = useDeferredValue(useStore(planStore, (state) => state.answer))
  const [query, setQuery] = useState('')
  const manifest = answer?.manifest ?? null
  const origins = answer?.stageOrigins
  const pipelines = useMemo(
    () => (manifest === null ? [] : pipelinesOf(manifest, origins ?? [])),
    [manifest, origins],
  )
  const lines = new Map(answer?.plan.outcomes.map(({ item, line }) => [item, line]))
  if (answer === null) return null
  return (
    <section id="manifest" aria-label="Manifest">
      <h2>
        osbuild manifest <small>{answer.plan.target}</small>
      </h2>
      {manifest === null ? (
        <p>
          {answer.plan.missingSecrets.length > 0
            ? 'No manifest yet: the plan came without its secrets, which have to be written first.'
            : 'No manifest: image-builder would stop with the error above.'}
        </p>
      ) : (
        <>
          <p>
            Byte for byte what {answer.plan.target} writes for this image and blueprint. SHA-256{' '}
            <code>{answer.plan.manifestSha256}</code>
            {answer.plan.imageType === 'pxe-tar-xz' &&
              '. The README inside the archive is Sealscope’s own text.'}
          </p>
          <div className="choices">
            <button
              type="button"
              className="primary"
              onClick={() => saveFile(fileName(facts, answer.plan.imageType), manifest)}
            >
              Download manifest
            </button>
            <CopyButton text={manifest} label="Copy manifest" />
            <label>
              Find{' '}
              <input
                value={query}
                onChange={(event) => setQuery(event.target.value)}
                placeholder="mkfs, users, boot"
              />
            </label>
          </div>
          {pipelines.map((pipeline) => (
            <Pipeline
              key={pipeline.name}
              pipeline={pipeline}
              query={query.toLowerCase()}
              lines={lines}
            />
          ))}
        </>
      )}
    </section>
  )
}

interface PipelineProperties {
  pipeline: ManifestPipeline
  query: string
  /** Where the blueprint has each customization. */
  lines: ReadonlyMap<string, number | null>
}

function Pipeline({ pipeline, query, lines }: PipelineProperties) {
  const stages = pipeline.stages.filter(
    (stage) => query === '' || `${stage.type}${textOf(stage)}`.toLowerCase().includes(query),
  )
  if (query !== '' && stages.length === 0) return null
  return (
    <details open={query !== ''}>
      <summary>
        <strong>{pipeline.name}</strong>, {pipeline.stages.length}{' '}
        {pipeline.stages.length === 1 ? 'stage' : 'stages'}
      </summary>
      {stages.map((stage, index) => (
        <Stage key={`${index}${stage.type}`} stage={stage} lines={lines} />
      ))}
    </details>
  )
}

/** Chips that a closed stage shows; a stage of all files has hundreds of causes. */
const CHIPS = 8

function Stage({ stage, lines }: { stage: ManifestStage; lines: PipelineProperties['lines'] }) {
  const [open, setOpen] = useState(false)
  const more = stage.origins.length - CHIPS
  return (
    <details className="stage" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{stage.type}</code>{' '}
        {stage.origins.slice(0, CHIPS).map((origin) => (
          <span key={origin} className="chip">
            {origin}
          </span>
        ))}
        {more > 0 && <span className="chip">and {more} more</span>}
      </summary>
      {open && (
        <>
          <Origins origins={stage.origins} lines={lines} />
          <pre tabIndex={0}>{textOf(stage)}</pre>
        </>
      )}
    </details>
  )
}

/** Which customizations changed the stage, each a click from its line in the blueprint. */
function Origins({
  origins,
  lines,
}: {
  origins: readonly string[]
  lines: PipelineProperties['lines']
}) {
  if (origins.length === 0) return null
  return (
    <p>
      Because of{' '}
      {origins.map((origin, index) => {
        const line = lines.get(origin) ?? null
        return (
          <span key={origin}>
            {index > 0 && ', '}
            <code>{origin}</code>
            {line !== null && (
              <>
                {' '}
                <button type="button" className="link" onClick={() => goToLine(line)}>
                  line {line}
                </button>
              </>
            )}
          </span>
        )
      })}
    </p>
  )
}

function pipelinesOf(
  manifest: string,
  origins: readonly { pipeline: number; stage: number; items: readonly string[] }[],
): ManifestPipeline[] {
  const { pipelines } = JSON.parse(manifest) as {
    pipelines: { name: string; stages?: { type: string }[] }[]
  }
  const causes = new Map(
    origins.map(({ pipeline, stage, items }) => [`${pipeline} ${stage}`, items]),
  )
  return pipelines.map(({ name, stages = [] }, pipeline) => ({
    name,
    stages: stages.map((stage, index) => ({
      type: stage.type,
      value: stage,
      origins: causes.get(`${pipeline} ${index}`) ?? [],
    })),
  }))
}

function textOf({ value }: ManifestStage): string {
  return JSON.stringify(value, null, 2)
}

function fileName(facts: ImageFacts, type: string): string {
  const name = facts.source.ref.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-+|-+$/g, '')
  return `${name || 'image'}-${type}.manifest.json`
}
