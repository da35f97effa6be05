import { useEffect, useRef, useState, type FormEvent } from 'react'
import { toSealscopeError } from '../../../base/error'
import type { CompareResult } from '../../../contract/answers'
import type { Platform } from '../../../contract/facts'
import { compareInWorker } from '../../../hosts/browser/bridge'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import { readPasted } from '../address/pasted'
import { useOpened, usePage, usePageState } from '../page/context'
import { titleOf } from '../page/state'
import { Mark } from '../parts/mark'
import { Differences } from './differences'
import './compare.css'

type State =
  | { kind: 'idle' }
  | { kind: 'busy'; title: string; label: string }
  | { kind: 'done'; title: string; result: CompareResult }
  | { kind: 'failed'; message: string }

/** What differs from another image, or from the dump of what was sealed; the other one is in the address. */
export default function CompareView() {
  const { facts, request } = useOpened()
  const page = usePage()
  const { rest } = usePageState((state) => state.at)
  const [file, setFile] = useState<File | null>(null)
  const against = file === null ? named(rest) : ({ kind: 'file', file } as const)
  const [state, cancel] = useComparison(request, against, facts.image?.platform ?? null)
  const [text, setText] = useState(rest)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const pasted = readPasted(text)
    if (pasted?.kind !== 'sample' && pasted?.kind !== 'image') return
    setFile(null)
    page.go('compare', pasted.kind === 'sample' ? `sample:${pasted.name}` : pasted.ref)
  }
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>{state.kind === 'done' ? headline(state.result) : 'Compare with another image'}</h1>
          <p className="soft">
            {state.kind === 'done'
              ? `This image beside ${state.title}.`
              : 'Or with the list of what was sealed: sealscope digest --dump v1, cfsctl oci dump --bootable.'}
          </p>
        </div>
      </header>
      <form className="row" onSubmit={submit}>
        <input
          className="other mono"
          aria-label="Reference of the other image"
          value={text}
          placeholder="quay.io/you/image:before"
          list="compare-names"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
        <Names />
        <button type="submit" className="btn primary">
          Compare
        </button>
        <label className="btn">
          With a file
          <input
            type="file"
            className="hidden"
            onChange={(event) => {
              const [chosen] = event.target.files ?? []
              // The same file chosen again is a change again.
              event.target.value = ''
              if (chosen !== undefined) setFile(chosen)
            }}
          />
        </label>
      </form>
      {state.kind === 'busy' && (
        <p role="status">
          Reading {state.title}: {state.label}{' '}
          <button type="button" className="btn s" onClick={cancel}>
            Cancel
          </button>
        </p>
      )}
      {state.kind === 'failed' && (
        <p role="alert" className="known bad">
          <Mark tone="bad" />
          <span>{state.message}</span>
        </p>
      )}
      {state.kind === 'done' && <Differences title={state.title} result={state.result} />}
    </div>
  )
}

function headline({ equal, count }: CompareResult): string {
  if (equal) return 'Nothing differs.'
  return count === 1 ? '1 path differs.' : `${count.toLocaleString('en')} paths differ.`
}

/** What stands in the address as the other image. */
function named(rest: string): OpenRequest | null {
  const pasted = rest === '' ? null : readPasted(rest)
  if (pasted?.kind === 'sample') return { kind: 'sample', name: pasted.name }
  return pasted?.kind === 'image' ? { kind: 'registry', reference: pasted.ref } : null
}

function useComparison(
  request: OpenRequest,
  against: OpenRequest | null,
  platform: Platform | null,
): [State, () => void] {
  const [state, setState] = useState<State>({ kind: 'idle' })
  const abort = useRef<AbortController | null>(null)
  const key = against === null ? '' : against.kind === 'file' ? against.file : titleOf(against)
  const asked = useRef(against)
  useEffect(() => void (asked.current = against))
  useEffect(() => {
    const other = asked.current
    if (other === null) return
    const current = new AbortController()
    abort.current = current
    const title = titleOf(other)
    const settle = (next: State) => {
      if (!current.signal.aborted) setState(next)
    }
    const options = { platform: wished(platform), quick: false }
    const onProgress = ({ label }: { label: string }) => settle({ kind: 'busy', title, label })
    onProgress({ label: 'opening' })
    compareInWorker(request, other, options, { signal: current.signal, onProgress }).then(
      (result) => settle({ kind: 'done', title, result }),
      (thrown: unknown) => settle({ kind: 'failed', message: toSealscopeError(thrown).message }),
    )
    return () => current.abort()
  }, [request, key, platform])
  const cancel = () => {
    abort.current?.abort()
    setState({ kind: 'idle' })
  }
  return [state, cancel]
}

/** The platform to ask of both; the usual one needs no wish, and a variant is not always written. */
function wished(platform: Platform | null): Platform | null {
  if (platform === null) return null
  const { os, architecture } = platform
  return os === 'linux' && architecture === 'amd64' ? null : { os, architecture, variant: null }
}

/** What was opened before, and the samples, to choose from. */
function Names() {
  const recent = usePageState((state) => state.recent)
  const samples = usePageState((state) => state.samples)
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
