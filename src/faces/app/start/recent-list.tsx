import { usePage, usePageState } from '../page/context'
import type { Recent } from '../page/recent'
import { Ring } from '../parts/ring'

/** What was opened before, with what was said of it. */
export function RecentList() {
  const page = usePage()
  const recent = usePageState((state) => state.recent)
  if (recent.length === 0) return null
  return (
    <section aria-label="Opened before">
      <h2>
        Opened before{' '}
        <button type="button" className="btn s ghost" onClick={page.forget}>
          Forget all
        </button>
      </h2>
      <ul className="recs card">
        {recent.map((entry) => (
          <Row key={entry.kind + entry.name} entry={entry} />
        ))}
      </ul>
    </section>
  )
}

function Row({ entry }: { entry: Recent }) {
  const page = usePage()
  const { kind, name, said } = entry
  const shown = kind === 'sample' ? `sample:${name}` : name
  return (
    <li>
      <Ring links={said?.links ?? []} tone={said?.tone ?? null} size={28} label={null} />
      <button
        type="button"
        className="plain mono"
        title={shown}
        onClick={() => (kind === 'sample' ? page.openSample(name) : page.openReference(name))}
      >
        {shown}
      </button>
      <span className={`st ${said?.tone ?? 'void'}`}>
        {said === null ? '' : sealWords(said.badge)}
      </span>
      <span className="dim tiny">{said === null ? '' : agoWords(Date.now() - said.at)}</span>
      <button
        type="button"
        className="btn s ghost"
        aria-label={`Forget ${shown}`}
        onClick={() => page.forgetOne(entry)}
      >
        Forget
      </button>
    </li>
  )
}

/** `holds` alone says too little outside of the rail. */
function sealWords(badge: string): string {
  return badge === 'holds' || badge === 'broken' ? `seal ${badge}` : badge
}

const STEPS: readonly [number, Intl.RelativeTimeFormatUnit][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
]
const FORMAT = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

function agoWords(milliseconds: number): string {
  const step = STEPS.find(([size]) => milliseconds >= size)
  if (step === undefined) return 'just now'
  return FORMAT.format(-Math.floor(milliseconds / step[0]), step[1])
}
