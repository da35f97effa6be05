import { useState, type DragEvent } from 'react'
import { useStore } from 'zustand'
import { openImage, openSample } from './actions'
import { store } from './store/store'

/** The first screen: samples, and a place for files. */
export function Start({ error }: { error: string | null }) {
  const samples = useStore(store, (state) => state.samples)
  return (
    <>
      <h1>See what is in the image before you deploy it</h1>
      <p>
        Everything happens in this browser: the image is read, its composefs digest computed in
        every form a bootc release writes, and compared with what its kernel image claims.
      </p>
      {error !== null && (
        <p role="alert" className="alert">
          {error}
        </p>
      )}
      <DropZone />
      <h2>Built-in samples</h2>
      <ul className="cards">
        {samples.map((sample) => (
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

function DropZone() {
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    openFiles([...event.dataTransfer.files])
  }
  return (
    <section
      aria-label="Open an image"
      className={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>
        Drop an OCI archive (<code>.tar</code>), a UKI (<code>.efi</code>) or saved facts (
        <code>.json</code>), or choose:
      </p>
      <label>
        A file
        <input type="file" onChange={(event) => openFiles([...(event.target.files ?? [])])} />
      </label>
      <label>
        An OCI layout folder
        <input
          type="file"
          multiple
          ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={(event) => openFiles([...(event.target.files ?? [])])}
        />
      </label>
      <p className="hint">
        <code>skopeo copy docker://quay.io/you/image oci-archive:image.tar</code> makes such an
        archive.
      </p>
    </section>
  )
}

function openFiles(files: File[]): void {
  const [first] = files
  if (first === undefined) return
  if (files.length === 1 && first.webkitRelativePath === '') {
    void openImage({ kind: 'file', file: first })
    return
  }
  const listed = files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))
  void openImage({ kind: 'folder', files: listed })
}
