import { useDeferredValue, useMemo, useState } from 'react'
import { counted } from '../../../answers/words/sizes'
import { useFacts, usePageState, usePlanState } from '../page/context'
import { Copy } from '../parts/copy'
import { Digest } from '../parts/digest'
import { Icon } from '../parts/icon'
import { saveFile } from '../parts/save-file'
import { To } from '../parts/to'
import { planSaying } from '../plan/summary'
import { manifestFileName, type ManifestPipeline, type ManifestStage, pipelinesOf, stageText } from './pipelines' // prettier-ignore
import './manifest.css'

/** The osbuild manifest: its stages with the items that caused them, and the raw text on demand. */
export default function ManifestView() {
  const facts = useFacts()
  const answer = useDeferredValue(usePlanState((state) => state.answer))
  const [query, setQuery] = useState('')
  const pipelines = useMemo(() => (answer === null ? [] : pipelinesOf(answer)), [answer])
  if (answer === null) return <h1>The manifest is being written.</h1>
  const { manifest, plan } = answer
  if (manifest === null) {
    const said = planSaying(answer)
    return (
      <div className="stack">
        <header className="view-head">
          <div>
            <h1>{said.words}</h1>
            {said.why !== null && <p className="soft">{said.why}</p>}
          </div>
        </header>
        {plan.errors.map((error) => (
          <pre key={error} className="code">
            {error}
          </pre>
        ))}
        <p>
          <To view="plan">To the blueprint</To>
        </p>
      </div>
    )
  }
  const stages = pipelines.reduce((sum, pipeline) => sum + pipeline.stages.length, 0)
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>
            A manifest of {counted(stages, 'stage')} in {counted(pipelines.length, 'pipeline')}.
          </h1>
          <p className="soft">
            Byte for byte what {plan.target} writes for this image and blueprint.
            {plan.imageType === 'pxe-tar-xz' &&
              ' The README inside of the archive is Sealscope’s own text.'}
          </p>
        </div>
      </header>
      <p className="row">
        <button
          type="button"
          className="btn primary"
          onClick={() => saveFile(manifestFileName(facts, plan.imageType), manifest)}
        >
          <Icon name="save" />
          Download manifest
        </button>
        <Copy text={manifest} label="Copy manifest" className="btn" />
        {plan.manifestSha256 !== null && (
          <span className="small soft">
            SHA-256 <Digest value={plan.manifestSha256} />
          </span>
        )}
        <label className="find push">
          <Icon name="search" />
          <input
            aria-label="Find a stage"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder="mkfs, users, boot"
          />
        </label>
      </p>
      {pipelines.map((pipeline) => (
        <Pipeline key={pipeline.name} pipeline={pipeline} query={query.toLowerCase()} />
      ))}
    </div>
  )
}

function Pipeline({ pipeline, query }: { pipeline: ManifestPipeline; query: string }) {
  const { rest } = usePageState((state) => state.at)
  const stages = pipeline.stages.filter(
    (stage) => query === '' || `${stage.type}${stageText(stage)}`.toLowerCase().includes(query),
  )
  if (query !== '' && stages.length === 0) return null
  return (
    <section className="card" aria-label={`Pipeline ${pipeline.name}`}>
      <header>
        <h2 className="mono">{pipeline.name}</h2>
        <span className="tiny dim">{counted(pipeline.stages.length, 'stage')}</span>
      </header>
      <ol className="stages">
        {stages.map((stage) => {
          const place = `${pipeline.name}/${stage.index}`
          return <Stage key={place} stage={stage} place={place} current={rest === place} />
        })}
      </ol>
    </section>
  )
}

/** Items that a closed stage shows; a stage of all files has hundreds of causes. */
const CHIPS = 6

function Stage({
  stage,
  place,
  current,
}: {
  stage: ManifestStage
  place: string
  current: boolean
}) {
  const [open, setOpen] = useState(current)
  const more = stage.origins.length - CHIPS
  return (
    <li>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <code>{stage.type}</code>
          {stage.origins.length > 0 && (
            <span className="origins">
              {stage.origins.slice(0, CHIPS).map((origin) => (
                <To key={origin} view="plan" rest={origin} className="chip warn-less">
                  {origin.replace(/^customizations\./, '')}
                </To>
              ))}
              {more > 0 && <span className="chip">and {more} more</span>}
            </span>
          )}
        </summary>
        {open && (
          <>
            <p className="small dim">
              <To view="manifest" rest={place}>
                Link to this stage
              </To>
            </p>
            <pre className="code" tabIndex={0}>
              {stageText(stage)}
            </pre>
          </>
        )}
      </details>
    </li>
  )
}
