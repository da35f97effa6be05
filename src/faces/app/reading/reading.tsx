import { useEffect, useState } from 'react'
import { counted, formatBytes } from '../../../answers/words/sizes'
import type { Progress } from '../../../hosts/browser/protocol'
import { usePage } from '../page/context'
import type { View } from '../page/state'
import { Ring } from '../parts/ring'
import type { Link } from '../../../answers/review/stations'
import './reading.css'

/** An image being read: bytes, rate, time left, the layers by their size, and a way out. */
export function Reading({ view }: { view: Extract<View, { kind: 'reading' }> }) {
  const page = usePage()
  const { progress, since, title } = view
  const now = useNow()
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape') page.home()
    }
    window.addEventListener('keydown', leave)
    return () => window.removeEventListener('keydown', leave)
  }, [page])
  const total = progress?.bytesTotal ?? null
  const done = progress?.layers.filter((layer) => layer.done).length ?? 0
  return (
    <div className="reading stack">
      <section className="card hero-reading" aria-label="Reading">
        <Ring links={linksOf(progress)} tone={null} size={88} label={null} />
        <div>
          <h1>Reading {title}</h1>
          <p className="soft">{wordsOf(progress)}</p>
          <progress
            aria-label="Bytes read"
            max={total ?? undefined}
            value={total === null ? undefined : progress?.bytesRead}
          />
          <p className="figures">
            {progress !== null && total !== null && (
              <>
                <span>
                  <b>{formatBytes(progress.bytesRead)}</b> of {formatBytes(total)}
                </span>
                <Rate progress={progress} seconds={(now - since) / 1000} />
                <span>
                  {done} of {counted(progress.layers.length, 'layer')}
                </span>
              </>
            )}
            <button type="button" className="btn s push" onClick={page.home}>
              Cancel <span className="dim">Esc</span>
            </button>
          </p>
          <p role="status" className="hidden">
            {heard(progress)}
          </p>
        </div>
      </section>
      {progress !== null && progress.layers.length > 0 && <Layers progress={progress} />}
    </div>
  )
}

/** Links fill as what they rest on is read. */
function linksOf(progress: Progress | null): Link[] {
  if (progress === null || progress.layers.length === 0) return []
  const read = progress.layers.every(({ done }) => done)
  return read ? ['good', progress.phase === 'layers' ? 'open' : 'good'] : []
}

const FIRST = 'Asking for the manifest and the configuration.'

function wordsOf(progress: Progress | null): string {
  if (progress === null) return FIRST
  if (progress.phase === 'search') return `Looking for the reason ${progress.label}.`
  return 'Every byte is checked against its digest. Then come the tree, the composefs digests and the comparison.'
}

/** Bytes a second and the time left, once a second of reading tells them. */
function Rate({ progress, seconds }: { progress: Progress; seconds: number }) {
  if (seconds < 1 || progress.bytesTotal === null) return null
  const rate = progress.bytesRead / seconds
  if (rate === 0) return null
  const left = Math.ceil((progress.bytesTotal - progress.bytesRead) / rate)
  const words = left < 90 ? `${left} s` : `${Math.round(left / 60)} min`
  return (
    <>
      <span>
        <b>{formatBytes(rate)}/s</b>
      </span>
      {progress.bytesRead < progress.bytesTotal && (
        <span>
          <b>{words}</b> left
        </span>
      )}
    </>
  )
}

/** What a screen reader says: four times in all, not with every number that changes. */
function heard(progress: Progress | null): string {
  if (progress === null) return FIRST
  if (progress.phase === 'search') return 'Looking for the reason why the seal does not hold'
  const { bytesRead, bytesTotal } = progress
  const quarters = bytesTotal === null ? 0 : Math.floor((4 * bytesRead) / Math.max(1, bytesTotal))
  return `${25 * quarters} percent read`
}

function Layers({ progress }: { progress: Progress }) {
  const busy = progress.layers.filter(({ bytesRead, done }) => bytesRead > 0 && !done).slice(0, 4)
  return (
    <section className="card pad" aria-label="Layers">
      <h2>
        Layers <small className="dim tiny">width is size, oldest on the left</small>
      </h2>
      <ol className="layer-bars">
        {progress.layers.map(({ index, bytesRead, size, done }) => (
          <li
            key={index}
            className={done ? 'done' : ''}
            ref={(node) => node?.style.setProperty('flex-grow', `${Math.max(1, size)}`)}
          >
            <meter
              aria-label={`Layer ${index}, ${formatBytes(size)}`}
              title={`Layer ${index}, ${formatBytes(size)}`}
              min={0}
              max={Math.max(1, size)}
              value={bytesRead}
            />
          </li>
        ))}
      </ol>
      <ul className="busy-layers small soft">
        {busy.map(({ index, bytesRead, size }) => (
          <li key={index}>
            <b>{Math.floor((100 * bytesRead) / Math.max(1, size))} %</b> Layer {index},{' '}
            {formatBytes(size)}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The time, twice a second. */
function useNow(): number {
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return now
}
