import { openInWorker } from '../../../hosts/browser/bridge'
import { encodeInWorker } from '../../../hosts/browser/link-bridge'
import { keptIn } from './keep'
import type { Ports } from './ports'

/** The browser that the page runs in. */
export const browserPorts: Ports = {
  here: () => ({ hash: location.hash, state: history.state as unknown }),
  step: (kind, hash, entry) => {
    const address = hash === '' ? location.pathname + location.search : hash
    if (kind === 'push') history.pushState(entry, '', address)
    else history.replaceState(entry, '', address)
  },
  keep: keptIn(() => localStorage),
  tab: keptIn(() => sessionStorage),
  now: () => performance.now(),
  today: () => Date.now(),
  open: openInWorker,
  pack: encodeInWorker,
  samples: async () => {
    const response = await fetch(new URL('samples/index.json', document.baseURI))
    return response.ok ? response.json() : []
  },
  digestOf: async (reference) => {
    const { digestOfReference } = await import('./tag-digest')
    return digestOfReference(reference, document.baseURI)
  },
}
