import { useEffect, useState } from 'react'
import { formatBytes } from './format'
import type { Progress } from '../../hosts/browser/protocol'
import type { View } from './store/store'

/** An image being read: bytes, rate, layers, what comes next, and a way out. */
export function Reading({ view }: { view: Extract<View, { kind: 'reading' }> }) {
  const { progress, since, cancel } = view
  const now = useNow()
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape') cancel()
    }
    window.addEventListener('keydown', leave)
    return () => window.removeEventListener('keydown', leave)
  }, [cancel])
  const total = progress?.bytesTotal ?? null
  const seconds = Math.max(0.1, (now - since) / 1000)
  const rate = (progress?.bytesRead ?? 0) / seconds
  return (
    <section aria-label="Reading" className="reading">
      <p className="eyebrow">Reading</p>
      <h1>{view.title}</h1>
      <progress
        aria-label="Bytes read"
        max={total ?? undefined}
        value={total === null ? undefined : progress?.bytesRead}
      />
      <p>{progress === null ? FIRST : wordsOf(progress, rate)}</p>
      <p role="status" className="heard">
        {progress === null ? FIRST : heard(progress)}
      </p>
      {progress !== null && progress.layers.length > 0 && <p className="eyebrow">Layers</p>}
      {progress !== null && (
        <ol className="layer-bars" aria-label="Layers">
          {progress.layers.map(({ index, bytesRead, size, done }) => (
            <li key={index} className={done ? 'done' : bytesRead > 0 ? 'busy' : ''}>
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
      )}
      <p className="hint">
        Every byte is checked against its digest. Then: the tree, the composefs digests, the
        comparison.
      </p>
      <button type="button" onClick={cancel}>
        Cancel
      </button>
    </section>
  )
}

const FIRST = 'Asking for the manifest and the configuration'

function wordsOf({ phase, label, bytesRead, bytesTotal }: Progress, rate: number): string {
  if (phase === 'search') return label
  return `${formatBytes(bytesRead)} of ${formatBytes(bytesTotal ?? 0)}, ${formatBytes(rate)}/s: ${label}`
}

/** What a screen reader says: four times in all, not with every number that changes. */
function heard({ phase, bytesRead, bytesTotal }: Progress): string {
  if (phase === 'search') return 'Looking for the reason why the seal does not hold'
  const quarters = bytesTotal === null ? 0 : Math.floor((4 * bytesRead) / Math.max(1, bytesTotal))
  return `${25 * quarters} percent read`
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
