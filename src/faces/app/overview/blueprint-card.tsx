import { usePage, usePlanState } from '../page/context'
import { Chip, Mark } from '../parts/mark'
import { To } from '../parts/to'
import { fateOf, isRefused, planSaying, titleWords, worstFirst } from '../plan/summary'
import { TEMPLATES } from '../plan/templates'

/** Rows of the card: the rest is one click away. */
const MOST = 5

/** What becomes of the blueprint, the worst first. */
export function BlueprintCard() {
  const answer = usePlanState((state) => state.answer)
  const name = usePlanState((state) => state.name)
  const type = usePlanState((state) => state.options.type)
  const text = usePlanState((state) => state.text)
  const target = answer?.plan.target ?? ''
  return (
    <section className="card" aria-label="Your blueprint">
      <header>
        <h2>Your blueprint</h2>
        <span className="tiny dim">
          {[name, type, target].filter((part) => part !== null && part !== '').join(' · ')}
        </span>
        <To view="plan" className="more">
          Open
        </To>
      </header>
      {answer === null || text === '' ? <Empty /> : <Rows />}
    </section>
  )
}

function Rows() {
  const answer = usePlanState((state) => state.answer)
  if (answer === null) return null
  const said = planSaying(answer)
  const ordered = worstFirst(answer.plan.outcomes)
  const refused = isRefused(answer)
  return (
    <>
      <p className="sum">
        <b>{said.words}</b>
      </p>
      <ul className="rows">
        {ordered.slice(0, MOST).map((outcome) => {
          const fate = fateOf(outcome)
          const [way] = outcome.instead
          return (
            <li key={outcome.item}>
              <Mark tone={refused ? 'void' : fate.tone} icon={fate.icon} />
              <To view="plan" rest={outcome.item}>
                <span className="t">{titleWords(outcome.title)}</span>
                {way !== undefined && !refused && <span className="why">{way.title}</span>}
              </To>
              <Chip tone={refused ? 'void' : fate.tone}>
                {refused && fate.id !== 'refused' ? 'not built' : fate.words}
              </Chip>
            </li>
          )
        })}
      </ul>
      {ordered.length > MOST && (
        <p className="pad small">
          <To view="plan">And {ordered.length - MOST} more</To>
        </p>
      )}
    </>
  )
}

function Empty() {
  const page = usePage()
  return (
    <div className="pad">
      <p className="soft">
        Drop a .toml or .json anywhere, or begin with one of these. You see what image-builder
        applies and what it drops in silence.
      </p>
      <ul className="templates">
        {TEMPLATES.map(({ title, text }) => (
          <li key={title}>
            <button
              type="button"
              className="btn s"
              onClick={() => {
                page.setText(text)
                page.go('plan')
              }}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
