import { useEffect } from 'react'
import { usePage } from '../page/context'
import type { Page } from '../page/page'
import { troubleOf } from '../page/trouble'
import { type Recognised, recogniseDrop } from './recognise'

let latest = 0

/** Opens what is dropped anywhere on the page, by its content. */
export function usePageDrop(onOver: (over: boolean) => void): void {
  const page = usePage()
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
      void take(page, recogniseDrop(event.dataTransfer))
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', out)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', out)
      window.removeEventListener('drop', drop)
    }
  }, [page, onOver])
}

/** Does what the content asks for; an unknown file never leaves a report. */
export async function take(page: Page, what: Promise<Recognised>): Promise<void> {
  const mine = ++latest
  try {
    const found = await what
    if (mine === latest) open(page, found)
  } catch (thrown) {
    if (mine === latest) page.trouble(troubleOf(thrown, ''))
  }
}

function open(page: Page, found: Recognised): void {
  switch (found.kind) {
    case 'image':
      return page.openFiles(found.request)
    case 'blueprint':
      return page.takeBlueprint(found.text, found.name)
    case 'bundle':
      if (found.blueprint !== null) page.setText(found.blueprint.text, found.blueprint.name)
      return found.request === null ? undefined : page.openFiles(found.request)
    case 'unknown':
      return page.trouble({
        what: `${found.name} is nothing that can be opened here.`,
        instead:
          'An image archive, an OCI layout folder, a UKI (.efi), a blueprint, a bundle or saved facts can.',
        suggestion: null,
      })
  }
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}
