import { lazy, Suspense, useEffect, useRef } from 'react'
import { Planner } from '../../../hosts/browser/plan-bridge'
import type { ViewId } from '../address/route'
import { Guard } from '../guard'
import { OpenedProvider, usePage, usePageState, usePlanState } from '../page/context'
import { keepPlanning } from '../page/plan-run'
import type { View } from '../page/state'
import { Overview } from '../overview/overview'
import { Banner } from './banner'
import { ImageLine } from './image-line'
import { useKeys } from './keys'
import { Paper } from './paper'
import { isPlannable, Rail } from './rail'
import './report.css'

const VIEWS: Partial<Record<ViewId, React.ComponentType>> = {
  seal: lazy(() => import('../seal/seal-view')),
  install: lazy(() => import('../install/install-view')),
  plan: lazy(() => import('../plan/plan-view')),
  disk: lazy(() => import('../disk/disk-view')),
  boot: lazy(() => import('../boot/boot-view')),
  files: lazy(() => import('../files/files-view')),
  manifest: lazy(() => import('../manifest/manifest-view')),
  findings: lazy(() => import('../findings/findings-view')),
  compare: lazy(() => import('../compare/compare-view')),
}
const ShareDialog = lazy(() => import('../share/share-dialog'))

/** An image that was read: the rail, the line of the image, and one view at a time. */
export default function Report({ view }: { view: Extract<View, { kind: 'report' }> }) {
  usePlanning(view)
  useAddress()
  useKeys()
  const dialog = usePageState((state) => state.dialog)
  return (
    <OpenedProvider value={view}>
      <div className="frame">
        <Rail />
        <Main />
      </div>
      <Paper />
      {dialog === 'share' && (
        <Guard>
          <Suspense fallback={null}>
            <ShareDialog />
          </Suspense>
        </Guard>
      )}
    </OpenedProvider>
  )
}

function Main() {
  const { view } = usePageState((state) => state.at)
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    const heading = main.current?.querySelector<HTMLElement>('h1') ?? null
    // At the first view the focus tells that the report is there; later it follows the rail.
    if (heading !== null) {
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    }
    if (!first.current) window.scrollTo(0, 0)
    first.current = false
  }, [view])
  const View = view === 'learn' ? undefined : VIEWS[view]
  return (
    <main ref={main} id="main" tabIndex={-1} data-view={view}>
      <Banner />
      <ImageLine />
      <Guard key={view}>
        <Suspense fallback={<p className="dim">Loading …</p>}>
          {View === undefined ? <Overview /> : <View />}
        </Suspense>
      </Guard>
    </main>
  )
}

/** The plan follows the blueprint and the options, whatever view is on screen. */
function usePlanning({ facts }: Extract<View, { kind: 'report' }>): void {
  const { stores } = usePage()
  useEffect(
    () => (isPlannable(facts) ? keepPlanning(stores, facts, new Planner()) : undefined),
    [facts, stores],
  )
}

/** Milliseconds after the last change before the address follows: an address is packed, and browsers count changes. */
const ADDRESS_DELAY = 300

function useAddress(): void {
  const page = usePage()
  const text = usePlanState((state) => state.text)
  const options = usePlanState((state) => state.options)
  useEffect(() => {
    const timer = setTimeout(page.rewrite, ADDRESS_DELAY)
    return () => clearTimeout(timer)
  }, [page, text, options])
}
