import { usePlanState } from '../page/context'
import { Chip } from '../parts/mark'
import { fateOf, planSaying, titleWords } from './summary'

/** The plan for paper and files: everything open, nothing to type into. */
export function PlanOnPaper() {
  const answer = usePlanState((state) => state.answer)
  const text = usePlanState((state) => state.text)
  if (answer === null || text === '') return null
  const said = planSaying(answer)
  return (
    <section className="card pad" aria-label="Blueprint">
      <h2>{said.words}</h2>
      {said.why !== null && <p className="soft">{said.why}</p>}
      {answer.plan.errors.map((error) => (
        <pre key={error} className="code">
          {error}
        </pre>
      ))}
      <ul className="paper">
        {answer.plan.outcomes.map((outcome) => {
          const fate = fateOf(outcome)
          return (
            <li key={outcome.item}>
              <p>
                <b>{titleWords(outcome.title)}</b> <Chip tone={fate.tone}>{fate.words}</Chip>{' '}
                <code className="dim">{outcome.item}</code>
              </p>
              <p className="soft">{outcome.reason}</p>
              {outcome.instead.slice(0, 1).map(({ title, snippet }) => (
                <div key={title}>
                  <p>{title}</p>
                  <pre className="code">{snippet}</pre>
                </div>
              ))}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
