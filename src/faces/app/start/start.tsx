import { useState, type ChangeEvent, type FormEvent } from 'react'
import { usePage, usePageState, usePlanState } from '../page/context'
import type { Trouble } from '../page/state'
import { Icon } from '../parts/icon'
import { Mark } from '../parts/mark'
import { listedFolder } from './dropped-files'
import { take } from './page-drop'
import { recognise, recogniseFile } from './recognise'
import { RecentList } from './recent-list'
import { Stories } from './stories'
import './start.css'

/** The first screen: one field, one promise; what was opened before, and images that teach. */
export function Start({ trouble }: { trouble: Trouble | null }) {
  return (
    <>
      <div className="hello">
        <h1>Will this image boot, and will your blueprint survive it?</h1>
        <p className="lead">
          Open a bootc image. In seconds you see whether its seal holds, what image-builder will
          quietly drop, and which disk comes out, before anyone builds or deploys it.
        </p>
        <ReferenceForm />
        {trouble !== null && <TroubleBox trouble={trouble} />}
        <FileChoice />
        <Waiting />
        <ul className="trust">
          <li>
            <Icon name="lock" />
            Read in your browser, nothing is uploaded
          </li>
          <li>
            <Icon name="ok" />
            Every byte checked against its digest
          </li>
          <li>
            <Icon name="screen" />
            <span>
              The same answers in CI: <code>sealscope verify</code>
            </span>
          </li>
        </ul>
      </div>
      <div className="below">
        <RecentList />
        <Stories />
      </div>
    </>
  )
}

function TroubleBox({ trouble }: { trouble: Trouble }) {
  const page = usePage()
  const { what, instead, suggestion } = trouble
  return (
    <div role="alert" tabIndex={-1} className="trouble bad">
      <Mark tone="bad" />
      <div>
        <p>{what}</p>
        {instead !== null && <p className="soft">{instead}</p>}
        {suggestion !== null && (
          <p>
            Did you mean{' '}
            <button type="button" className="btn s" onClick={() => page.openReference(suggestion)}>
              {suggestion}
            </button>
            ?
          </p>
        )}
      </div>
    </div>
  )
}

/** A blueprint that came by a link or a drop waits for its image. */
function Waiting() {
  const waits = usePlanState((state) => state.text !== '')
  if (!waits) return null
  return (
    <p role="status" className="waits">
      <Icon name="plan" />A blueprint is kept. Open the image that it is for, and it is planned.
    </p>
  )
}

function ReferenceForm() {
  const page = usePage()
  const field = usePageState((state) => state.field)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    page.openText(field)
  }
  return (
    <form className="big" onSubmit={submit} role="search">
      <Icon name="image" />
      <input
        data-first
        aria-label="Image reference"
        value={field}
        onChange={(event) => page.setField(event.target.value)}
        placeholder="quay.io/fedora/fedora-bootc:43"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <button type="submit" className="btn primary">
        Open
      </button>
    </form>
  )
}

function FileChoice() {
  const page = usePage()
  const [busy, setBusy] = useState(false)
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])]
    // The same file chosen again is a change again.
    event.target.value = ''
    const [file] = files
    if (file === undefined) return
    setBusy(true)
    const found =
      file.webkitRelativePath === '' ? recogniseFile(file) : recognise(listedFolder(files))
    void take(page, found).finally(() => setBusy(false))
  }
  return (
    <p className="alt" aria-busy={busy}>
      <span>or drop an archive, an OCI folder, a UKI, a blueprint or a saved report anywhere</span>
      <label className="btn s">
        Choose a file
        <input type="file" className="hidden" onChange={choose} />
      </label>
      <label className="btn s">
        Choose a folder
        <input
          type="file"
          multiple
          className="hidden"
          ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={choose}
        />
      </label>
    </p>
  )
}
