import { usePage, usePageState, usePlanState } from '../page/context'
import { useOpened } from '../page/context'
import { taggedName } from '../address/address'
import { shortDigest } from '../../../answers/words/text'

/** What the receiver of a link is told in one line. */
export function Banner() {
  const page = usePage()
  const banner = usePageState((state) => state.banner)
  const missing = usePlanState((state) => state.answer?.plan.missingSecrets) ?? []
  const { request } = useOpened()
  if (banner === null) return null
  const pinned = request.kind === 'registry' ? taggedName(request.reference) : null
  const removed = missing.length
  return (
    <div className="banner" role="status">
      <b>{banner.kind === 'plan' ? 'A shared plan' : 'A shared report'}</b>
      <span>
        {pinned === null ? 'It opens what the link names.' : 'It opens the image by its digest.'}
        {banner.moved !== null &&
          ` The tag now points elsewhere, at ${shortDigest(banner.moved.replace(/^.*:/, ''))}.`}
        {removed > 0 &&
          ` ${removed === 1 ? 'One value was' : `${removed} values were`} left out of the link: this plan can be read, not downloaded, until you enter ${removed === 1 ? 'it' : 'them'}.`}
      </span>
      {banner.moved !== null && pinned !== null && (
        <button type="button" className="btn s" onClick={() => page.openReference(pinned)}>
          Open what the tag has now
        </button>
      )}
      <button type="button" className="btn s ghost push" onClick={page.dismissBanner}>
        Close
      </button>
    </div>
  )
}
