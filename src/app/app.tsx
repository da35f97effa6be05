import { useStore } from 'zustand'
import { showStart } from './actions'
import { Guard } from './guard'
import { Reading } from './reading'
import { Report } from './report/report'
import { Start } from './start/start'
import { store } from './store/store'

/** The whole page: a header, and one of its three views. */
export function App() {
  const view = useStore(store, (state) => state.view)
  return (
    <>
      <header className="top">
        <button type="button" className="brand" onClick={showStart}>
          Sealscope
        </button>
        <span>What is in the image, before anyone deploys it</span>
      </header>
      <main>
        <Guard key={view.kind}>
          {view.kind === 'start' && <Start error={view.error} />}
          {view.kind === 'reading' && <Reading view={view} />}
          {view.kind === 'report' && <Report facts={view.facts} request={view.request} />}
        </Guard>
      </main>
    </>
  )
}
