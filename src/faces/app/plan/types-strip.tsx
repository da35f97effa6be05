import { useEffect, useState } from 'react'
import { imageTypes } from '../../../answers/plan/image-list'
import type { PlanAnswer } from '../../../answers/plan/plan'
import type { ImageFacts } from '../../../contract/facts'
import { Planner } from '../../../hosts/browser/plan-bridge'
import { usePage, usePlanState } from '../page/context'
import { Icon } from '../parts/icon'
import { losses } from '../../../answers/words/plan-words'

interface TypeAnswer {
  name: string
  title: string
  /** Null: still being planned. */
  answer: { builds: boolean; lost: number; why: string | null } | null
}

/** The same blueprint as every other type: builds with how many losses, or refused and why. */
export function TypesStrip({ facts, text }: { facts: ImageFacts; text: string }) {
  const page = usePage()
  const options = usePlanState((state) => state.options)
  const types = useTypes(facts, text)
  const refused = types.filter(({ answer }) => answer?.builds === false)
  return (
    <>
      <ul className="types">
        {types.map(({ name, title, answer }) => (
          <li key={name}>
            <button
              type="button"
              title={title}
              className={answer === null ? 'void' : answer.builds ? 'ok' : 'bad'}
              aria-pressed={name === options.type}
              onClick={() => page.setOptions({ type: name })}
            >
              {answer !== null && <Icon name={answer.builds ? 'ok' : 'bad'} />}
              {name}
              {answer?.builds === true && answer.lost > 0 && <em>{answer.lost} lost</em>}
            </button>
          </li>
        ))}
      </ul>
      <p className="tiny dim">✓ builds ✕ image-builder refuses</p>
      {refused.length > 0 && (
        <details>
          <summary>Why {refused.length} are refused</summary>
          <dl className="why-types">
            {refused.map(({ name, answer }) => (
              <div key={name}>
                <dt className="mono">{name}</dt>
                <dd className="small soft">{answer?.why}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  )
}

/** Plans one type after the other, in a worker of its own. */
function useTypes(facts: ImageFacts, text: string): TypeAnswer[] {
  const options = usePlanState((state) => state.options)
  const format = usePlanState((state) => state.format)
  const [answers, setAnswers] = useState<ReadonlyMap<string, TypeAnswer['answer']>>(new Map())
  const types = imageTypes(options.target)
  useEffect(() => {
    const planner = new Planner()
    let stopped = false
    const blueprint = text.trim() === '' ? null : { text, format }
    const run = async () => {
      for (const { name } of imageTypes(options.target)) {
        const answer = await planner
          .plan({ facts, blueprint, options: { ...options, type: name } })
          .catch(() => null)
        if (stopped) return
        if (answer !== null) setAnswers((before) => new Map(before).set(name, told(answer)))
      }
    }
    void run()
    return () => {
      stopped = true
      planner.close()
    }
  }, [facts, text, format, options])
  return types.map(({ name, title }) => ({ name, title, answer: answers.get(name) ?? null }))
}

function told({ plan, manifest }: PlanAnswer): TypeAnswer['answer'] {
  return {
    builds: manifest !== null,
    lost: losses(plan.outcomes).lost,
    why: plan.errors[0] ?? null,
  }
}
