import type { FormEvent } from 'react'
import { useStore } from 'zustand'
import { forget, forgetOne, openReference, openSample } from '../actions'
import { planStore } from '../store/plan-store'
import { store } from '../store/store'
import { DropZone } from './drop-zone'

/** The first screen: a reference, files, samples, and what was opened before. */
export function Start({ error }: { error: string | null }) {
  return (
    <>
      <div className="hero">
        <h1>See what is in the image before you deploy it</h1>
        <p>
          Is this bootc image sealed, does the seal hold, and what will image-builder do with your
          blueprint? Everything is computed in this browser.
        </p>
      </div>
      {error !== null && (
        <p role="alert" className="alert box">
          {error}
        </p>
      )}
      <Waiting />
      <div className="columns">
        <ReferenceForm />
        <DropZone />
      </div>
      <Samples />
      <RecentList />
    </>
  )
}

/** A link without an image brings a blueprint, which waits for one. */
function Waiting() {
  const waits = useStore(planStore, (state) => state.text !== '')
  if (!waits) return null
  return (
    <p role="status" className="box">
      The link brought a blueprint. Open the image that it is for, and it is planned.
    </p>
  )
}

function Samples() {
  const samples = useStore(store, (state) => state.samples)
  return (
    <>
      <h2>Built-in samples</h2>
      {samples?.length === 0 && <p>The server of this page has none.</p>}
      <ul className="cards">
        {samples?.map((sample) => (
          <li key={sample.name}>
            <button type="button" className="card" onClick={() => openSample(sample.name)}>
              <strong>{sample.title}</strong>
              <span>{sample.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

function ReferenceForm() {
  const reference = useStore(store, (state) => state.reference)
  const setReference = (text: string) => store.setState({ reference: text })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reference.trim() !== '') openReference(reference.trim())
  }
  return (
    <section aria-label="Open an image">
      <h2>Open an image</h2>
      <form onSubmit={submit}>
        <label htmlFor="reference">Image reference</label>
        <div className="field">
          <input
            id="reference"
            value={reference}
            onChange={(event) => setReference(event.target.value)}
            placeholder="quay.io/fedora/fedora-bootc:43"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
          <button type="submit" className="primary">
            Open
          </button>
        </div>
      </form>
      <p className="hint">
        From a registry, as podman writes it; also one on this machine:{' '}
        <code>localhost:5000/example/bootc:sealed</code>. Every byte is checked against its digest.
      </p>
    </section>
  )
}

function RecentList() {
  const recent = useStore(store, (state) => state.recent)
  if (recent.length === 0) return null
  return (
    <section aria-label="Recent">
      <h2>Recent</h2>
      <ul className="plain">
        {recent.map(({ kind, name }) => (
          <li key={kind + name}>
            <button
              type="button"
              className="link"
              onClick={() => (kind === 'sample' ? openSample(name) : openReference(name))}
            >
              {kind === 'sample' ? `sample ${name}` : name}
            </button>{' '}
            <button
              type="button"
              className="small"
              aria-label={`Forget ${name}`}
              onClick={() => forgetOne({ kind, name })}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="small" onClick={forget}>
        Forget all
      </button>
    </section>
  )
}
