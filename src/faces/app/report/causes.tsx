import type { SealCause } from '../../../contract/facts'

const EVIDENCE: Record<SealCause['evidence'], string> = {
  dumpfile: 'from the dump in the image',
  image: 'from the other image',
  search: 'found by search',
  layers: 'seen in the layers',
}
const SHOWN = 50

/** Why the seal does not hold, the strongest evidence first. */
export function Causes({ causes }: { causes: readonly SealCause[] }) {
  if (causes.length === 0) return null
  return (
    <>
      <h3>Why</h3>
      <ol className="causes">
        {causes.map((cause) => (
          <li key={cause.id + cause.message}>
            <p>
              <strong>{cause.message}</strong>{' '}
              <span className={cause.proved ? 'chip good' : 'chip'}>
                {cause.proved ? 'proved' : 'likely'}, {EVIDENCE[cause.evidence]}
              </span>
            </p>
            {cause.paths.length > 0 && <Paths cause={cause} />}
            <p>
              <em>What to do:</em> {cause.fix}
            </p>
          </li>
        ))}
      </ol>
    </>
  )
}

function Paths({ cause }: { cause: SealCause }) {
  const shown = cause.paths.slice(0, SHOWN)
  return (
    <details open={cause.paths.length <= 5}>
      <summary>
        {cause.count} {cause.count === 1 ? 'path' : 'paths'}
        {cause.layer !== null && `, layer ${cause.layer}`}
      </summary>
      <ul className="paths">
        {shown.map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
        {cause.count > shown.length && <li>and {cause.count - shown.length} more</li>}
      </ul>
    </details>
  )
}
