import { useId, useRef } from 'react'
import { TERMS, termKey } from '../words/terms'

/** Words that are explained in place, the longest first. */
export const TERM_PATTERN = new RegExp(
  `\\b(${Object.keys(TERMS)
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('|')})\\b`,
)

/** A term with one sentence and its source in a popover. */
export function Term({ name, children }: { name: string; children?: React.ReactNode }) {
  const id = useId()
  const pop = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const meaning = TERMS[termKey(name)]
  if (meaning === undefined) return children ?? name
  const place = () => {
    const [at, box] = [button.current?.getBoundingClientRect(), pop.current]
    if (at === undefined || box === null) return
    const left = Math.max(12, Math.min(at.left, window.innerWidth - 352))
    const below = at.bottom + 8 + 160 < window.innerHeight
    box.style.left = `${left}px`
    box.style.top = below ? `${at.bottom + 8}px` : ''
    box.style.bottom = below ? '' : `${window.innerHeight - at.top + 8}px`
  }
  return (
    <>
      <button ref={button} type="button" className="term" popoverTarget={id} onClick={place}>
        {children ?? name}
      </button>
      <span ref={pop} id={id} popover="auto" className="pop" role="note">
        <b>{name}</b> {meaning.words} <span className="dim tiny">{meaning.source}</span>
      </span>
    </>
  )
}
