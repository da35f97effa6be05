import { headlineOf } from '../../../answers/review/headline'
import { type Link, stationsOf } from '../../../answers/review/stations'
import { arcOf, outwards } from '../parts/ring'
import { taggedName } from '../address/address'
import type { View } from '../page/state'

/** The window's title is the first half of the headline, its icon the ring in that state. */
export function tellTitle(view: View, learns: boolean): void {
  document.title = learns ? 'What is a sealed image? – Sealscope' : titleOf(view)
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (icon === null) return
  const links = view.kind === 'report' ? stationsOf(view.facts).map(({ link }) => link) : null
  icon.href = links === null ? new URL('favicon.svg', document.baseURI).href : ringIcon(links)
}

function titleOf(view: View): string {
  if (view.kind === 'start' || view.kind === 'asking') return 'Sealscope'
  if (view.kind === 'reading')
    return `${percent(view)}Reading ${view.title.slice(0, 120)} – Sealscope`
  const { ref } = view.facts.source
  return `${headlineOf(view.facts).title} – ${shortName(ref)} – Sealscope`
}

function percent({ progress }: Extract<View, { kind: 'reading' }>): string {
  if (progress === null || progress.bytesTotal === null || progress.bytesTotal === 0) return ''
  return `${Math.floor((100 * progress.bytesRead) / progress.bytesTotal)} % – `
}

/** `quay.io/example/os:43@sha256:…` → `os:43`. */
export function shortName(ref: string): string {
  const name = taggedName(ref) ?? ref
  return (name.split('/').pop() ?? name).slice(0, 60)
}

const COLOURS: Record<Link, string> = {
  good: '#2f9e5f',
  bad: '#d6453a',
  warn: '#b97a14',
  open: '#8b97a6',
}

function ringIcon(links: readonly Link[]): string {
  const arcs = links.map((link, index) => {
    const [x, y] = link === 'bad' ? outwards(index) : [0, 0]
    const thin = link === 'open' ? ' stroke-width="8" stroke-dasharray="4 6"' : ' stroke-width="14"'
    return `<path d="${arcOf(index)}" stroke="${COLOURS[link]}"${thin} transform="translate(${x} ${y})"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" fill="none">${arcs.join('')}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
