import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { lazy, Suspense } from 'react'

const loadViews = () => import('./all-views')
const Views = lazy(() => loadViews().then(({ AllViews }) => ({ default: AllViews })))

/** On paper all views stand after another: they are made when the browser is about to print. */
export function Paper() {
  const [printing, setPrinting] = useState(false)
  useEffect(() => {
    // A print cannot wait for a part of the page: it is fetched when the report has been seen.
    const timer = setTimeout(() => void loadViews().catch(() => undefined), 1500)
    const before = () => flushSync(() => setPrinting(true))
    const after = () => setPrinting(false)
    window.addEventListener('beforeprint', before)
    window.addEventListener('afterprint', after)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('beforeprint', before)
      window.removeEventListener('afterprint', after)
    }
  }, [])
  if (!printing) return null
  return (
    <div className="on-paper">
      <Suspense fallback={null}>
        <Views />
      </Suspense>
    </div>
  )
}
