import { useState } from 'react'

/** Copies a text and says so. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  const copy = () => {
    const done = (next: 'done' | 'failed') => {
      setState(next)
      setTimeout(() => setState('idle'), 2000)
    }
    navigator.clipboard.writeText(text).then(
      () => done('done'),
      () => done('failed'),
    )
  }
  const words = { idle: label, done: 'Copied', failed: 'The browser refuses' }
  return (
    <button type="button" className="small" onClick={copy}>
      <span aria-live="polite">{words[state]}</span>
    </button>
  )
}
