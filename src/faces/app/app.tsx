import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { showStart } from './actions'
import { Guard } from './guard'
import { Reading } from './reading'
import { Report } from './report/report'
import { usePageDrop } from './start/page-drop'
import { Start } from './start/start'
import { store, type View } from './store/store'

/** The whole page: a header, and one of its three views. */
export function App() {
  // Deferred: a report of hundreds of rows is made in slices, and the page answers in between.
  const view = useDeferredValue(useStore(store, (state) => state.view))
  const [over, setOver] = useState(false)
  usePageDrop(setOver)
  const main = useFocusOfView(view)
  return (
    <>
      <a className="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header className="top">
        <button type="button" className="brand" onClick={showStart}>
          Sealscope
        </button>
        <span>What is in the image, before anyone deploys it</span>
      </header>
      <main ref={main} id="main" tabIndex={-1} className={over ? 'over' : ''}>
        <Guard key={view.kind}>
          {view.kind === 'start' && <Start error={view.error} />}
          {view.kind === 'reading' && <Reading view={view} />}
          {view.kind === 'report' && <Report facts={view.facts} request={view.request} />}
        </Guard>
      </main>
      {over && (
        <p className="drop-hint" aria-hidden="true">
          Drop to open
        </p>
      )}
    </>
  )
}

/** The address behind `#` is that of the image: the link moves without it. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

/** When the view changes, what was focused is gone: the focus goes to the new heading, or to the error. */
function useFocusOfView(view: View) {
  const main = useRef<HTMLElement>(null)
  const shown = useRef<View | null>(null)
  useEffect(() => {
    const before = shown.current
    shown.current = view
    document.title = titleOf(view)
    // Progress is no new view. A short reading in between is never on screen: start may follow start.
    if (before === null || (before.kind === 'reading' && view.kind === 'reading')) return
    const within = main.current
    const target =
      within?.querySelector<HTMLElement>('[role="alert"]') ?? within?.querySelector('h1')
    if (target === null || target === undefined) return
    target.tabIndex = -1
    target.focus()
    if (view.kind === 'report') window.scrollTo(0, 0)
  }, [view])
  return main
}

function titleOf(view: View): string {
  if (view.kind === 'start') return 'Sealscope'
  const name = view.kind === 'reading' ? `Reading ${view.title}` : view.facts.source.ref
  return `${name.slice(0, 120)}: Sealscope`
}
