import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from 'react'
import { Guard } from '../guard'
import { usePage, usePageState } from '../page/context'
import type { View } from '../page/state'
import { Reading } from '../reading/reading'
import { Start } from '../start/start'
import { usePageDrop } from '../start/page-drop'
import { Asking } from './asking'
import { Notice } from './notice'
import { TopBar } from './top-bar'
import { tellTitle } from './window-title'

const Report = lazy(() => import('./report'))
const Learn = lazy(() => import('../learn/learn'))

/** The whole page: the bar on top, and one of its views. */
export function App() {
  // Deferred: a report of hundreds of rows is made in slices, and the page answers in between.
  const view = useDeferredValue(usePageState((state) => state.view))
  const learns = usePageState((state) => state.at.view === 'learn')
  const [over, setOver] = useState(false)
  usePageDrop(setOver)
  useEffect(() => tellTitle(view, learns), [view, learns])
  return (
    <div className={over ? 'over' : ''} data-drop="Drop an image, a blueprint or a bundle">
      <a className="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <TopBar view={view} />
      <Guard key={view.kind}>
        <Suspense fallback={<Waiting />}>
          {learns ? (
            <Bare view={view}>
              <Learn />
            </Bare>
          ) : view.kind === 'report' ? (
            <Report key={keyOf(view)} view={view} />
          ) : (
            <Bare view={view}>
              {view.kind === 'start' && <Start trouble={view.trouble} />}
              {view.kind === 'asking' && <Asking host={view.host} place={view.place} />}
              {view.kind === 'reading' && <Reading view={view} />}
            </Bare>
          )}
        </Suspense>
      </Guard>
      <Notice />
    </div>
  )
}

/** Another image begins with fresh parts. */
function keyOf({ facts }: Extract<View, { kind: 'report' }>): string {
  return facts.image?.manifestDigest ?? facts.source.ref
}

function Bare({ view, children }: { view: View; children: React.ReactNode }) {
  const main = useFocusOfView(view)
  return (
    <div className="frame bare">
      <main ref={main} id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

function Waiting() {
  return (
    <main id="main" tabIndex={-1} aria-busy="true">
      <p className="dim">Loading …</p>
    </main>
  )
}

/** The address behind `#` is that of the image: the link moves without it. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

/** When the view changes, what was focused is gone: the focus goes to the new heading, or to the trouble. */
export function useFocusOfView(view: View) {
  const main = useRef<HTMLElement>(null)
  const page = usePage()
  const first = useRef(true)
  const kind = view.kind
  const trouble = view.kind === 'start' ? view.trouble : null
  useEffect(() => {
    const within = main.current
    const alert = within?.querySelector<HTMLElement>('[role="alert"]') ?? null
    const field = within?.querySelector<HTMLElement>('[data-first]') ?? null
    const heading = within?.querySelector<HTMLElement>('h1') ?? null
    const target = alert ?? field ?? (first.current ? null : heading)
    first.current = false
    if (target === null) return
    if (target.tabIndex < 0 || target === heading) target.tabIndex = -1
    target.focus({ preventScroll: alert === null })
  }, [kind, trouble, page])
  return main
}
