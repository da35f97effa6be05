import { useState } from 'react'
import { toSealscopeError } from '../../bytes/error'
import type { ImageFacts } from '../../contract/facts'
import type { OpenRequest } from '../../worker/protocol'
import { shareLink } from '../actions'
import { CopyButton } from '../parts/copy-button'
import { saveBundle } from './bundle'

/** A link that shows others the same, and everything as one file. */
export function Share({ facts, request }: { facts: ImageFacts; request: OpenRequest }) {
  const [made, setMade] = useState<{ link: string; stripped: string[] } | string | null>(null)
  const make = () => {
    try {
      setMade(shareLink(facts, request))
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
      <button type="button" onClick={() => void saveBundle(facts)}>
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
          {made.stripped.length > 0 && (
            <p>
              Left out because others would read it: <strong>{made.stripped.join(', ')}</strong>
            </p>
          )}
        </div>
      )}
    </div>
  )
}
