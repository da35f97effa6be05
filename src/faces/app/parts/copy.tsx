import { useState } from 'react'
import { usePage } from '../page/context'
import { Icon } from './icon'

/** Copies a text and says so; where the browser forbids it, the text is selected for the person to copy. */
export function Copy({
  text,
  label = 'Copy',
  className = 'btn s',
}: {
  text: string | (() => string)
  label?: string
  className?: string
}) {
  const [done, setDone] = useState(false)
  const page = usePage()
  const copy = () => {
    void copyText(typeof text === 'string' ? text : text()).then((way) => {
      if (way === 'selected') {
        page.notice(
          'The browser does not let a page without https copy. The text is selected: press Ctrl+C.',
          'bad',
        )
        return
      }
      setDone(true)
      setTimeout(() => setDone(false), 2000)
    })
  }
  return (
    <button type="button" className={className} onClick={copy}>
      <Icon name={done ? 'ok' : 'copy'} />
      <span aria-live="polite">{done ? 'Copied' : label}</span>
    </button>
  )
}

/**
 * The clipboard exists in secure contexts only (Clipboard API §5); the older command works without it in most
 * browsers. What is left is a field with the text selected.
 */
export async function copyText(text: string): Promise<'copied' | 'selected'> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    return byCommand(text)
  }
}

function byCommand(text: string): 'copied' | 'selected' {
  document.getElementById('copy-field')?.remove()
  const field = document.createElement('textarea')
  field.id = 'copy-field'
  field.value = text
  field.readOnly = true
  field.setAttribute('aria-label', 'Text to copy')
  field.className = 'copy-field'
  const host = document.querySelector('dialog[open]') ?? document.body
  const before = document.activeElement
  host.append(field)
  field.select()
  if (runCopy()) {
    field.remove()
    if (before instanceof HTMLElement) before.focus()
    return 'copied'
  }
  field.addEventListener('blur', () => field.remove(), { once: true })
  return 'selected'
}

function runCopy(): boolean {
  try {
    return document.execCommand('copy')
  } catch {
    return false
  }
}
