import {
  lazy,
  Suspense,
  useDeferredValue,
  useEffect,
  useMemo,
  useState,
  type ChangeEvent,
} from 'react'
import type { Outcome } from '../../../contract/plan'
import { problemText } from '../../../formats/blueprint/problem-text'
import type { BlueprintProblem } from '../../../formats/blueprint/decode'
import { Guard } from '../guard'
import { useFacts, usePage, usePageState, usePlanState } from '../page/context'
import { saveFile } from '../parts/save-file'
import { Icon } from '../parts/icon'
import { Mark } from '../parts/mark'
import { manifestFileName } from '../manifest/pipelines'
import { Dock } from './dock'
import { goToLine } from './go-to-line'
import { Inspector } from './inspector'
import { itemLines } from './item-lines'
import { OptionsForm } from './options-form'
import { type Fate, fateOf, isRefused, planSaying, reasonOf, SEVERITY_TONES, shortOf, worstFirst } from './summary' // prettier-ignore
import { TEMPLATES } from './templates'
import './plan.css'

const CodeEditor = lazy(() => import('./code-editor'))

/** The workspace: the blueprint with its outcomes on the lines, what works instead, and what comes out. */
export default function PlanView() {
  const error = usePlanState((state) => state.error)
  const [filter, setFilter] = useState<Fate['id'] | null>(null)
  const answer = useDeferredValue(usePlanState((state) => state.answer))
  const outcomes = answer?.plan.outcomes ?? NONE
  const shown = filter === null ? outcomes : outcomes.filter((each) => fateOf(each).id === filter)
  const current = useCurrent(outcomes)
  useItemKeys(outcomes, current)
  return (
    <div className="stack plan">
      <Bar />
      <Head filter={filter} onFilter={setFilter} />
      {error !== null && (
        <p role="alert" className="known bad">
          <Mark tone="bad" />
          <span>{error}</span>
        </p>
      )}
      <Stops />
      <div className="work">
        <Editor outcomes={outcomes} current={current?.item ?? null} />
        <Inspector
          outcomes={shown}
          current={current}
          refused={answer !== null && isRefused(answer)}
        />
      </div>
      <Dock />
    </div>
  )
}

const NONE: readonly Outcome[] = []
const NO_PROBLEMS: readonly BlueprintProblem[] = []

/** The item that the address names, else the worst. */
function useCurrent(outcomes: readonly Outcome[]): Outcome | null {
  const { rest } = usePageState((state) => state.at)
  return outcomes.find(({ item }) => item === rest) ?? worstFirst(outcomes)[0] ?? null
}

/** Alt and an arrow go to the next item and its lines. */
function useItemKeys(outcomes: readonly Outcome[], current: Outcome | null): void {
  const page = usePage()
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!event.altKey || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return
      event.preventDefault()
      const at = outcomes.findIndex(({ item }) => item === current?.item)
      const next = outcomes[at + (event.key === 'ArrowDown' ? 1 : -1)]
      if (next === undefined) return
      page.point('plan', next.item)
      if (next.line !== null) goToLine(next.line)
    }
    window.addEventListener('keydown', key, true)
    return () => window.removeEventListener('keydown', key, true)
  }, [page, outcomes, current])
}

function Bar() {
  const facts = useFacts()
  const manifest = usePlanState((state) => state.answer?.manifest ?? null)
  const type = usePlanState((state) => state.options.type)
  return (
    <div className="card bar">
      <OptionsForm facts={facts} />
      <button
        type="button"
        className="btn s push"
        disabled={manifest === null}
        onClick={() => {
          if (manifest !== null) saveFile(manifestFileName(facts, type), manifest)
        }}
      >
        <Icon name="save" />
        Manifest
      </button>
    </div>
  )
}

function Head({
  filter,
  onFilter,
}: {
  filter: Fate['id'] | null
  onFilter: (filter: Fate['id'] | null) => void
}) {
  const answer = usePlanState((state) => state.answer)
  const busy = usePlanState((state) => state.busy)
  if (answer === null) return <h1 aria-busy="true">The plan is being made.</h1>
  const said = planSaying(answer)
  return (
    <div className="verd" aria-busy={busy}>
      <div aria-live="polite">
        <h1>{said.words}</h1>
        {said.why !== null && <p className="soft">{said.why}</p>}
      </div>
      {!isRefused(answer) && (
        <Tally outcomes={answer.plan.outcomes} filter={filter} onFilter={onFilter} />
      )}
    </div>
  )
}

function Tally({
  outcomes,
  filter,
  onFilter,
}: {
  outcomes: readonly Outcome[]
  filter: Fate['id'] | null
  onFilter: (filter: Fate['id'] | null) => void
}) {
  const counts = new Map<Fate['id'], { fate: Fate; count: number }>()
  for (const outcome of outcomes) {
    const fate = fateOf(outcome)
    counts.set(fate.id, { fate, count: (counts.get(fate.id)?.count ?? 0) + 1 })
  }
  const order: Fate['id'][] = [
    'refused',
    'dropped',
    'overridden',
    'no-effect',
    'warned',
    'in-part',
    'applied',
  ]
  return (
    <div className="tally" role="group" aria-label="Show only">
      {order.map((id) => {
        const entry = counts.get(id)
        if (entry === undefined) return null
        return (
          <button
            key={id}
            type="button"
            className={entry.fate.tone}
            aria-pressed={filter === id}
            onClick={() => onFilter(filter === id ? null : id)}
          >
            <b>{entry.count}</b> {entry.fate.words}
          </button>
        )
      })}
    </div>
  )
}

/** What image-builder says when it refuses, and what the plan means for whoever deploys. */
function Stops() {
  const plan = usePlanState((state) => state.answer?.plan ?? null)
  if (plan === null) return null
  return (
    <>
      {plan.errors.map((error) => (
        <details key={error} className="verbatim" open>
          <summary>In the words of image-builder</summary>
          <pre className="code">{error}</pre>
        </details>
      ))}
      {plan.errors.length === 0 && plan.outcomes.length > 0 && plan.consequences.length > 0 && (
        <ul className="card pad consequences" aria-label="What it means">
          {plan.consequences.map((each) => (
            <li key={each.id + each.message} className="known">
              <Mark tone={SEVERITY_TONES[each.severity]} />
              <span>
                <b>{shortOf(each)}</b> {reasonOf(each)}{' '}
                {each.fix !== null && <span className="soft">Repair: {each.fix}.</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {plan.hints.map((hint) => (
        <p key={hint} className="known">
          <b>What to do:</b> {hint}
        </p>
      ))}
    </>
  )
}

/** The lines of each item with its fate. */
function useMarked(outcomes: readonly Outcome[], refused: boolean) {
  const { stores } = usePage()
  return useMemo(() => {
    // The outcomes are of a text of a moment ago: the lines follow with the next answer.
    const { text } = stores.plan.getState()
    const byItem = new Map(outcomes.map((outcome) => [outcome.item, outcome]))
    return itemLines(text, outcomes).flatMap((lines) => {
      const outcome = byItem.get(lines.item)
      if (outcome === undefined) return []
      const { id, tone, words } = fateOf(outcome)
      if (refused && id !== 'refused') return [{ ...lines, tone: 'void' as const, words: '' }]
      return [{ ...lines, tone, words }]
    })
  }, [outcomes, refused, stores])
}

/** Text of 5 MB is read; more than that is no blueprint. */
const LARGEST = 5 * 2 ** 20

function Editor({ outcomes, current }: { outcomes: readonly Outcome[]; current: string | null }) {
  const page = usePage()
  const text = usePlanState((state) => state.text)
  const format = usePlanState((state) => state.format)
  const name = usePlanState((state) => state.name)
  const answer = usePlanState((state) => state.answer)
  const problems = answer?.problems ?? NO_PROBLEMS
  const refused = answer !== null && isRefused(answer)
  const items = useMarked(outcomes, refused)
  const open = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? []
    // The same file chosen again is a change again.
    event.target.value = ''
    if (file === undefined) return
    if (file.size > LARGEST) page.notice(`${file.name} is too large for a blueprint.`, 'bad')
    else {
      file.text().then(
        (content) => page.setText(content, file.name),
        () => page.notice(`${file.name} cannot be read.`, 'bad'),
      )
    }
  }
  return (
    <section className="card ed" aria-label="Blueprint">
      <header>
        <h2>Blueprint</h2>
        <span className="tiny dim">{name ?? (text === '' ? '' : format.toUpperCase())}</span>
        <span className="more">
          <label className="btn s ghost">
            Open
            <input
              type="file"
              className="hidden"
              accept=".toml,.json,application/json"
              onChange={open}
            />
          </label>
          <TemplateChoice />
          {text !== '' && (
            <button type="button" className="btn s ghost" onClick={() => page.setText('')}>
              Clear
            </button>
          )}
        </span>
      </header>
      <div className="lines">
        <Guard fallback={<PlainEditor text={text} onChange={page.setText} />}>
          <Suspense fallback={<p className="pad dim">Loading the editor …</p>}>
            <CodeEditor
              text={text}
              format={format}
              problems={problems}
              items={items}
              current={current}
              onChange={page.setText}
              onItem={(item) => {
                if (item !== null) page.point('plan', item)
              }}
            />
          </Suspense>
        </Guard>
      </div>
      {problems.length > 0 && (
        <ul className="problems" aria-label="Problems of the blueprint">
          {problems.slice(0, 20).map((problem) => (
            <li key={`${problem.path}${problem.text}`}>
              {problem.position !== null && (
                <button
                  type="button"
                  className="btn s ghost"
                  onClick={() => goToLine(problem.position?.line ?? 1)}
                >
                  line {problem.position.line}
                </button>
              )}{' '}
              {problemText(problem)}
            </li>
          ))}
        </ul>
      )}
      <p className="tiny dim foot">
        Drop a .toml or .json anywhere on the page. It stays in this browser.
      </p>
    </section>
  )
}

/** Templates replace the text; undo brings it back. */
function TemplateChoice() {
  const page = usePage()
  return (
    <select
      className="btn s ghost"
      aria-label="Templates"
      value=""
      onChange={(event) => {
        const found = TEMPLATES.find(({ title }) => title === event.target.value)
        if (found !== undefined) page.setText(found.text)
      }}
    >
      <option value="">Templates</option>
      {TEMPLATES.map(({ title }) => (
        <option key={title}>{title}</option>
      ))}
    </select>
  )
}

/** What is left when the editor cannot be loaded: a field. */
function PlainEditor({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <textarea
      aria-label="Blueprint text"
      spellCheck={false}
      rows={16}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
