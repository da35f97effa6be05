import { useEffect } from 'react'
import { usePage, usePageState } from '../page/context'
import { Mark } from '../parts/mark'

/** Milliseconds that a good sentence stays; one of trouble stays until it is closed. */
const STAYS = 4000

/** A sentence above the page that goes away. */
export function Notice() {
  const page = usePage()
  const notice = usePageState((state) => state.notice)
  useEffect(() => {
    if (notice === null || notice.tone === 'bad') return
    const timer = setTimeout(page.dismissNotice, STAYS)
    return () => clearTimeout(timer)
  }, [notice, page])
  if (notice === null) return null
  return (
    <div className={`notice ${notice.tone}`} role={notice.tone === 'bad' ? 'alert' : 'status'}>
      <Mark tone={notice.tone} />
      <span>{notice.text}</span>
      <button type="button" className="btn s ghost" onClick={page.dismissNotice}>
        Close
      </button>
    </div>
  )
}
