import { headlineOf } from '../../../answers/review/headline'
import { stationsOf } from '../../../answers/review/stations'
import type { PlanOptions } from '../../../answers/plan/options'
import type { LinkState } from '../../../answers/share/link'
import type { ImageFacts, Platform } from '../../../contract/facts'
import type { OpenRequest, Progress } from '../../../hosts/browser/protocol'
import {
  addressOf,
  linkAddress,
  type Place,
  START,
  taggedName,
  withPlace,
} from '../address/address'
import * as machine from '../address/machine'
import { readPasted } from '../address/pasted'
import { OVERVIEW, type Route } from '../address/route'
import { Drafts } from './drafts'
import { hostOf, isKnownHost } from './hosts'
import { linkState, requestOf } from './link-state'
import type { Ports } from './ports'
import { addRecent, forgetRecent, readRecent, type Recent, removeRecent } from './recent'
import { createStores, EMPTY_PLAN, formatOf, readSamples, type Stores, titleOf, type Trouble } from './state' // prettier-ignore
import { troubleOf } from './trouble'

type Source = NonNullable<LinkState['source']>

/** Characters of a blueprint from which on it is packed in a worker. */
const LONG_TEXT = 4000

const GONE: Trouble = {
  what: 'A page that is loaded again has no files.',
  instead: 'Open or drop the file once more.',
  suggestion: null,
}

/**
 * One page: what it shows, what it was asked, and where it stands in the history. It has no DOM, and several
 * can live beside each other.
 */
export class Page {
  readonly stores: Stores = createStores()
  private readonly drafts: Drafts
  /** Files that were opened in this visit, by the visit's number: an address cannot carry them. */
  private readonly files = new Map<number, OpenRequest>()
  private current: AbortController | null = null
  private standing: machine.Standing = { place: START, entry: { visit: 0 }, hash: '' }
  private visits = 0

  constructor(private readonly ports: Ports) {
    this.drafts = new Drafts(ports.tab)
  }

  /** Shows what the address says, at the start of a visit. */
  begin(): void {
    this.show({ recent: readRecent(this.ports.keep) })
    this.arrive()
    this.ports.samples().then(
      (json) => this.show({ samples: readSamples(json) }),
      () => this.show({ samples: [] }),
    )
  }

  /** Follows back, forward and addresses that are typed. */
  arrive = (): void => {
    const { hash, state } = this.ports.here()
    try {
      this.follow(machine.arrive(this.standing, hash, state), hash)
    } catch (thrown) {
      const entry = machine.readEntry(state) ?? { visit: this.visit() }
      this.standing = { place: START, entry, hash }
      this.showTrouble(troubleOf(thrown, ''))
      this.stores.plan.setState(EMPTY_PLAN)
    }
  }

  private follow(arrival: machine.Arrival, hash: string): void {
    if (arrival.kind === 'view') {
      this.standing = { ...this.standing, place: { ...this.standing.place, at: arrival.at }, hash }
      this.show({ at: arrival.at, dialog: null })
      this.rewrite()
      return
    }
    this.stop()
    const { place } = arrival
    const visit = arrival.entry?.visit ?? this.visit()
    this.standing = { place, entry: { ...arrival.entry, visit }, hash }
    if (arrival.entry === null) this.ports.step('replace', hash, { visit })
    this.show({
      view: { kind: 'start', trouble: null },
      at: place.at,
      banner: null,
      dialog: null,
    })
    this.takePlan(place, hash)
    const file = arrival.kind === 'file' ? this.files.get(visit) : undefined
    if (file !== undefined) void this.read(file, null)
    else if (arrival.kind === 'file') this.showTrouble(GONE)
    else this.openPlace(place)
  }

  /** The blueprint of a link; the author's own text where this tab wrote the link. */
  private takePlan({ link }: Place, hash: string): void {
    const own = this.drafts.read(hash)
    const blueprint = link?.blueprint ?? null
    this.stores.plan.setState({
      ...EMPTY_PLAN,
      ...(blueprint ?? {}),
      ...(own === null || blueprint === null ? {} : { text: own, format: formatOf(own) }),
      ...(link === null ? {} : { options: link.options }),
    })
  }

  private openPlace(place: Place): void {
    const source = place.link?.source ?? null
    if (source === null) return
    this.show({ field: fieldOf(source) })
    const before = this.stores.state.getState().recent.map(({ name }) => name)
    if (source.kind === 'registry' && !isKnownHost(source.ref, before)) {
      this.show({ view: { kind: 'asking', host: hostOf(source.ref), place } })
    } else void this.readPlace(place)
  }

  private async readPlace({ link }: Place): Promise<void> {
    const source = link?.source ?? null
    if (link === null || source === null) return
    const shared = this.drafts.read(this.standing.hash) === null
    const shown = await this.read(requestOf(source), link.platform)
    if (shown && shared) this.greet(link)
  }

  /** Tells the receiver of a link what it is, and whether the tag has moved since. */
  private greet({ source, blueprint }: LinkState): void {
    const tag = source?.kind === 'registry' ? taggedName(source.ref) : null
    if (blueprint === null && tag === null) return
    this.show({ banner: { kind: blueprint === null ? 'image' : 'plan', moved: null } })
    if (tag === null) return
    const { visit } = this.standing.entry
    const pinned = source?.ref.slice(tag.length + 1)
    this.ports.digestOf(tag).then(
      (now) => {
        const { banner } = this.stores.state.getState()
        const stays = this.standing.entry.visit === visit && banner !== null
        if (stays && now !== pinned) this.show({ banner: { ...banner, moved: now } })
      },
      // A tag that cannot be asked for is no news: the image was read by its digest.
      () => undefined,
    )
  }

  dismissBanner = (): void => this.show({ banner: null })

  /** The person agrees to read from the registry that a link names. */
  agree = (): void => {
    const { view } = this.stores.state.getState()
    if (view.kind === 'asking') void this.readPlace(view.place)
  }

  /** Opens what was typed or pasted. */
  openText = (text: string): void => {
    const pasted = readPasted(text)
    if (pasted === null) return
    this.show({ field: text.trim() })
    if (pasted.kind === 'refused') {
      this.trouble({ what: pasted.what, instead: pasted.instead, suggestion: null })
    } else if (pasted.kind === 'link') this.openLink(pasted.hash)
    else if (pasted.kind === 'sample') this.openSample(pasted.name)
    else {
      this.openReference(pasted.ref)
      if (pasted.note !== null) this.notice(pasted.note)
    }
  }

  /** A link of this page that was pasted: as if it had been followed. */
  private openLink(hash: string): void {
    const entry = { visit: this.visit() }
    this.ports.step('push', hash, entry)
    this.arrive()
  }

  openSample = (name: string): void => this.openSource({ kind: 'sample', ref: name }, null)

  openReference = (ref: string): void => this.openSource({ kind: 'registry', ref }, null)

  /** The same image for another platform. */
  switchPlatform = (platform: Platform): void => {
    const { view } = this.stores.state.getState()
    if (view.kind !== 'report') return
    const { request } = view
    if (request.kind === 'registry') {
      const ref = taggedName(request.reference) ?? request.reference
      this.openSource({ kind: 'registry', ref }, platform)
    } else if (request.kind === 'sample') {
      this.openSource({ kind: 'sample', ref: request.name }, platform)
    } else void this.read(request, platform)
  }

  private openSource(source: Source, platform: Platform | null): void {
    this.stop()
    const imgref = source.kind === 'registry' ? taggedName(source.ref) : null
    const options = { ...this.stores.plan.getState().options, imgref }
    this.stores.plan.setState({ options })
    const { text, format } = this.stores.plan.getState()
    const blueprint = text === '' ? null : { text, format }
    const place = bare({ link: { source, platform, blueprint, options }, at: this.keptView() })
    this.take(machine.open(this.standing, place, this.visit()), place)
    this.show({ field: fieldOf(source), at: place.at, banner: null, dialog: null })
    void this.read(requestOf(source), platform)
  }

  /** A link that brought a plan without an image keeps its view; another image begins at the overview. */
  private keptView(): Route {
    const { view, at } = this.stores.state.getState()
    return view.kind === 'report' || at.view === 'learn' ? OVERVIEW : at
  }

  /** Opens what was dropped or chosen; back and forward find it again, a reload does not. */
  openFiles = (request: OpenRequest): void => {
    this.stop()
    const visit = this.visit()
    this.files.set(visit, request)
    const place: Place = { link: null, at: OVERVIEW }
    this.take(machine.open(this.standing, place, visit, true), place)
    this.show({ at: OVERVIEW, banner: null, dialog: null, field: titleOf(request) })
    void this.read(request, null)
  }

  /** Reads an image and shows its report, or says why it cannot; false when it was not shown. */
  private async read(request: OpenRequest, platform: Platform | null): Promise<boolean> {
    this.stop()
    const abort = new AbortController()
    const { signal } = abort
    this.current = abort
    const since = this.ports.now()
    const title = titleOf(request)
    const onProgress = (progress: Progress | null) => {
      if (!signal.aborted) {
        this.show({ view: { kind: 'reading', title, request, progress, since } })
      }
    }
    onProgress(null)
    try {
      const options = { platform, quick: false }
      const facts = await this.ports.open(request, options, { onProgress, signal })
      if (signal.aborted) return false
      this.stores.plan.setState({ answer: null, error: null })
      this.show({ view: { kind: 'report', facts, request, took: this.ports.now() - since } })
      this.remember(facts, request)
      this.rewrite()
      return true
    } catch (thrown) {
      if (signal.aborted) return false
      this.take(machine.failed(this.standing), this.standing.place)
      this.showTrouble(troubleOf(thrown, title))
      return false
    }
  }

  /** Reads the same image once more: a layer was missing. */
  again = (): void => {
    const { view } = this.stores.state.getState()
    const platform = this.standing.place.link?.platform ?? null
    if (view.kind === 'report') void this.read(view.request, platform)
  }

  /** Ends what is being read, and returns to the start. */
  home = (): void => {
    this.stop()
    const { hash, entry } = this.standing
    if (hash !== '' || entry.file === true) {
      this.take({ kind: 'push', hash: '', entry: { visit: this.visit() } }, START)
    }
    this.show({
      view: { kind: 'start', trouble: null },
      at: OVERVIEW,
      banner: null,
      dialog: null,
    })
    this.stores.plan.setState(EMPTY_PLAN)
  }

  /** Another view of what is on screen. */
  go = (view: Route['view'], rest = ''): void => this.move(machine.goTo, { view, rest })

  /** Another item of the view on screen, in the same entry of the history. */
  point = (view: Route['view'], rest = ''): void => this.move(machine.pointAt, { view, rest })

  private move(how: (now: machine.Standing, at: Route) => machine.Step, at: Route): void {
    this.take(how(this.standing, at), { ...this.standing.place, at })
    this.show({ at, dialog: null })
  }

  /** The address of a view, for links that open in another tab. */
  hrefOf(view: Route['view'], rest = ''): string {
    const main = this.standing.hash.replace(/[&#]at=.*$/, '')
    return withPlace(main, { view, rest }) || '#'
  }

  /** Replaces the blueprint. */
  setText = (text: string, name: string | null = null): void =>
    this.stores.plan.setState({ text, format: formatOf(text), name })

  setOptions = (change: Partial<PlanOptions>): void => {
    const { options } = this.stores.plan.getState()
    this.stores.plan.setState({ options: { ...options, ...change } })
  }

  /** Which way around goes into the Containerfile for an item; -1: none. */
  chooseWay = (item: string, way: number): void => {
    const { ways } = this.stores.plan.getState()
    this.stores.plan.setState({ ways: { ...ways, [item]: way } })
  }

  /** A blueprint that was dropped: into the editor beside an image, or kept until there is one. */
  takeBlueprint = (text: string, name: string): void => {
    this.setText(text, name)
    const { view } = this.stores.state.getState()
    if (view.kind === 'report') this.go('plan')
    this.notice(
      view.kind === 'report'
        ? `${name} is in the editor.`
        : `${name} is kept. Open the image that it is for, and it is planned.`,
    )
  }

  /** The address follows the blueprint, the options and the digest that was read. */
  rewrite = (): void => {
    const { view } = this.stores.state.getState()
    if (view.kind !== 'report') return
    const plan = this.stores.plan.getState()
    const link = linkState(view.facts, view.request, plan)
    if (plan.text.length >= LONG_TEXT) {
      const asked = { text: plan.text, options: plan.options, visit: this.standing.entry.visit }
      void this.ports.pack(link).then((main) => {
        const { text, options } = this.stores.plan.getState()
        const { visit } = this.standing.entry
        const same = text === asked.text && options === asked.options && visit === asked.visit
        if (main !== null && same) this.settle(main, link)
      })
      return
    }
    try {
      this.settle(linkAddress(link), link)
    } catch {
      // A blueprint too long for an address stays on the page; sharing says so.
    }
  }

  /** The address says what is on screen; this tab keeps the author's own text for it. */
  private settle(main: string, link: LinkState): void {
    const { at } = this.standing.place
    const { text } = this.stores.plan.getState()
    const hash = withPlace(main, at)
    if (text !== '') this.drafts.keep(hash, text)
    this.take(machine.follow(this.standing, hash), { link, at })
  }

  private take(step: machine.Step, place: Place): void {
    if (step.kind === 'stay') return
    this.standing = { place, entry: step.entry, hash: step.hash }
    this.ports.step(step.kind, step.hash, step.entry)
  }

  /** A number that no other visit of this browser tab has: entries behind a reload keep theirs. */
  private visit(): number {
    this.visits += 1
    return this.ports.today() * 1000 + this.visits
  }

  private stop(): void {
    this.current?.abort()
    this.current = null
  }

  private show(change: Partial<ReturnType<Stores['state']['getState']>>): void {
    this.stores.state.setState(change)
  }

  openDialog = (dialog: 'share' | 'keys' | null): void => this.show({ dialog })

  setField = (field: string): void => this.show({ field })

  /** Says what went wrong without leaving a report. */
  trouble = (trouble: Trouble): void => {
    const { view } = this.stores.state.getState()
    if (view.kind !== 'report') this.showTrouble(trouble)
    else this.notice(`${trouble.what} ${trouble.instead ?? ''}`.trim(), 'bad')
  }

  private showTrouble(trouble: Trouble): void {
    this.stop()
    this.show({ view: { kind: 'start', trouble } })
  }

  notice = (text: string, tone: 'ok' | 'bad' = 'ok'): void => this.show({ notice: { text, tone } })

  dismissNotice = (): void => this.show({ notice: null })

  private remember(facts: ImageFacts, request: OpenRequest): void {
    if (request.kind !== 'sample' && request.kind !== 'registry') return
    const { badge, tone } = headlineOf(facts)
    const links = stationsOf(facts).map(({ link }) => link)
    const said = { badge, tone, links, at: this.ports.today() }
    const name = nameOf(request)
    this.show({ recent: addRecent(this.ports.keep, { kind: request.kind, name, said }) })
  }

  /** Takes one entry off the list of what was opened. */
  forgetOne = (entry: Pick<Recent, 'kind' | 'name'>): void =>
    this.show({ recent: removeRecent(this.ports.keep, entry) })

  forget = (): void => this.show({ recent: forgetRecent(this.ports.keep) })
}

function fieldOf({ kind, ref }: Source): string {
  return kind === 'sample' ? `sample:${ref}` : ref
}

/** A request by name, without its digest. */
function nameOf(request: Extract<OpenRequest, { kind: 'sample' | 'registry' }>): string {
  if (request.kind === 'sample') return request.name
  return taggedName(request.reference) ?? request.reference
}

/** An address that would be too long names the image alone. */
function bare(place: Place): Place {
  try {
    addressOf(place)
    return place
  } catch {
    return { ...place, link: place.link === null ? null : { ...place.link, blueprint: null } }
  }
}
