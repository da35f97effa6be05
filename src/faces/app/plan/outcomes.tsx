import { memo, useDeferredValue, useState } from 'react'
import { useStore } from 'zustand'
import type { Outcome, OutcomeKind } from '../../../contract/plan'
import { CodeBlock } from '../parts/code-block'
import { planStore } from '../store/plan-store'
import { goToLine } from './go-to-line'

const WORDS: Record<OutcomeKind, string> = {
  applied: 'applied',
  dropped: 'dropped in silence',
  warned: 'warned about',
  refused: 'refused',
  overridden: 'overridden',
  'no-effect': 'without effect',
}
const KINDS = Object.keys(WORDS) as OutcomeKind[]

/** What happens to each customization, with the reason and what to do instead. */
export function Outcomes() {
  // Deferred: hundreds of rows are made in slices, and typing goes on in between.
  const answer = useDeferredValue(useStore(planStore, (state) => state.answer))
  const busy = useStore(planStore, (state) => state.busy)
  const [filter, setFilter] = useState<OutcomeKind | null>(null)
  const outcomes = answer?.plan.outcomes ?? []
  const shown = filter === null ? outcomes : outcomes.filter(({ outcome }) => outcome === filter)
  return (
    <div className="outcomes" aria-busy={busy}>
      <h3>Outcome</h3>
      <p role="status" className="summary">
        {summary(outcomes, answer?.plan.errors.length ?? 0)}
      </p>
      {outcomes.length > 0 && (
        <div className="filters" role="group" aria-label="Filter by outcome">
          <FilterButton
            label={`all ${outcomes.length}`}
            active={filter === null}
            onClick={() => setFilter(null)}
          />
          {KINDS.map((kind) => {
            const count = outcomes.filter(({ outcome }) => outcome === kind).length
            return count === 0 ? null : (
              <FilterButton
                key={kind}
                label={`${WORDS[kind]} ${count}`}
                active={filter === kind}
                onClick={() => setFilter(kind)}
              />
            )
          })}
        </div>
      )}
      <ul className="plain outcome-list">
        {shown.slice(0, 300).map((outcome) => (
          <OutcomeRow key={outcome.item} outcome={outcome} />
        ))}
      </ul>
      {shown.length > 300 && (
        <p className="hint">and {shown.length - 300} more: filter, or save everything</p>
      )}
    </div>
  )
}

function summary(outcomes: readonly Outcome[], errors: number): string {
  const refused = errors > 0 ? 'image-builder refuses this: no image is built. ' : ''
  if (outcomes.length === 0) {
    return refused || 'No blueprint yet: paste one, or take the example.'
  }
  const lost = outcomes.filter(({ changesPipelines }) => !changesPipelines).length
  if (lost > 0) return `${refused}${lost} of ${outcomes.length} customizations would be lost.`
  if (refused !== '') return refused
  return outcomes.length === 1
    ? 'The one customization is applied.'
    : `All ${outcomes.length} customizations are applied.`
}

function FilterButton(properties: { label: string; active: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className="small"
      aria-pressed={properties.active}
      onClick={properties.onClick}
    >
      {properties.label}
    </button>
  )
}

/** Every answer brings new objects; a row whose words are the same is not made again. */
const OutcomeRow = memo(Row, (before, after) => same(before.outcome, after.outcome))

function same(before: Outcome, after: Outcome): boolean {
  return JSON.stringify(before) === JSON.stringify(after)
}

function Row({ outcome }: { outcome: Outcome }) {
  const { line } = outcome
  return (
    <li className={`outcome ${outcome.outcome}`}>
      <p>
        <span className={`chip ${outcome.outcome === 'applied' ? 'good' : 'bad'}`}>
          {WORDS[outcome.outcome]}
        </span>{' '}
        <strong>{outcome.title}</strong>{' '}
        {line !== null && (
          <button type="button" className="link" onClick={() => goToLine(line)}>
            line {line}
          </button>
        )}
      </p>
      <p>{outcome.reason}</p>
      {outcome.warning !== null && <p className="hint">Warning: {outcome.warning}</p>}
      <p className="hint">
        <code>{outcome.item}</code>
        {outcome.stages.length > 0 && <> → {outcome.stages.join(', ')}</>} · {outcome.source}
      </p>
      {outcome.instead.length > 0 && (
        <details>
          <summary>What to do instead</summary>
          {outcome.instead.map(({ title, snippet, needsReseal }) => (
            <CodeBlock
              key={title}
              label={`${title}${needsReseal ? ' (then seal again)' : ''}`}
              text={snippet}
            />
          ))}
        </details>
      )}
    </li>
  )
}
