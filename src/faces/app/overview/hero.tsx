import { deployLines } from '../../../answers/review/deploy'
import { evidenceWords, headlineOf } from '../../../answers/review/headline'
import { repairOf, type Repair } from '../../../answers/review/repair'
import { ringWords, stationsOf } from '../../../answers/review/stations'
import type { ImageFacts } from '../../../contract/facts'
import { useFacts, usePage, usePlanState } from '../page/context'
import { Icon } from '../parts/icon'
import { Mark } from '../parts/mark'
import { Rich } from '../parts/rich'
import { Ring } from '../parts/ring'
import { To } from '../parts/to'
import { planLines } from '../plan/plan-lines'
import { CopyCard } from '../share/copy-card'

/** The answer, why, how it is known, the repair; and what happens if nothing is done. */
export function Hero() {
  const facts = useFacts()
  const said = headlineOf(facts)
  const stations = stationsOf(facts)
  return (
    <section className={`card hero ${said.tone}`} aria-label="Verdict">
      <div className="glyph">
        <Ring
          links={stations.map(({ link }) => link)}
          tone={said.tone}
          size={96}
          label={ringWords(stations)}
        />
      </div>
      <div className="say">
        <h1>{said.headline}</h1>
        {said.second !== null && (
          <p className="lead">
            <Rich text={said.second} terms />
          </p>
        )}
        {said.upstream !== null && (
          <details className="verbatim">
            <summary>In the words of the program</summary>
            <pre className="code">{said.upstream}</pre>
          </details>
        )}
        <How facts={facts} />
        <RepairBox repair={repairOf(facts)} />
        <Deeds facts={facts} />
      </div>
      <Then facts={facts} />
    </section>
  )
}

/** How the cause is known. */
function How({ facts }: { facts: ImageFacts }) {
  const [cause] = facts.seal.proof?.causes ?? []
  if (cause === undefined || facts.seal.verdict !== 'UKI_SEALED') return null
  const { title, words } = evidenceWords(cause)
  return (
    <p className={`known ${cause.proved ? 'ok' : 'warn'}`}>
      <Mark tone={cause.proved ? 'ok' : 'warn'} />
      <span>
        <b>{title}</b> {words}
      </span>
    </p>
  )
}

const SIGNS = { added: '+ ', removed: '- ', kept: '  ', note: '  ' } as const
const CLASSES = { added: 'a', removed: 'd', kept: '', note: 'c' } as const

export function RepairBox({ repair }: { repair: Repair | null }) {
  if (repair === null) return null
  return (
    <figure className="fix">
      <figcaption>
        Repair: {repair.title.slice(0, 1).toLowerCase() + repair.title.slice(1)}
      </figcaption>
      {repair.diff.length > 0 && (
        <pre className="code" tabIndex={0} aria-label="Change of the Containerfile">
          {repair.diff.map(({ kind, text }, index) => (
            <span key={index} className={CLASSES[kind]}>
              {SIGNS[kind]}
              {text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </figure>
  )
}

function Deeds({ facts }: { facts: ImageFacts }) {
  const page = usePage()
  const [cause] = facts.seal.proof?.causes ?? []
  if (facts.evidence.unread.length > 0) {
    return (
      <p className="do">
        <button type="button" className="btn primary" onClick={page.again}>
          Read it again
        </button>
      </p>
    )
  }
  return (
    <p className="do">
      {cause !== undefined && cause.paths.length > 0 && (
        <To view="seal" rest="causes" className="btn primary">
          Show the {cause.count === 1 ? 'path' : `${cause.count.toLocaleString('en')} paths`}
        </To>
      )}
      <CopyCard />
    </p>
  )
}

/** Lines beside the headline. */
const MOST_LINES = 6

/** What happens on deployment, at most six lines, each a link. */
function Then({ facts }: { facts: ImageFacts }) {
  const answer = usePlanState((state) => state.answer)
  const lines = deployLines(facts)
  const blueprint = planLines(answer, MOST_LINES - lines.length)
  if (lines.length + blueprint.length === 0) return <NotKnown facts={facts} />
  return (
    <aside className="then" aria-label="If you deploy it as it is">
      <h2>If you deploy it as it is</h2>
      <ul>
        {lines.map(({ id, tone, title, detail, view }) => (
          <li key={id}>
            <Mark tone={tone} />
            <To view={view}>
              <b>{title}</b>
              <span className="soft">
                <Rich text={detail} />
              </span>
            </To>
          </li>
        ))}
        {blueprint.map(({ key, tone, title, detail, view }) => (
          <li key={key}>
            <Mark tone={tone} />
            <To view={view}>
              <b>{title}</b>
              <span className="soft">{detail}</span>
            </To>
          </li>
        ))}
      </ul>
    </aside>
  )
}

function NotKnown({ facts }: { facts: ImageFacts }) {
  if (facts.evidence.unread.length > 0) {
    return (
      <aside className="then" aria-label="What is kept">
        <h2>What is kept</h2>
        <p className="soft">
          The manifest, the configuration and the layers that came. No verdict is given without all
          of them.
        </p>
      </aside>
    )
  }
  return (
    <aside className="then" aria-label="Next">
      <h2>Next</h2>
      <ul>
        <li>
          <Icon name="plan" />
          <To view="plan">
            <b>Try your blueprint on it</b>
            <span className="soft">See what image-builder applies, and which disk comes out</span>
          </To>
        </li>
        <li>
          <Icon name="boot" />
          <To view="boot">
            <b>Look at how it starts</b>
            <span className="soft">Kernel, arguments, signatures</span>
          </To>
        </li>
      </ul>
    </aside>
  )
}
