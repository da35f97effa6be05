import { useState } from 'react'
import { counted, formatBytes } from '../../../answers/words/sizes'
import type { KernelArgument, Outcome } from '../../../contract/plan'
import { DiskBar } from '../disk/disk-bar'
import { useFacts, usePage, usePlanState } from '../page/context'
import { CodeBlock } from '../parts/code-block'
import { Copy } from '../parts/copy'
import { Icon } from '../parts/icon'
import { Chip } from '../parts/mark'
import { ownWord } from '../parts/own-word'
import { saveFile } from '../parts/save-file'
import { Table } from '../parts/table'
import { To } from '../parts/to'
import { chosenWay } from './inspector'
import { TargetsView } from './targets-view'
import { TypesStrip } from './types-strip'

type Tab = 'containerfile' | 'disk' | 'arguments' | 'types' | 'targets' | 'commands'

/** What comes out of the plan, below the workspace. */
export function Dock() {
  const facts = useFacts()
  const plan = usePlanState((state) => state.answer?.plan ?? null)
  const text = usePlanState((state) => state.text)
  const [tab, setTab] = useState<Tab | null>(null)
  if (plan === null) return null
  const lost = plan.outcomes.filter(({ instead }) => instead.length > 0)
  const tabs: [Tab, string, string][] = [
    ...(lost.length > 0
      ? [['containerfile', 'Containerfile', `${lost.length}`] as [Tab, string, string]]
      : []),
    ...(plan.layout === null
      ? []
      : [['disk', 'Disk', formatBytes(plan.layout.diskSize)] as [Tab, string, string]]),
    ['arguments', 'Kernel arguments', `${plan.kernelArguments.length}`],
    ['types', 'Other image types', ''],
    ['targets', 'Against images 0.274', ''],
    ['commands', 'Commands', ''],
  ]
  const shown = tabs.find(([id]) => id === tab)?.[0] ?? tabs[0]?.[0]
  return (
    <section className="card dock" aria-label="What comes out">
      <div className="tabs line" role="group" aria-label="What to show">
        {tabs.map(([id, title, note]) => (
          <button key={id} type="button" aria-pressed={id === shown} onClick={() => setTab(id)}>
            {title} <em>{note}</em>
          </button>
        ))}
      </div>
      <div className="pad">
        {shown === 'containerfile' && <Containerfile outcomes={lost} sealed={plan.sealed} />}
        {shown === 'disk' && plan.layout !== null && (
          <>
            <DiskBar layout={plan.layout} />
            <p className="small">
              <To view="disk">Every partition in a table</To>
            </p>
          </>
        )}
        {shown === 'arguments' && <Arguments list={plan.kernelArguments} line={plan.commandLine} />}
        {shown === 'types' && <TypesStrip facts={facts} text={text} />}
        {shown === 'targets' && <TargetsView facts={facts} />}
        {shown === 'commands' &&
          plan.commands.map(({ title, command }) => (
            <CodeBlock key={title} label={title} text={command} tall />
          ))}
      </div>
    </section>
  )
}

/** The chosen steps in one text, each with the item that it replaces. */
export function mergedContainerfile(
  outcomes: readonly Pick<Outcome, 'item' | 'title' | 'instead'>[],
  ways: Readonly<Record<string, number>>,
): { text: string; count: number } {
  const parts = outcomes.flatMap((outcome) => {
    const way = outcome.instead[chosenWay(outcome, ways)]
    if (way === undefined) return []
    const [, ...steps] = way.snippet.split('\n')
    return [`# ${outcome.title.replace(/[\r\n]+/g, ' ')} (${outcome.item})\n${steps.join('\n')}\n`]
  })
  return { text: parts.join('\n'), count: parts.length }
}

function Containerfile({ outcomes, sealed }: { outcomes: readonly Outcome[]; sealed: boolean }) {
  const page = usePage()
  const ways = usePlanState((state) => state.ways)
  const { text, count } = mergedContainerfile(outcomes, ways)
  return (
    <>
      <p className="small soft">
        In place of the blueprint; only its disk part stays.{' '}
        {sealed && 'The steps stand before the stage that seals, so that the seal covers them. '}
        {count} of {counted(outcomes.length, 'item')}.
      </p>
      {text === '' ? (
        <p>No item has a step of a Containerfile chosen.</p>
      ) : (
        <>
          <pre className="code short" tabIndex={0} aria-label="Containerfile">
            {text}
          </pre>
          <p className="row">
            <Copy
              text={text}
              label={`Copy ${counted(text.trimEnd().split('\n').length, 'line')}`}
              className="btn primary"
            />
            <button
              type="button"
              className="btn"
              onClick={() => {
                saveFile('Containerfile', text, 'text/plain')
                page.notice('Containerfile is saved.')
              }}
            >
              <Icon name="save" />
              Save as file
            </button>
          </p>
        </>
      )}
    </>
  )
}

const ORIGINS: Readonly<Record<string, string>> = {
  uki: 'the UKI',
  addon: 'an add-on of the UKI',
  bootc: 'bootc',
  'install-config': 'the configuration of the installation',
  'kargs.d': '/usr/lib/bootc/kargs.d',
  'image-builder': 'image-builder',
  blueprint: 'the blueprint',
  default: 'image-builder',
}

/** The final line first, then the origin of each word; the same word from the same place once. */
function Arguments({ list, line }: { list: readonly KernelArgument[]; line: string | null }) {
  if (list.length === 0) return <p className="soft">None.</p>
  const rows = new Map<string, { argument: KernelArgument; count: number }>()
  for (const argument of list) {
    const key = `${argument.value} ${argument.from} ${argument.effective}`
    rows.set(key, { argument, count: (rows.get(key)?.count ?? 0) + 1 })
  }
  return (
    <>
      {line !== null && <CodeBlock label="What the kernel gets" text={line} />}
      <Table
        label="Origin of each argument"
        head={['Argument', 'From', 'Effective']}
        rows={[...rows].map(([key, { argument, count }]) => ({
          key,
          cells: [
            <code key="value">{argument.value}</code>,
            [ownWord(ORIGINS, argument.from), count > 1 ? `${count} times` : null, argument.why]
              .filter((part) => part !== null)
              .join(', '),
            <Chip key="effective" tone={argument.effective ? 'ok' : 'bad'}>
              {argument.effective ? 'yes' : 'no'}
            </Chip>,
          ],
        }))}
      />
    </>
  )
}
