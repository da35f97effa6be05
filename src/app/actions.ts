import { toSealscopeError } from '../bytes/error'
import type { ImageFacts, Platform } from '../contract/facts'
import { encodeLink, type LinkState } from '../plan/link'
import { openInWorker } from '../worker/bridge'
import type { OpenRequest } from '../worker/protocol'
import { addressOf, readAddress } from './store/address'
import { EMPTY_PLAN, planStore } from './store/plan-store'
import { addRecent, forgetRecent, readRecent, type Recent, removeRecent } from './store/recent'
import { type Sample, store, titleOf } from './store/store'

let current: AbortController | null = null

/** Opens an image and shows its report, or says on the start screen why it cannot. */
export async function openImage(
  request: OpenRequest,
  platform: Platform | null = null,
): Promise<void> {
  current?.abort()
  const abort = new AbortController()
  current = abort
  const title = titleOf(request)
  const since = performance.now()
  const cancel = () => {
    abort.abort()
    showStart()
  }
  store.setState({ view: { kind: 'reading', title, progress: null, since, cancel } })
  try {
    const options = { platform, quick: false }
    const facts = await openInWorker(request, options, {
      onProgress: (progress) => {
        if (!abort.signal.aborted) {
          store.setState({ view: { kind: 'reading', title, progress, since, cancel } })
        }
      },
      signal: abort.signal,
    })
    if (abort.signal.aborted) return
    remember(request)
    store.setState({ view: { kind: 'report', facts, request } })
  } catch (thrown) {
    if (abort.signal.aborted) return
    store.setState({
      view: { kind: 'start', error: `${title}: ${toSealscopeError(thrown).message}` },
    })
  }
}

export function showStart(): void {
  if (location.hash !== '') history.pushState(null, '', location.pathname)
  planStore.setState(EMPTY_PLAN)
  store.setState({ view: { kind: 'start', error: null } })
}

export function openSample(name: string): void {
  visit({ kind: 'sample', ref: name })
}

export function openReference(reference: string): void {
  visit({ kind: 'registry', ref: reference })
}

/** Opens an image by name, and puts it into the address. */
function visit(source: NonNullable<LinkState['source']>): void {
  const { text, format, options } = planStore.getState()
  const blueprint = text === '' ? null : { text, format }
  const hash = addressOf({ source, platform: null, blueprint, options })
  if (location.hash !== hash) history.pushState(null, '', hash)
  void openImage(requestOf(source))
}

/** The same image for another platform. */
export function reopen(platform: Platform): void {
  const { view } = store.getState()
  if (view.kind === 'report') void openImage(view.request, platform)
}

function requestOf({ kind, ref }: NonNullable<LinkState['source']>): OpenRequest {
  return kind === 'sample' ? { kind, name: ref } : { kind, reference: ref }
}

/** Shows what the address says; called at the start and on back and forward. */
export function followAddress(): void {
  let state: LinkState | null
  try {
    state = readAddress(location.hash)
  } catch (thrown) {
    const error = toSealscopeError(thrown).message
    store.setState({ view: { kind: 'start', error } })
    return
  }
  current?.abort()
  planStore.setState({
    ...EMPTY_PLAN,
    ...(state?.blueprint ?? {}),
    ...(state === null ? {} : { options: state.options }),
  })
  if (state?.source) void openImage(requestOf(state.source), state.platform)
  else store.setState({ view: { kind: 'start', error: null } })
}

/** The state on screen as a link carries it: the image pinned by digest. */
export function linkState(facts: ImageFacts, request: OpenRequest): LinkState {
  const { text, format, options } = planStore.getState()
  return {
    source: pinned(facts, request),
    platform: (facts.image?.platforms.length ?? 0) > 1 ? (facts.image?.platform ?? null) : null,
    blueprint: text === '' ? null : { text, format },
    options,
  }
}

function pinned(facts: ImageFacts, request: OpenRequest): LinkState['source'] {
  if (request.kind === 'sample') return { kind: 'sample', ref: request.name }
  if (request.kind !== 'registry') return null
  const ref = facts.source.ref
  const digest = facts.image?.manifestDigest
  const single = (facts.image?.platforms.length ?? 0) < 2
  if (ref.includes('@') || digest === undefined || !single) return { kind: 'registry', ref }
  return { kind: 'registry', ref: `${ref}@${digest}` }
}

/** Keeps the address in step with what is asked, so that a reload shows the same. */
export function keepAddress(facts: ImageFacts, request: OpenRequest): void {
  if (request.kind !== 'sample' && request.kind !== 'registry') return
  const { text, format, options } = planStore.getState()
  const source: LinkState['source'] =
    request.kind === 'sample'
      ? { kind: 'sample', ref: request.name }
      : { kind: 'registry', ref: request.reference }
  try {
    const blueprint = text === '' ? null : { text, format }
    const { platform } = linkState(facts, request)
    const hash = addressOf({ source, platform, blueprint, options })
    if (location.hash !== hash) history.replaceState(null, '', hash)
  } catch {
    // A blueprint too long for an address stays on the page; the share button says so.
  }
}

/** The link to this page with everything in it, and what was left out. */
export function shareLink(
  facts: ImageFacts,
  request: OpenRequest,
): { link: string; stripped: string[] } {
  const { hash, stripped } = encodeLink(linkState(facts, request))
  return { link: new URL(hash, location.href).href, stripped }
}

function remember(request: OpenRequest): void {
  if (request.kind === 'sample') {
    store.setState({ recent: addRecent(localStorage, { kind: 'sample', name: request.name }) })
  } else if (request.kind === 'registry') {
    const entry = { kind: 'registry' as const, name: request.reference }
    store.setState({ recent: addRecent(localStorage, entry) })
  }
}

/** Takes one entry off the list of what was opened. */
export function forgetOne(entry: Recent): void {
  store.setState({ recent: removeRecent(localStorage, entry) })
}

export function forget(): void {
  store.setState({ recent: forgetRecent(localStorage) })
}

export async function loadSamples(): Promise<void> {
  store.setState({ recent: readRecent(localStorage) })
  const response = await fetch(new URL('samples/index.json', document.baseURI))
  if (!response.ok) return
  store.setState({ samples: (await response.json()) as Sample[] })
}
