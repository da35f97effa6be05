import { lazy, Suspense, useEffect } from 'react'
import { useStore } from 'zustand'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import { keepAddress } from '../actions'
import { Guard } from '../guard'
import { planStore } from '../store/plan-store'
import { Findings } from './findings'
import { Layers } from './layers'
import { SealView } from './seal'
import { Share } from './share'
import { System } from './system'
import { UkiView } from './uki'

const PlanView = lazy(() => import('../plan/plan-view'))
const CompareView = lazy(() => import('../compare/compare-view'))

/** Everything that is known of an image, verdict first. */
export function Report({ facts, request }: { facts: ImageFacts; request: OpenRequest }) {
  useAddress(facts, request)
  const plannable = facts.image !== null && facts.evidence.unread.length === 0
  const hasDisk = useStore(
    planStore,
    ({ answer }) => answer === null || answer.plan.layout !== null,
  )
  return (
    <>
      <div className="head">
        <Title facts={facts} />
        <Share facts={facts} request={request} />
      </div>
      <Contents facts={facts} plannable={plannable} hasDisk={plannable && hasDisk} />
      <SealView facts={facts} />
      <Findings findings={facts.findings} />
      {plannable && (
        <Guard>
          <Suspense fallback={<section aria-label="Plan">Loading the planner …</section>}>
            <PlanView facts={facts} />
          </Suspense>
        </Guard>
      )}
      {facts.ukis.map((uki) => (
        <UkiView key={uki.path} uki={uki} />
      ))}
      {facts.image !== null && <Layers image={facts.image} />}
      {facts.image !== null && plannable && (
        <Guard>
          <Suspense fallback={null}>
            <CompareView request={request} platform={facts.image.platform} />
          </Suspense>
        </Guard>
      )}
      <System facts={facts} />
    </>
  )
}

/** Milliseconds after the last change before the address follows: an address is packed, and browsers count changes. */
const ADDRESS_DELAY = 300

/** The address follows the blueprint and the options. */
function useAddress(facts: ImageFacts, request: OpenRequest): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    // A file is in no address, but the blueprint that a link brought is.
    if (request.kind === 'file' || request.kind === 'folder') void keepAddress(facts, request)
    const unsubscribe = planStore.subscribe((state, before) => {
      if (state.text === before.text && state.options === before.options) return
      clearTimeout(timer)
      timer = setTimeout(() => void keepAddress(facts, request), ADDRESS_DELAY)
    })
    return () => {
      clearTimeout(timer)
      unsubscribe()
    }
  }, [facts, request])
}

function Title({ facts }: { facts: ImageFacts }) {
  return (
    <p className="subject">
      <strong>{facts.source.ref}</strong>{' '}
      <span>
        {facts.os?.prettyName ?? facts.os?.name ?? ''} {facts.arch ?? ''}
      </span>
    </p>
  )
}

function Contents({
  facts,
  plannable,
  hasDisk,
}: {
  facts: ImageFacts
  plannable: boolean
  hasDisk: boolean
}) {
  const entries: [string, string, boolean][] = [
    ['verdict', 'Verdict', true],
    ['findings', 'Findings', facts.findings.length > 0],
    ['plan', 'Blueprint', plannable],
    ['disk', 'Disk', hasDisk],
    ['manifest', 'Manifest', plannable],
    ['uki', 'UKI', facts.ukis.length > 0],
    ['layers', 'Layers', facts.image !== null],
    ['compare', 'Compare', plannable],
    ['system', 'System', true],
  ]
  return (
    <nav aria-label="Sections of the report" className="contents">
      {entries
        .filter(([, , shown]) => shown)
        .map(([id, name]) => (
          <button key={id} type="button" onClick={() => goTo(id)}>
            {name}
          </button>
        ))}
    </nav>
  )
}

function goTo(id: string): void {
  const target = document.getElementById(id)
  target?.scrollIntoView({ block: 'start' })
  const heading = target?.querySelector<HTMLElement>('h1, h2')
  if (heading === null || heading === undefined) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
