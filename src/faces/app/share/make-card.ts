import { encodeLink } from '../../../answers/share/link'
import { type ReviewCard, reviewCard } from '../../../answers/share/card'
import { withPlace } from '../address/address'
import type { Opened } from '../page/context'
import { linkState } from '../page/link-state'
import type { PageState, PlanState } from '../page/state'

/** What a link carries, and what was left out of it. */
export interface SharedLink {
  /** Null: too long for a link; `problem` says so. */
  link: string | null
  problem: string | null
  stripped: string[]
}

/** The link to what is on screen. */
export function makeLink(
  { facts, request }: Opened,
  plan: PlanState,
  at: PageState['at'],
  base: string,
): SharedLink {
  try {
    const state = linkState(facts, request, plan)
    const { hash, stripped } = encodeLink(state)
    return { link: new URL(withPlace(hash, at), base).href, problem: null, stripped }
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown)
    return { link: null, problem, stripped: [] }
  }
}

/** The review card of what is on screen. */
export function makeCard(opened: Opened, plan: PlanState, link: string | null): ReviewCard {
  const asked = plan.text === '' ? null : (plan.answer?.plan ?? null)
  return reviewCard(opened.facts, asked, link)
}
