import type { Link } from '../../../answers/review/stations'
import type { Tone } from '../../../answers/review/headline'

const RADIUS = 37
const CENTRE = 50

export interface RingProperties {
  /** The six links, from the first at the top right on clockwise. */
  links: readonly Link[]
  /** What stands in the middle; null: nothing. */
  tone: Tone | null
  size: number
  /** What it says, for those who do not see it; null: words stand beside it. */
  label: string | null
}

/** The ring of six links: whole and green holds, red and displaced is broken there, dotted is not known. */
export function Ring({ links, tone, size, label }: RingProperties) {
  const six = Array.from({ length: 6 }, (_, index) => links[index] ?? 'open')
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 100 100"
      fill="none"
      className="ring"
      {...(label === null ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {six.map((link, index) => (
        <Segment key={index} link={link} index={index} />
      ))}
      {tone !== null && <Middle tone={tone} />}
    </svg>
  )
}

const COLOURS: Record<Link, string> = {
  good: 'var(--ok)',
  bad: 'var(--bad)',
  warn: 'var(--warn)',
  open: 'var(--line-2)',
}

function Segment({ link, index }: { link: Link; index: number }) {
  const [dx, dy] = link === 'bad' ? outwards(index) : [0, 0]
  return (
    <path
      d={arcOf(index)}
      stroke={COLOURS[link]}
      strokeWidth={link === 'open' ? 6 : 10}
      strokeDasharray={link === 'open' ? '3 5' : undefined}
      transform={link === 'bad' ? `translate(${dx} ${dy})` : undefined}
      className={link === 'bad' ? 'crack' : undefined}
    />
  )
}

/** The arc of one link: sixty degrees less a gap, clockwise from the top. */
export function arcOf(index: number): string {
  const from = at(index * 60 + 4)
  const to = at(index * 60 + 56)
  return `M${from.join(' ')}A${RADIUS} ${RADIUS} 0 0 1 ${to.join(' ')}`
}

function at(degrees: number): string[] {
  const angle = (degrees * Math.PI) / 180
  return [CENTRE + RADIUS * Math.sin(angle), CENTRE - RADIUS * Math.cos(angle)].map((value) => value.toFixed(2)) // prettier-ignore
}

/** A broken link steps out of the ring, away from its middle. */
export function outwards(index: number): [number, number] {
  const angle = ((index * 60 + 30) * Math.PI) / 180
  return [Number((6 * Math.sin(angle)).toFixed(1)), Number((-6 * Math.cos(angle)).toFixed(1))]
}

function Middle({ tone }: { tone: Tone }) {
  const stroke = { strokeLinecap: 'round', strokeLinejoin: 'round' } as const
  if (tone === 'ok')
    return <path d="M37 51l9 9 17-19" stroke="var(--ok)" strokeWidth="6.5" {...stroke} />
  if (tone === 'bad')
    return <path d="M40 40l20 20M60 40L40 60" stroke="var(--bad)" strokeWidth="6" {...stroke} />
  if (tone === 'warn')
    return <path d="M50 36v17M50 63v.5" stroke="var(--warn)" strokeWidth="7" {...stroke} />
  return <circle cx="50" cy="50" r="6" fill="var(--line-2)" />
}

/** The ring as the page's mark: whole, in the colour of actions. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 100 100" fill="none" aria-hidden="true">
      {Array.from({ length: 6 }, (_, index) => (
        <path key={index} d={arcOf(index)} stroke="var(--accent)" strokeWidth="10" />
      ))}
    </svg>
  )
}
