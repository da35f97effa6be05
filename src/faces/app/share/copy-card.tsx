import { cardMarkdown } from '../../../answers/share/card'
import { useOpened, usePage } from '../page/context'
import { Copy } from '../parts/copy'
import { makeCard, makeLink } from './make-card'

/** The review card from the first screen: one click. */
export function CopyCard() {
  const page = usePage()
  const opened = useOpened()
  const make = () => {
    const plan = page.stores.plan.getState()
    const { at } = page.stores.state.getState()
    const { link } = makeLink(opened, plan, at, location.href)
    return cardMarkdown(makeCard(opened, plan, link))
  }
  return <Copy text={make} label="Copy review card" className="btn" />
}
