import { useState } from 'react'
import type { Instead, Outcome } from '../../../contract/plan'
import { sentence } from '../../../answers/words/text'
import { usePage, usePlanState } from '../page/context'
import { Copy } from '../parts/copy'
import { Icon } from '../parts/icon'
import { Chip, Mark } from '../parts/mark'
import { goToLine } from './go-to-line'
import { fateOf, titleWords } from './summary'

/** The item under the cursor: what happens, why, and what works instead. */
export function Inspector({
  outcomes,
  current,
  refused,
}: {
  outcomes: readonly Outcome[]
  current: Outcome | null
  refused: boolean
}) {
  if (current === null) return <Empty />
  const fate = fateOf(current)
  const grey = refused && fate.id !== 'refused'
  return (
    <section className="card insp" aria-label="The item under the cursor">
      <header>
        <Mark tone={grey ? 'void' : fate.tone} icon={fate.icon} />
        <h2>{titleWords(current.title)}</h2>
        <Chip tone={grey ? 'void' : fate.tone}>{grey ? `would be ${fate.words}` : fate.words}</Chip>
        <Steps outcomes={outcomes} current={current} />
      </header>
      <div className="pad">
        <p>{current.reason}</p>
        {current.caveats.map(({ id, message, fix }) => (
          <p key={id} className="known warn">
            <Mark tone="warn" />
            <span>
              {sentence(message)} {fix !== null && sentence(fix)}
            </span>
          </p>
        ))}
        {current.warning !== null && (
          <p className="small soft">
            image-builder warns: <q>{current.warning}</q>
          </p>
        )}
        <p className="tiny dim place">
          {current.line !== null && (
            <>
              <button type="button" className="plain" onClick={() => goToLine(current.line ?? 1)}>
                line {current.line}
              </button>
              {' · '}
            </>
          )}
          <code>{current.item}</code> · {current.source}
          {current.stages.length > 0 && <> · changes {current.stages.join(', ')}</>}
        </p>
        {current.instead.length > 0 && <Ways key={current.item} outcome={current} />}
        <All outcomes={outcomes} current={current} refused={refused} />
      </div>
    </section>
  )
}

function Steps({ outcomes, current }: { outcomes: readonly Outcome[]; current: Outcome }) {
  const page = usePage()
  const at = outcomes.findIndex(({ item }) => item === current.item)
  const go = (step: number) => {
    const next = outcomes[at + step]
    if (next === undefined) return
    page.point('plan', next.item)
    if (next.line !== null) goToLine(next.line)
  }
  return (
    <span className="more tiny dim">
      {at + 1} of {outcomes.length}{' '}
      <button
        type="button"
        className="kbd"
        aria-label="Previous item"
        title="Alt+↑"
        disabled={at <= 0}
        onClick={() => go(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        className="kbd"
        aria-label="Next item"
        title="Alt+↓"
        disabled={at >= outcomes.length - 1}
        onClick={() => go(1)}
      >
        ↓
      </button>
    </span>
  )
}

/** The price of a way around, in a few words. */
export function priceOf({ needsReseal }: Instead, sealed: boolean): string {
  if (needsReseal) return 'then seal again'
  return sealed ? 'per machine, no reseal' : 'without a new seal'
}

function Ways({ outcome }: { outcome: Outcome }) {
  const page = usePage()
  const ways = usePlanState((state) => state.ways)
  const sealed = usePlanState((state) => state.answer?.plan.sealed ?? false)
  const [shown, setShown] = useState(() => Math.max(0, chosenWay(outcome, ways)))
  const way = outcome.instead[shown]
  if (way === undefined) return null
  const baked = isBaked(way)
  const chosen = chosenWay(outcome, ways) === shown
  return (
    <div className="ways">
      <h3>What works instead</h3>
      <div className="tabs" role="group" aria-label="Ways around">
        {outcome.instead.map((each, index) => (
          <button
            key={each.title}
            type="button"
            aria-pressed={index === shown}
            onClick={() => setShown(index)}
          >
            {each.title}
            <small>{priceOf(each, sealed)}</small>
          </button>
        ))}
      </div>
      <pre className="code short" tabIndex={0} aria-label={way.title}>
        {way.snippet}
      </pre>
      <p className="pick">
        {baked ? (
          <label>
            <input
              type="checkbox"
              checked={chosen}
              onChange={(event) => page.chooseWay(outcome.item, event.target.checked ? shown : -1)}
            />
            Part of the Containerfile below
          </label>
        ) : (
          <span className="soft">Not a step of the Containerfile</span>
        )}
        <Copy text={way.snippet} label="Copy this" />
      </p>
    </div>
  )
}

/** Steps of a Containerfile change the image; the other ways stand outside of it. */
export function isBaked({ snippet }: Instead): boolean {
  return /^# in the Containerfile/.test(snippet)
}

/** The way that goes into the Containerfile: the chosen one, else the first step of a Containerfile. */
export function chosenWay(
  { item, instead }: Pick<Outcome, 'item' | 'instead'>,
  ways: Readonly<Record<string, number>>,
): number {
  const chosen = Object.hasOwn(ways, item) ? ways[item] : undefined
  return chosen ?? instead.findIndex(isBaked)
}

/** Items that are listed: the rest is found in the text. */
const MOST = 60

function All({
  outcomes,
  current,
  refused,
}: {
  outcomes: readonly Outcome[]
  current: Outcome
  refused: boolean
}) {
  const page = usePage()
  return (
    <ul className="all-items" aria-label="All items">
      {outcomes.slice(0, MOST).map((outcome) => {
        const fate = fateOf(outcome)
        return (
          <li key={outcome.item}>
            <button
              type="button"
              className={refused && fate.id !== 'refused' ? 'void' : fate.tone}
              aria-current={outcome.item === current.item ? 'true' : undefined}
              onClick={() => {
                page.point('plan', outcome.item)
                if (outcome.line !== null) goToLine(outcome.line)
              }}
            >
              <Icon name={fate.icon} />
              <span className="hidden">{fate.words}: </span>
              <span>{titleWords(outcome.title)}</span>
            </button>
          </li>
        )
      })}
      {outcomes.length > MOST && <li className="dim small">and {outcomes.length - MOST} more</li>}
    </ul>
  )
}

function Empty() {
  return (
    <section className="card insp" aria-label="The item under the cursor">
      <header>
        <h2>What becomes of each customization</h2>
      </header>
      <p className="pad soft">
        Paste a blueprint, drop one, or take a template. Each customization then shows here: applied
        or not, why, and what works instead.
      </p>
    </section>
  )
}
