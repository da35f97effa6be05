import type { ChangeEvent } from 'react'
import { toSealscopeError } from '../../../base/error'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import { openFiles, tell } from '../actions'
import { MOST_FILES, requestOf, tooMany } from './dropped-files'

/** A place for files: dropped, anywhere on the page, or chosen. */
export function DropZone() {
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const count = target.files?.length ?? 0
    // Only a list of bearable length is walked: 50,000 files take 1 s.
    const files = count > MOST_FILES ? [] : [...(target.files ?? [])]
    // The same file chosen again is a change again.
    target.value = ''
    if (count === 0) return
    openListed(() => {
      if (count > MOST_FILES) throw tooMany()
      return requestOf(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
    })
  }
  return (
    <section aria-label="Open files" className="drop">
      <h2>Or drop a file</h2>
      <p>
        An image archive, an OCI layout folder, a UKI (<code>.efi</code>) or saved facts (
        <code>.json</code>). It stays in this browser.
      </p>
      <div className="choices">
        <label className="button">
          A file
          <input type="file" onChange={choose} />
        </label>
        <label className="button">
          An OCI layout folder
          <input
            type="file"
            multiple
            ref={(input) => input?.setAttribute('webkitdirectory', '')}
            onChange={choose}
          />
        </label>
      </div>
      <p className="hint">
        <code>skopeo copy docker://quay.io/you/image oci-archive:image.tar</code> makes an archive.
      </p>
    </section>
  )
}

function openListed(request: () => OpenRequest): void {
  try {
    openFiles(request())
  } catch (thrown) {
    tell(toSealscopeError(thrown).message)
  }
}
