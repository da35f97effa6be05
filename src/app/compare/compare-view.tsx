import { useRef, useState, type FormEvent } from 'react'
import { toSealscopeError } from '../../bytes/error'
import type { CompareResult } from '../../contract/answers'
import { compareInWorker } from '../../worker/bridge'
import type { OpenRequest } from '../../worker/protocol'
import { titleOf } from '../store/store'
import { Differences } from './differences'

type State =
  | { kind: 'idle' }
  | { kind: 'busy'; title: string; label: string }
  | { kind: 'done'; title: string; result: CompareResult }
  | { kind: 'failed'; message: string }

/** What differs from another image, or from the dump of what was sealed. */
export default function CompareView({ request }: { request: OpenRequest }) {
  const [state, setState] = useState<State>({ kind: 'idle' })
  const [reference, setReference] = useState('')
  const abort = useRef<AbortController | null>(null)
  const start = (against: OpenRequest) => {
    abort.current?.abort()
    const current = new AbortController()
    abort.current = current
    const title = titleOf(against)
    setState({ kind: 'busy', title, label: 'opening' })
    compareInWorker(
      request,
      against,
      { platform: null, quick: false },
      {
        signal: current.signal,
        onProgress: ({ label }) => setState({ kind: 'busy', title, label }),
      },
    ).then(
      (result) => setState({ kind: 'done', title, result }),
      (thrown: unknown) => {
        if (!current.signal.aborted) {
          setState({ kind: 'failed', message: toSealscopeError(thrown).message })
        }
      },
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reference.trim() !== '') start({ kind: 'registry', reference: reference.trim() })
  }
  return (
    <section
      id="compare"
      aria-label="Compare"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        const [file] = event.dataTransfer.files
        if (file === undefined) return
        event.preventDefault()
        start({ kind: 'file', file })
      }}
    >
      <h2>Compare</h2>
      <p>
        With another image, or with the dump of what was sealed (
        <code>sealscope digest --dump v1</code>, <code>cfsctl oci dump --bootable</code>).
      </p>
      <form className="field" onSubmit={submit}>
        <input
          aria-label="Reference of the other image"
          value={reference}
          placeholder="quay.io/you/image:before"
          onChange={(event) => setReference(event.target.value)}
        />
        <button type="submit">Compare</button>
        <label className="button">
          With a file
          <input
            type="file"
            onChange={(event) => {
              const [file] = event.target.files ?? []
              if (file !== undefined) start({ kind: 'file', file })
            }}
          />
        </label>
      </form>
      {state.kind === 'busy' && (
        <p role="status">
          Reading {state.title}: {state.label}{' '}
          <button
            type="button"
            className="small"
            onClick={() => {
              abort.current?.abort()
              setState({ kind: 'idle' })
            }}
          >
            Cancel
          </button>
        </p>
      )}
      {state.kind === 'failed' && (
        <p role="alert" className="alert">
          {state.message}
        </p>
      )}
      {state.kind === 'done' && <Differences title={state.title} result={state.result} />}
    </section>
  )
}
