import { formatBytes } from './format'
import type { View } from './store/store'

/** An image being read: bytes, layers, and a way out. */
export function Reading({ view }: { view: Extract<View, { kind: 'reading' }> }) {
  const { progress } = view
  const total = progress?.bytesTotal ?? null
  return (
    <section aria-label="Reading" aria-live="polite">
      <h1>Reading {view.title}</h1>
      <progress
        aria-label="Bytes read"
        max={total ?? undefined}
        value={total === null ? undefined : progress?.bytesRead}
      />
      <p>
        {progress === null
          ? 'Opening the manifest'
          : `${progress.label}, ${formatBytes(progress.bytesRead)} of ${formatBytes(total ?? 0)}; then the digests`}
      </p>
      <button type="button" onClick={view.cancel}>
        Cancel
      </button>
    </section>
  )
}
