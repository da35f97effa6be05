import { useState } from 'react'
import { sentence } from '../../../answers/words/text'
import { counted } from '../../../answers/words/sizes'
import type { Tone } from '../../../answers/review/headline'
import type { Finding } from '../../../contract/facts'
import { useFacts, usePageState } from '../page/context'
import { Mark } from '../parts/mark'
import { To } from '../parts/to'
import './findings.css'

const ORDER: Finding['severity'][] = ['error', 'warning', 'info']
const TONES: Record<Finding['severity'], Tone> = { error: 'bad', warning: 'warn', info: 'void' }
/** Findings of the seal have a view of their own, which tells them once. */
const TOLD: readonly string[] = ['seal-broken']
const MOST = 200

/** What else there is to say of the image, the worst first, each with its source. */
export default function FindingsView() {
  const { findings } = useFacts()
  const { rest } = usePageState((state) => state.at)
  const [most, setMost] = useState(MOST)
  const told = findings.filter(({ id }) => TOLD.includes(id))
  const groups = grouped(findings.filter(({ id }) => !TOLD.includes(id)))
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>{headline(findings)}</h1>
          {told.length > 0 && (
            <p className="soft">
              The broken seal is told under <To view="seal">Seal</To>.
            </p>
          )}
        </div>
      </header>
      {groups.length > 0 && (
        <ul className="card findings">
          {groups.slice(0, most).map((group) => (
            <Row
              key={`${group.finding.id}${group.finding.message}`}
              group={group}
              current={rest === group.finding.id}
            />
          ))}
        </ul>
      )}
      {groups.length > most && (
        <button type="button" className="btn" onClick={() => setMost(most + MOST)}>
          {groups.length - most} more
        </button>
      )}
    </div>
  )
}

function headline(findings: readonly Finding[]): string {
  const of = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).length
  const [errors, warnings] = [of('error'), of('warning')]
  if (errors + warnings === 0)
    return findings.length === 0 ? 'Nothing else was found.' : 'Nothing that stops this image.'
  const parts = [
    errors > 0 ? counted(errors, 'error') : null,
    warnings > 0 ? counted(warnings, 'warning') : null,
  ]
  return `${parts.filter((part) => part !== null).join(' and ')}.`
}

/** The same finding at several paths is one. */
interface Group {
  finding: Finding
  places: { path: string; layer: number | null }[]
}

export function grouped(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Group>()
  const sorted = ORDER.flatMap((severity) => findings.filter((each) => each.severity === severity))
  for (const finding of sorted) {
    const key = `${finding.id} ${finding.message}`
    const group = groups.get(key) ?? { finding, places: [] }
    if (finding.path !== null) group.places.push({ path: finding.path, layer: finding.layer })
    groups.set(key, group)
  }
  return [...groups.values()]
}

function Row({ group: { finding, places }, current }: { group: Group; current: boolean }) {
  const { severity, message, fix, source, id } = finding
  return (
    <li id={id} aria-current={current ? 'true' : undefined}>
      <Mark tone={TONES[severity]} />
      <div>
        <p>{sentence(message)}</p>
        {places.slice(0, 8).map(({ path, layer }) => (
          <p key={path} className="small">
            <code>{path}</code>
            {layer !== null && <span className="dim"> layer {layer}</span>}
          </p>
        ))}
        {places.length > 8 && <p className="small dim">and {places.length - 8} more places</p>}
        {fix !== null && (
          <p className="small">
            <b>Repair:</b> {sentence(fix)}
          </p>
        )}
        <p className="tiny dim">
          {severity} ·{' '}
          <To view="findings" rest={id}>
            {id}
          </To>{' '}
          · {source}
        </p>
      </div>
    </li>
  )
}
