import { useEffect, useMemo, useRef, useState } from 'react'
import { toSealscopeError } from '../../../base/error'
import { cardMarkdown, cardText, type ReviewCard } from '../../../answers/share/card'
import { counted } from '../../../answers/words/sizes'
import type { Tone } from '../../../answers/review/headline'
import { type Opened, useOpened, usePage, usePageState, usePlanState } from '../page/context'
import type { PlanState } from '../page/state'
import { hostOf } from '../page/hosts'
import { Copy } from '../parts/copy'
import { Icon, type IconName } from '../parts/icon'
import { Mark } from '../parts/mark'
import { Rich } from '../parts/rich'
import { saveFile } from '../parts/save-file'
import { makeCard, makeLink, type SharedLink } from './make-card'
import { saveBundle } from './bundle'
import { reportHtml } from './report-html'
import './share.css'

/** What is in the link, before it is copied; and what others see of it. */
export default function ShareDialog() {
  const page = usePage()
  const opened = useOpened()
  const plan = usePlanState((state) => state)
  const at = usePageState((state) => state.at)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const shared = useMemo(() => makeLink(opened, plan, at, location.href), [opened, plan, at])
  const card = useMemo(() => makeCard(opened, plan, shared.link), [opened, plan, shared.link])
  return (
    <dialog
      ref={dialog}
      className="share card"
      aria-labelledby="share-title"
      onClose={() => page.openDialog(null)}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close()
      }}
    >
      <div className="in">
        <header>
          <h2 id="share-title">Share this report</h2>
          <button
            type="button"
            className="btn s ghost push"
            onClick={() => dialog.current?.close()}
          >
            Close
          </button>
        </header>
        <div className="two">
          <LinkSide shared={shared} opened={opened} plan={plan} at={at.view} />
          <CardSide card={card} opened={opened} plan={plan} />
        </div>
      </div>
    </dialog>
  )
}

function LinkSide({
  shared,
  opened,
  plan,
  at,
}: {
  shared: SharedLink
  opened: Opened
  plan: PlanState
  at: string
}) {
  const { facts, request } = opened
  const named = request.kind === 'sample' || request.kind === 'registry'
  return (
    <div>
      <h3>Link</h3>
      {shared.link === null ? (
        <p role="alert" className="trouble bad">
          <Mark tone="bad" />
          <span>{shared.problem} The bundle carries it all.</span>
        </p>
      ) : (
        <>
          <div className="lk">
            <input
              readOnly
              aria-label="Link"
              value={shared.link}
              onFocus={(event) => event.target.select()}
            />
            <Copy text={shared.link} label="Copy link" className="btn s primary" />
          </div>
          <p className="tiny dim">
            {shared.link.length.toLocaleString('en')} characters. Everything is in the link; no
            server keeps anything.
          </p>
        </>
      )}
      <ul className="inside">
        {named ? (
          <Inside
            tone="ok"
            title={request.kind === 'registry' ? 'The image, by digest' : 'The sample'}
          >
            {request.kind === 'registry'
              ? 'They see this one even if the tag moves, and are told when it has.'
              : 'Every copy of this page has it.'}
          </Inside>
        ) : (
          <Inside tone="void" title="Not the image">
            It was a file: whoever opens the link gets the blueprint only. The bundle carries the
            facts.
          </Inside>
        )}
        {plan.text !== '' && (
          <Inside
            tone="ok"
            title={`Blueprint, ${counted(plan.text.split('\n').length, 'line')}, and ${plan.options.type}`}
          >
            {shared.stripped.length === 0
              ? 'As you wrote it, with comments.'
              : 'Without what is secret, and without comments.'}
          </Inside>
        )}
        <Inside tone="ok" title="This place in the report">
          Opens at {at}.
        </Inside>
        <Inside tone="void" icon="lock" title="Passwords and tokens never go in">
          {shared.stripped.length === 0
            ? 'None was found.'
            : `Left out: ${leftOut(shared.stripped)}. Without them the plan can be read, not downloaded.`}
        </Inside>
      </ul>
      {request.kind === 'registry' && (
        <p className="small soft">
          Whoever opens it reads the image from <code>{hostOf(facts.source.ref)}</code> with their
          own rights.
        </p>
      )}
    </div>
  )
}

const SHOWN = 6

function leftOut(paths: readonly string[]): string {
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''
  return `${paths.slice(0, SHOWN).join(', ')}${more}`
}

function Inside({
  tone,
  icon,
  title,
  children,
}: {
  tone: Tone
  icon?: IconName
  title: string
  children: React.ReactNode
}) {
  return (
    <li>
      <Mark tone={tone} {...(icon === undefined ? {} : { icon })} />
      <div>
        <b>{title}</b>
        <span className="soft">{children}</span>
      </div>
    </li>
  )
}

type Tab = 'card' | 'report' | 'bundle'
const TABS: readonly [Tab, string][] = [
  ['card', 'Review card'],
  ['report', 'Report as one HTML file'],
  ['bundle', 'Bundle (.zip)'],
]

function CardSide({ card, opened, plan }: { card: ReviewCard; opened: Opened; plan: PlanState }) {
  const [tab, setTab] = useState<Tab>('card')
  return (
    <div className="side">
      <div className="seg" role="group" aria-label="What to take along">
        {TABS.map(([id, title]) => (
          <button key={id} type="button" aria-pressed={tab === id} onClick={() => setTab(id)}>
            {title}
          </button>
        ))}
      </div>
      {tab === 'card' && <Preview card={card} />}
      {tab === 'report' && (
        <div className="stack">
          <p className="soft">
            All views after another, without any script: it opens offline, in a ticket, on paper.
          </p>
          <p>
            <button
              type="button"
              className="btn primary"
              onClick={() =>
                saveFile(
                  `${fileStem(opened)}.report.html`,
                  reportHtml(opened, plan, card),
                  'text/html',
                )
              }
            >
              <Icon name="save" />
              Save the report
            </button>
          </p>
        </div>
      )}
      {tab === 'bundle' && <Bundle opened={opened} plan={plan} card={card} />}
    </div>
  )
}

function Bundle({ opened, plan, card }: { opened: Opened; plan: PlanState; card: ReviewCard }) {
  const page = usePage()
  const save = () => {
    saveBundle(fileStem(opened), opened, plan, card).catch((thrown: unknown) =>
      page.notice(toSealscopeError(thrown).message, 'bad'),
    )
  }
  return (
    <div className="stack">
      <p className="soft">
        Facts, plan, manifest, blueprint, review card and report in one archive. The same state
        gives the same bytes. Dropped on this page it opens again.
      </p>
      <p className="small soft">
        The blueprint in it is your own text, secrets included: a bundle is a file that you hand
        over yourself.
      </p>
      <p>
        <button type="button" className="btn primary" onClick={save}>
          <Icon name="save" />
          Save everything
        </button>
      </p>
    </div>
  )
}

/** The card as a code host renders it. */
function Preview({ card }: { card: ReviewCard }) {
  return (
    <>
      <div className="gh">
        <p>
          <b>{card.title}</b> · <code>{card.image}</code>
          {card.digest !== null && (
            <>
              {' '}
              · <code>{card.digest.slice(0, 19)}</code>
            </>
          )}
        </p>
        <p>
          <Rich text={card.lead.join(' ')} />
        </p>
        <table>
          <tbody>
            {card.rows.map(({ label, text }, index) => (
              <tr key={index}>
                <td>{label}</td>
                <td>
                  <Rich text={text} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="dim">
          {card.link !== null && 'Open in Sealscope · '}
          {card.rules}
        </p>
      </div>
      <p className="row">
        <Copy text={cardMarkdown(card)} label="Copy as Markdown" className="btn" />
        <Copy text={cardText(card)} label="As plain text" className="btn" />
      </p>
    </>
  )
}

/** `os-43` of `quay.io/example/os:43`. */
function fileStem({ facts }: Opened): string {
  const name = facts.source.ref.replace(/@.*$/, '').split('/').pop() ?? ''
  return name.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-+|-+$/g, '') || 'image'
}
