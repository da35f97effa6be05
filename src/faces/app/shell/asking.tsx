import { usePage, usePlanState } from '../page/context'
import type { Place } from '../address/address'
import { Icon } from '../parts/icon'

/** A link wants to read from a registry that this browser never asked: it does so after a yes. */
export function Asking({ host, place }: { host: string; place: Place }) {
  const page = usePage()
  const text = usePlanState((state) => state.text)
  const ref = place.link?.source?.ref ?? ''
  return (
    <section className="narrow stack" aria-label="A question first">
      <h1>This link wants to read from {host}</h1>
      <p className="soft">
        The server of this page would ask <code>{host}</code> for <code>{ref}</code>. Nothing was
        read yet.
      </p>
      <p className="row">
        <button type="button" className="btn primary" onClick={page.agree}>
          <Icon name="image" />
          Read it
        </button>
        <button type="button" className="btn" onClick={page.home}>
          Leave
        </button>
      </p>
      {text !== '' && (
        <details className="card pad">
          <summary>Only show the blueprint of the link</summary>
          <pre className="code" tabIndex={0}>
            {text}
          </pre>
        </details>
      )}
    </section>
  )
}
