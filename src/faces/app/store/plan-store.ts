import { createStore } from 'zustand/vanilla'
import type { PlanAnswer } from '../../../answers/plan/plan'
import { DEFAULT_OPTIONS, type PlanOptions } from '../../../answers/plan/options'

export type BlueprintFormat = 'toml' | 'json'

/** What the user asks of the plan, and the last answer. */
export interface PlanState {
  text: string
  format: BlueprintFormat
  options: PlanOptions
  answer: PlanAnswer | null
  error: string | null
  busy: boolean
}

export const EMPTY_PLAN: PlanState = {
  text: '',
  format: 'toml',
  options: DEFAULT_OPTIONS,
  answer: null,
  error: null,
  busy: false,
}

export const planStore = createStore<PlanState>(() => EMPTY_PLAN)

/** JSON begins with a brace; everything else is TOML. */
export function formatOf(text: string): BlueprintFormat {
  return /^\s*[{[]\s*("|\}|$)/.test(text) ? 'json' : 'toml'
}
