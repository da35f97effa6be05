import { useEffect, useState } from 'react'
import { toSealscopeError } from '../../../base/error'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import { shareLink } from '../actions'
import { CopyButton } from '../parts/copy-button'
import { planStore } from '../store/plan-store'
import { saveBundle } from './bundle'

/** A link that shows others the same, and everything as one file. */
export function Share({ facts, request }: { facts: ImageFacts; request: OpenRequest }) {
  const [made, setMade] = useState<{ link: string; stripped: string[] } | string | null>(null)
  // A link of a minute ago would show others something else than what is on screen.
  useEffect(
    () =>
      planStore.subscribe((state, before) => {
        if (state.text !== before.text || state.options !== before.options) setMade(null)
      }),
    [],
  )
  const make = () => {
    try {
      setMade(shareLink(facts))
    } catch (thrown) {
      setMade(toSealscopeError(thrown).message)
    }
  }
  const named = request.kind === 'sample' || request.kind === 'registry'
  return (
    <div className="share">
      <button type="button" onClick={make}>
        Share
      </button>
      <button
        type="button"
        onClick={() => {
          saveBundle(facts).catch((thrown: unknown) => setMade(toSealscopeError(thrown).message))
        }}
      >
        Save everything
      </button>
      {typeof made === 'string' && (
        <p role="alert" className="alert">
          {made}
        </p>
      )}
      {made !== null && typeof made !== 'string' && (
        <div role="status" className="box">
          <label>
            Link <input readOnly value={made.link} onFocus={(event) => event.target.select()} />
          </label>
          <CopyButton text={made.link} label="Copy link" />
          {!named && (
            <p>The file itself is not in the link: whoever opens it gets the blueprint only.</p>
          )}
          <LeftOut stripped={made.stripped} />
        </div>
      )}
    </div>
  )
}

const SHOWN = 6

function LeftOut({ stripped }: { stripped: readonly string[] }) {
  if (stripped.length === 0) return null
  const rest = stripped.slice(SHOWN)
  return (
    <div>
      <p>
        Left out because others would read it:{' '}
        <strong>{stripped.slice(0, SHOWN).join(', ')}</strong>
      </p>
      {rest.length > 0 && (
        <details>
          <summary>and {rest.length} more</summary>
          <p>{rest.join(', ')}</p>
        </details>
      )}
    </div>
  )
}
