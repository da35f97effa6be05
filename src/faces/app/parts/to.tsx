import type { ReactNode } from 'react'
import type { Route } from '../address/route'
import { usePage } from '../page/context'

/** A link to a view or an item of it: the address stays the share link, and nothing is read again. */
export function To({
  view,
  rest = '',
  className,
  children,
  current = false,
}: {
  view: Route['view']
  rest?: string
  className?: string
  children: ReactNode
  current?: boolean
}) {
  const page = usePage()
  return (
    <a
      href={page.hrefOf(view, rest)}
      className={className}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        page.go(view, rest)
      }}
    >
      {children}
    </a>
  )
}
