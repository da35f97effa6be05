import { useEffect, useRef, type FormEvent } from 'react'
import { shortDigest } from '../../../answers/words/text'
import type { ImageFacts, Platform } from '../../../contract/facts'
import { usePage, usePageState } from '../page/context'
import type { View } from '../page/state'
import { Icon } from '../parts/icon'
import { Logo } from '../parts/ring'
import { To } from '../parts/to'

/** What is always there: the way home, the one field, and share. */
export function TopBar({ view }: { view: View }) {
  const page = usePage()
  const facts = view.kind === 'report' ? view.facts : null
  return (
    <header className="top">
      <button type="button" className="brand" onClick={page.home} aria-label="Sealscope">
        <Logo />
        <span>Sealscope</span>
      </button>
      {view.kind === 'start' ? (
        <span className="push" />
      ) : (
        <Omnibox facts={facts} busy={view.kind === 'reading'} />
      )}
      {facts === null ? (
        <To view="learn" className="btn ghost">
          What is a sealed image?
        </To>
      ) : (
        <Actions facts={facts} />
      )}
    </header>
  )
}

function Actions({ facts }: { facts: ImageFacts }) {
  const page = usePage()
  return (
    <>
      <span className="push hide-s" />
      {facts.image !== null && (
        <To view="compare" className="btn hide-s">
          <Icon name="compare" />
          Compare
        </To>
      )}
      <button type="button" className="btn primary" onClick={() => page.openDialog('share')}>
        <Icon name="share" />
        Share
      </button>
    </>
  )
}

function Omnibox({ facts, busy }: { facts: ImageFacts | null; busy: boolean }) {
  const page = usePage()
  const field = usePageState((state) => state.field)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target)) return
      event.preventDefault()
      input.current?.select()
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    page.openText(field)
  }
  return (
    <form className="omni" role="search" onSubmit={submit}>
      <Icon name="image" />
      <input
        ref={input}
        aria-label="Image reference"
        value={field}
        onChange={(event) => page.setField(event.target.value)}
        onFocus={(event) => event.target.select()}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      {facts !== null && <Pinned facts={facts} />}
      {facts !== null && <PlatformChoice facts={facts} />}
      {busy && <span className="hidden">reading</span>}
    </form>
  )
}

/** The digest that is on screen, whatever the tag does. */
function Pinned({ facts }: { facts: ImageFacts }) {
  const digest = facts.image?.manifestDigest
  if (digest === undefined) return null
  const [algorithm = '', hex = ''] = digest.split(':')
  return (
    <span className="pin hide-s mono" title={`This report is of ${digest}`}>
      <Icon name="lock" />
      {algorithm}:{shortDigest(hex).replace('…', '')}
    </span>
  )
}

function PlatformChoice({ facts }: { facts: ImageFacts }) {
  const page = usePage()
  const { image } = facts
  if (image === null) return null
  const named = ({ os, architecture, variant }: Platform) =>
    `${os === 'linux' ? '' : `${os}/`}${architecture}${variant === null ? '' : `/${variant}`}`
  if (image.platforms.length < 2) {
    return <span className="pin hide-s">{facts.arch ?? named(image.platform)}</span>
  }
  return (
    <select
      className="pin"
      aria-label="Platform"
      value={named(image.platform)}
      onChange={(event) => {
        const chosen = image.platforms.find((each) => named(each) === event.target.value)
        if (chosen !== undefined) page.switchPlatform(chosen)
      }}
    >
      {image.platforms.map((platform) => (
        <option key={named(platform)}>{named(platform)}</option>
      ))}
    </select>
  )
}

/** Keys mean text inside of a field, the editor included. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target instanceof Element ? (target.shadowRoot?.activeElement ?? target) : null
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches('input, textarea, select'))
  )
}
