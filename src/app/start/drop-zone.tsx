import { useState, type DragEvent } from 'react'
import { openImage } from '../actions'
import { droppedFiles } from './dropped-files'

/** A place for files: dropped, or chosen. */
export function DropZone() {
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void droppedFiles(event.dataTransfer).then(openFiles)
  }
  return (
    <section
      aria-label="Open files"
      className={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h2>Or drop a file</h2>
      <p>
        An image archive, an OCI layout folder, a UKI (<code>.efi</code>) or saved facts (
        <code>.json</code>). It stays in this browser.
      </p>
      <div className="choices">
        <label className="button">
          A file
          <input
            type="file"
            onChange={(event) => openFiles(listed([...(event.target.files ?? [])]))}
          />
        </label>
        <label className="button">
          An OCI layout folder
          <input
            type="file"
            multiple
            ref={(input) => input?.setAttribute('webkitdirectory', '')}
            onChange={(event) => openFiles(listed([...(event.target.files ?? [])]))}
          />
        </label>
      </div>
      <p className="hint">
        <code>skopeo copy docker://quay.io/you/image oci-archive:image.tar</code> makes an archive.
      </p>
    </section>
  )
}

interface ListedFile {
  path: string
  file: File
}

function listed(files: File[]): ListedFile[] {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

function openFiles(files: ListedFile[]): void {
  const [first] = files
  if (first === undefined) return
  if (files.length === 1 && !first.path.includes('/')) {
    void openImage({ kind: 'file', file: first.file })
  } else void openImage({ kind: 'folder', files })
}
