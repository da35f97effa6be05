import { useEffect } from 'react'
import { usePage } from '../page/context'
import type { Page } from '../page/page'
import { entriesOf } from './rail'
import { isTyping } from './top-bar'

/** Keys of a report: digits go to a view of the rail, brackets to the one before and after. */
export function useKeys(): void {
  const page = usePage()
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('dialog[open]') !== null) return
      const next = viewFor(page, event.key)
      if (next === null) return
      event.preventDefault()
      page.go(next)
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [page])
}

function viewFor(page: Page, key: string) {
  const { view, at } = page.stores.state.getState()
  if (view.kind !== 'report') return null
  const ids = entriesOf(view.facts, page.stores.plan.getState().answer).map(({ id }) => id)
  const now = ids.findIndex((id) => id === at.view)
  const index =
    key === '[' ? now - 1 : key === ']' ? now + 1 : /^[1-9]$/.test(key) ? Number(key) - 1 : -1
  return ids[index] ?? null
}
