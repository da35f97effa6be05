import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PlanAnswer } from '../../../answers/plan/plan'
import { DEFAULT_OPTIONS, type PlanOptions } from '../../../answers/plan/options'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenRequest, Progress } from '../../../hosts/browser/protocol'
import type { Place } from '../address/address'
import { OVERVIEW, type Route } from '../address/route'
import type { Recent } from './recent'

export interface Sample {
  name: string
  title: string
  description: string
}

/** What went wrong, what is kept, and one thing to do. */
export interface Trouble {
  what: string
  /** One thing to do; null when the sentence says it. */
  instead: string | null
  /** A reference that was meant, to try with one click. */
  suggestion: string | null
}

/** What the page shows. */
export type View =
  | { kind: 'start'; trouble: Trouble | null }
  /** A link names a registry that was never read here: it is asked first. */
  | { kind: 'asking'; host: string; place: Place }
  | {
      kind: 'reading'
      title: string
      request: OpenRequest
      progress: Progress | null
      since: number
    }
  | {
      kind: 'report'
      facts: ImageFacts
      request: OpenRequest
      /** Milliseconds that reading took. */
      took: number
    }

/** What the receiver of a link is told, once. */
export interface Banner {
  /** A plan by digest, an image by digest. */
  kind: 'plan' | 'image'
  /** The digest that the tag has now; null: the same, or not asked yet. */
  moved: string | null
}

export interface PageState {
  view: View
  at: Route
  /** What stands in the field for a reference: it stays when the image cannot be opened. */
  field: string
  /** Null while they are being fetched. */
  samples: Sample[] | null
  recent: Recent[]
  banner: Banner | null
  /** A sentence that goes away by itself: what was copied, what could not be opened. */
  notice: { text: string; tone: 'ok' | 'bad' } | null
  dialog: 'share' | 'keys' | null
}

export const FIRST_STATE: PageState = {
  view: { kind: 'start', trouble: null },
  at: OVERVIEW,
  field: '',
  samples: null,
  recent: [],
  banner: null,
  notice: null,
  dialog: null,
}

export type BlueprintFormat = 'toml' | 'json'

/** What is asked of the plan, and the last answer. */
export interface PlanState {
  text: string
  format: BlueprintFormat
  /** Name of the file that it came from; null: typed. */
  name: string | null
  options: PlanOptions
  answer: PlanAnswer | null
  error: string | null
  busy: boolean
  /** For each item the way around that was chosen; without an entry the first, -1: none. */
  ways: Readonly<Record<string, number>>
}

export const EMPTY_PLAN: PlanState = {
  text: '',
  format: 'toml',
  name: null,
  options: DEFAULT_OPTIONS,
  answer: null,
  error: null,
  busy: false,
  ways: {},
}

export interface Stores {
  state: StoreApi<PageState>
  plan: StoreApi<PlanState>
}

export function createStores(): Stores {
  return { state: createStore(() => FIRST_STATE), plan: createStore(() => EMPTY_PLAN) }
}

/** JSON begins with a brace; everything else is TOML. */
export function formatOf(text: string): BlueprintFormat {
  return /^\s*[{[]\s*("|\}|$)/.test(text) ? 'json' : 'toml'
}

/** The words for what is being opened. */
export function titleOf(request: OpenRequest): string {
  if (request.kind === 'sample') return `sample:${request.name}`
  if (request.kind === 'registry') return request.reference
  return request.kind === 'file' ? request.file.name : (request.files[0]?.path.split('/')[0] ?? '')
}

/** The list of samples as the server has it; what is no sample is left out. */
export function readSamples(json: unknown): Sample[] {
  return Array.isArray(json) ? json.filter(isSample) : []
}

function isSample(value: unknown): value is Sample {
  if (typeof value !== 'object' || value === null) return false
  const { name, title, description } = value as Partial<Record<string, unknown>>
  return [name, title, description].every((text) => typeof text === 'string')
}
