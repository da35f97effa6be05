import { useEffect } from 'react'
import { toSealscopeError } from '../../../base/error'
import { openFiles, tell } from '../actions'
import { droppedRequest } from './dropped-files'

let latest = 0

/** Opens what is dropped anywhere on the page, unless a part of it has taken the drop. */
export function usePageDrop(onOver: (over: boolean) => void): void {
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      // Without it the browser leaves the page for the file.
      event.preventDefault()
      onOver(true)
    }
    const out = () => onOver(false)
    const drop = (event: DragEvent) => {
      onOver(false)
      if (event.defaultPrevented || event.dataTransfer === null || !carriesFiles(event)) return
      event.preventDefault()
      const mine = ++latest
      droppedRequest(event.dataTransfer).then(
        (request) => {
          if (mine === latest) openFiles(request)
        },
        (thrown: unknown) => {
          if (mine === latest) tell(toSealscopeError(thrown).message)
        },
      )
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', out)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', out)
      window.removeEventListener('drop', drop)
    }
  }, [onOver])
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}
