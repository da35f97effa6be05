import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { toSealscopeError } from '../../../base/error'
import type { CompareResult } from '../../../contract/answers'
import type { Platform } from '../../../contract/facts'
import { compareInWorker } from '../../../hosts/browser/bridge'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import { droppedRequest } from '../start/dropped-files'
import { store, titleOf } from '../store/store'
import { Differences } from './differences'

type State =
  | { kind: 'idle' }
  | { kind: 'busy'; title: string; label: string }
  | { kind: 'done'; title: string; result: CompareResult }
  | { kind: 'failed'; message: string }

/** What differs from another image, or from the dump of what was sealed. */
export default function CompareView({
  request,
  platform,
}: {
  request: OpenRequest
  /** That of the image on screen: of the other one the same is taken. */
  platform: Platform
}) {
  const [state, setState] = useState<State>({ kind: 'idle' })
  const [reference, setReference] = useState('')
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])
  const fail = (thrown: unknown) =>
    setState({ kind: 'failed', message: toSealscopeError(thrown).message })
  const start = (against: OpenRequest) => {
    abort.current?.abort()
    const current = new AbortController()
    abort.current = current
    const title = titleOf(against)
    setState({ kind: 'busy', title, label: 'opening' })
    compareInWorker(
      request,
      against,
      { platform: wished(platform), quick: false },
      {
        signal: current.signal,
        onProgress: ({ label }) => {
          if (!current.signal.aborted) setState({ kind: 'busy', title, label })
        },
      },
    ).then(
      (result) => setState({ kind: 'done', title, result }),
      (thrown: unknown) => {
        if (!current.signal.aborted) fail(thrown)
      },
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const name = reference.trim()
    const sample = /^sample:([a-z0-9-]{1,64})$/.exec(name)?.[1]
    if (sample !== undefined) start({ kind: 'sample', name: sample })
    else if (name !== '') start({ kind: 'registry', reference: name })
  }
  return (
    <section
      id="compare"
      aria-label="Compare"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return
        event.preventDefault()
        droppedRequest(event.dataTransfer).then(start, fail)
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
          list="compare-names"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setReference(event.target.value)}
        />
        <Names />
        <button type="submit">Compare</button>
        <label className="button">
          With a file
          <input
            type="file"
            onChange={(event) => {
              const [file] = event.target.files ?? []
              // The same file chosen again is a change again.
              event.target.value = ''
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

/** The platform to ask of both; the usual one needs no wish, and a variant is not always written. */
function wished({ os, architecture }: Platform): Platform | null {
  return os === 'linux' && architecture === 'amd64' ? null : { os, architecture, variant: null }
}

/** What was opened before, and the samples, to choose from. */
function Names() {
  const recent = useStore(store, (state) => state.recent)
  const samples = useStore(store, (state) => state.samples)
  const names = [
    ...recent.flatMap(({ kind, name }) => (kind === 'registry' ? [name] : [])),
    ...(samples ?? []).map(({ name }) => `sample:${name}`),
  ]
  return (
    <datalist id="compare-names">
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  )
}
