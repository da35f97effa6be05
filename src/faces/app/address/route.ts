/** The views of a report, in the order of the rail; each has an address. */
export const VIEWS = [
  'overview',
  'seal',
  'install',
  'plan',
  'disk',
  'boot',
  'files',
  'manifest',
  'findings',
  'compare',
] as const

export type ViewId = (typeof VIEWS)[number]

/** A place in a report: a view, and what of it is meant (an item, a file, a digest, a stage). */
export interface Route {
  view: ViewId | 'learn'
  /** Empty: the whole view. */
  rest: string
}

export const OVERVIEW: Route = { view: 'overview', rest: '' }

/** Longest place that an address carries, characters. */
const PLACE_LIMIT = 2000

/** `plan/customizations.user[0]` as a place; the overview for what is none. */
export function readRoute(text: string): Route {
  if (text.length > PLACE_LIMIT) return OVERVIEW
  const [view = '', ...rest] = text.split('/')
  if (view === 'learn') return { view, rest: rest.join('/') }
  const known = VIEWS.find((each) => each === view)
  return known === undefined ? OVERVIEW : { view: known, rest: rest.join('/') }
}

/** The place as an address writes it. */
export function routeText({ view, rest }: Route): string {
  return rest === '' ? view : `${view}/${rest}`
}

export function sameRoute(a: Route, b: Route): boolean {
  return a.view === b.view && a.rest === b.rest
}

/** Characters that stay readable in a fragment (RFC 3986 §3.5; brackets are taken by every browser). */
const READABLE: Readonly<Record<string, string>> = {
  '%2F': '/',
  '%5B': '[',
  '%5D': ']',
  '%3A': ':',
  '%40': '@',
  '%2C': ',',
}

/** Escapes a value of the fragment, and leaves it readable. */
export function escapeValue(text: string): string {
  return encodeURIComponent(text).replace(
    /%(?:2F|5B|5D|3A|40|2C)/g,
    (code) => READABLE[code] ?? code,
  )
}
