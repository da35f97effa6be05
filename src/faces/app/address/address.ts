import { decodeLink, encodeLink, type LinkState } from '../../../answers/share/link'
import { DEFAULT_OPTIONS } from '../../../answers/plan/options'
import { escapeValue, OVERVIEW, readRoute, type Route, routeText, sameRoute } from './route'

/** What an address asks for: an image with a plan, and the place in its report. */
export interface Place {
  /** Null: no image, no plan; the start. */
  link: LinkState | null
  at: Route
}

export const START: Place = { link: null, at: OVERVIEW }

/** What an address behind `#` asks for. Throws for one that is broken. */
export function readAddress(hash: string): Place {
  if (hash === '' || hash === '#') return START
  const { main, at } = parts(hash)
  if (main === '') return { link: null, at }
  const link = decodeLink(main)
  if (link !== null) return { link, at }
  const [, kind, name = ''] = /^#(sample|image)=(.{1,600})$/.exec(main) ?? []
  if (kind === 'sample' && /^[a-z0-9-]{1,64}$/.test(name)) {
    return { link: plain({ kind: 'sample', ref: name }), at }
  }
  const ref = kind === 'image' ? decoded(name) : null
  if (ref !== null) return { link: plain({ kind: 'registry', ref }), at }
  throw new TypeError('The address names nothing that this page can show.')
}

/** The part that names the image, and the place. */
function parts(hash: string): { main: string; at: Route } {
  const only = /^#at=(.*)$/.exec(hash)
  if (only !== null) return { main: '', at: readRoute(decoded(only[1] ?? '') ?? '') }
  const cut = hash.indexOf('&at=')
  if (cut === -1) return { main: hash, at: OVERVIEW }
  const place = decoded(hash.slice(cut + 4))
  return { main: hash.slice(0, cut), at: place === null ? OVERVIEW : readRoute(place) }
}

/** The address of a place: short while only an image is named, empty when there is nothing to name. */
export function addressOf({ link, at }: Place): string {
  return withPlace(link === null ? '' : linkAddress(link), at)
}

/** Puts the place behind an address that has none. */
export function withPlace(main: string, at: Route): string {
  if (sameRoute(at, OVERVIEW)) return main
  return `${main === '' ? '#' : `${main}&`}at=${escapeValue(routeText(at))}`
}

/** The address of an image and its plan without a place. */
export function linkAddress(state: LinkState): string {
  const { source, blueprint } = state
  if (blueprint === null && isPlain(state)) {
    if (source === null) return ''
    return source.kind === 'sample' ? `#sample=${source.ref}` : `#image=${escapeValue(source.ref)}`
  }
  return encodeLink(state).hash
}

/** Nothing is asked but the image itself. */
function isPlain({ source, platform, options }: LinkState): boolean {
  const imgref = source?.kind === 'registry' ? taggedName(source.ref) : null
  const usual = { ...DEFAULT_OPTIONS, imgref }
  const own = options.imgref === null ? { ...options, imgref } : options
  return platform === null && JSON.stringify(own) === JSON.stringify(usual)
}

function plain(source: LinkState['source']): LinkState {
  const imgref = source?.kind === 'registry' ? taggedName(source.ref) : null
  return { source, platform: null, blueprint: null, options: { ...DEFAULT_OPTIONS, imgref } }
}

/** `quay.io/a/b:43@sha256:…` is pinned; the manifest carries the name that was typed. Null: not pinned. */
export function taggedName(ref: string): string | null {
  const [, name = null] = /^(.+)@[a-z0-9]+:[0-9a-f]{32,}$/.exec(ref) ?? []
  return name
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
