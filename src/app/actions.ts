import { toSealscopeError } from '../bytes/error'
import { openInWorker } from '../worker/bridge'
import type { OpenRequest } from '../worker/protocol'
import { sampleInHash, store, titleOf, type Sample } from './store/store'

/** Opens an image and shows its report, or says on the start screen why it cannot. */
export async function openImage(request: OpenRequest): Promise<void> {
  const abort = new AbortController()
  const title = titleOf(request)
  const cancel = () => abort.abort()
  store.setState({ view: { kind: 'reading', title, progress: null, cancel } })
  try {
    const options = { platform: null, quick: false }
    const facts = await openInWorker(request, options, {
      onProgress: (progress) =>
        store.setState({ view: { kind: 'reading', title, progress, cancel } }),
      signal: abort.signal,
    })
    store.setState({ view: { kind: 'report', facts } })
  } catch (thrown) {
    const error = toSealscopeError(thrown)
    const shown = error.code === 'cancelled' ? null : `${title}: ${error.message}`
    store.setState({ view: { kind: 'start', error: shown } })
  }
}

export function showStart(): void {
  history.pushState(null, '', location.pathname)
  store.setState({ view: { kind: 'start', error: null } })
}

export function openSample(name: string): void {
  const hash = `#sample=${name}`
  if (location.hash !== hash) history.pushState(null, '', hash)
  void openImage({ kind: 'sample', name })
}

/** Shows what the address says; called at the start and on back and forward. */
export function followAddress(): void {
  const name = sampleInHash(location.hash)
  if (name !== null) openSample(name)
  else if (location.hash === '') store.setState({ view: { kind: 'start', error: null } })
  else {
    const error = 'The address names nothing that this page can show.'
    store.setState({ view: { kind: 'start', error } })
  }
}

export async function loadSamples(): Promise<void> {
  const response = await fetch(new URL('samples/index.json', document.baseURI))
  if (!response.ok) return
  store.setState({ samples: (await response.json()) as Sample[] })
}
