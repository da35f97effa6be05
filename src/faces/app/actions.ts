import { toSealscopeError } from '../../base/error'
import type { ImageFacts, Platform } from '../../contract/facts'
import { encodeLink, type LinkState } from '../../answers/share/link'
import { pinnedState } from '../../answers/share/pinned'
import { openInWorker } from '../../hosts/browser/bridge'
import { encodeInWorker } from '../../hosts/browser/link-bridge'
import type { OpenRequest } from '../../hosts/browser/protocol'
import { addressOf, readAddress } from './store/address'
import { EMPTY_PLAN, planStore } from './store/plan-store'
import { fileOf, keepFile } from './store/dropped'
import { keep } from './store/keep'
import { keepOwnText, ownText } from './store/own-text'
import { addRecent, forgetRecent, readRecent, type Recent, removeRecent } from './store/recent'
import { readSamples, store, titleOf } from './store/store'

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
    planStore.setState({ answer: null, error: null })
    store.setState({ view: { kind: 'report', facts, request } })
  } catch (thrown) {
    if (abort.signal.aborted) return
    store.setState({
      view: { kind: 'start', error: `${title}: ${toSealscopeError(thrown).message}` },
    })
  }
}

export function showStart(): void {
  stopReading()
  if (location.hash !== '' || fileOf(history.state) !== null) {
    history.pushState(null, '', location.pathname)
  }
  // The view first: a report on screen would put the emptied blueprint into the address.
  store.setState({ view: { kind: 'start', error: null } })
  planStore.setState(EMPTY_PLAN)
}

/** Ends what is being read, so that its answer comes too late for the view that follows. */
function stopReading(): void {
  current?.abort()
  current = null
}

/** Opens what was dropped or chosen; back and forward find it again. */
export function openFiles(request: OpenRequest): void {
  history.pushState(keepFile(request), '', location.pathname)
  void openImage(request)
}

/** Says on the start screen what went wrong before anything was opened. */
export function tell(error: string): void {
  stopReading()
  store.setState({ view: { kind: 'start', error } })
}

export function openSample(name: string): void {
  visit({ kind: 'sample', ref: name })
}

export function openReference(reference: string): void {
  visit({ kind: 'registry', ref: reference })
}

/** Opens an image by name, and puts it into the address. */
function visit(source: NonNullable<LinkState['source']>): void {
  store.setState({ reference: source.kind === 'registry' ? source.ref : '' })
  const hash = addressOf(stateOf(source, null))
  if (location.hash !== hash) history.pushState(null, '', hash)
  void openImage(requestOf(source))
}

/** The same image for another platform, which the address names, too. */
export async function reopen(platform: Platform): Promise<void> {
  const { view } = store.getState()
  if (view.kind !== 'report') return
  await openImage(view.request, platform)
  const after = store.getState().view
  if (after.kind === 'report') await keepAddress(after.facts, after.request)
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
    tell(toSealscopeError(thrown).message)
    planStore.setState(EMPTY_PLAN)
    return
  }
  stopReading()
  const file = fileOf(history.state)
  const error =
    file === 'gone' ? 'A page that is loaded again has no files: open it once more.' : null
  // The view first: a report on screen would put what is set here into the address.
  store.setState({ view: { kind: 'start', error } })
  planStore.setState({
    ...EMPTY_PLAN,
    ...(ownText(location.hash) ?? state?.blueprint ?? {}),
    ...(state === null ? {} : { options: state.options }),
  })
  if (state?.source) {
    const { kind, ref } = state.source
    store.setState({ reference: kind === 'registry' ? ref : '' })
    void openImage(requestOf(state.source), state.platform)
  } else if (file !== null && file !== 'gone') void openImage(file)
}

/** What is asked of an image. */
function stateOf(source: LinkState['source'], platform: Platform | null): LinkState {
  const { text, format, options } = planStore.getState()
  return { source, platform, blueprint: text === '' ? null : { text, format }, options }
}

/** The image by the name that was typed; null for files. */
function sourceOf(request: OpenRequest): LinkState['source'] {
  if (request.kind === 'sample') return { kind: 'sample', ref: request.name }
  return request.kind === 'registry' ? { kind: 'registry', ref: request.reference } : null
}

/** The platform, where there is a choice. */
function platformOf({ image }: ImageFacts): Platform | null {
  return image !== null && image.platforms.length > 1 ? image.platform : null
}

/** Characters of a blueprint from which on it is packed in a worker. */
const LONG_TEXT = 4000

/** Keeps the address in step with what is asked, so that a reload shows the same. */
export async function keepAddress(facts: ImageFacts, request: OpenRequest): Promise<void> {
  const asked = planStore.getState()
  const onScreen = () => {
    const { view } = store.getState()
    const { text, options } = planStore.getState()
    return (
      view.kind === 'report' &&
      view.facts === facts &&
      text === asked.text &&
      options === asked.options
    )
  }
  if (!onScreen()) return
  const source = sourceOf(request)
  const hash = await hashOf(stateOf(source, source === null ? null : platformOf(facts)))
  if (hash === null || !onScreen()) return
  keepOwnText(hash, asked)
  if (location.hash === hash) return
  history.replaceState(history.state, '', hash === '' ? location.pathname : hash)
}

/** Null: a blueprint too long for an address stays on the page; the share button says so. */
async function hashOf(state: LinkState): Promise<string | null> {
  if ((state.blueprint?.text.length ?? 0) >= LONG_TEXT) return encodeInWorker(state)
  try {
    return addressOf(state)
  } catch {
    return null
  }
}

/** The link to this page with everything in it, and what was left out. */
export function shareLink(facts: ImageFacts): { link: string; stripped: string[] } {
  const { blueprint, options } = stateOf(null, null)
  const { hash, stripped } = encodeLink(pinnedState(facts, { blueprint, options }))
  return { link: new URL(hash, location.href).href, stripped }
}

function remember(request: OpenRequest): void {
  if (request.kind === 'sample') {
    store.setState({ recent: addRecent(keep, { kind: 'sample', name: request.name }) })
  } else if (request.kind === 'registry') {
    const entry = { kind: 'registry' as const, name: request.reference }
    store.setState({ recent: addRecent(keep, entry) })
  }
}

/** Takes one entry off the list of what was opened. */
export function forgetOne(entry: Recent): void {
  store.setState({ recent: removeRecent(keep, entry) })
}

export function forget(): void {
  store.setState({ recent: forgetRecent(keep) })
}

/** The built-in samples; without them the rest of the page works. */
export async function loadSamples(): Promise<void> {
  store.setState({ recent: readRecent(keep) })
  try {
    const response = await fetch(new URL('samples/index.json', document.baseURI))
    store.setState({ samples: response.ok ? readSamples(await response.json()) : [] })
  } catch {
    store.setState({ samples: [] })
  }
}
