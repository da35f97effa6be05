import { createStore } from 'zustand/vanilla'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenRequest, Progress } from '../../../hosts/browser/protocol'
import type { Recent } from './recent'

export interface Sample {
  name: string
  title: string
  description: string
}

/** What the page shows: the start, an image being read, or its report. */
export type View =
  | { kind: 'start'; error: string | null }
  | { kind: 'reading'; title: string; progress: Progress | null; since: number; cancel(): void }
  | { kind: 'report'; facts: ImageFacts; request: OpenRequest }

export interface State {
  view: View
  /** What stands in the field for a reference: it stays there when the image cannot be opened. */
  reference: string
  /** Null while they are being fetched. */
  samples: Sample[] | null
  recent: Recent[]
}

export const store = createStore<State>(() => ({
  view: { kind: 'start', error: null },
  reference: '',
  samples: null,
  recent: [],
}))

/** The words for what is being opened. */
export function titleOf(request: OpenRequest): string {
  if (request.kind === 'sample') return `sample ${request.name}`
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
