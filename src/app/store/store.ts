import { createStore } from 'zustand/vanilla'
import type { ImageFacts } from '../../contract/facts'
import type { OpenRequest, Progress } from '../../worker/protocol'
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
  samples: Sample[]
  recent: Recent[]
}

export const store = createStore<State>(() => ({
  view: { kind: 'start', error: null },
  samples: [],
  recent: [],
}))

/** The words for what is being opened. */
export function titleOf(request: OpenRequest): string {
  if (request.kind === 'sample') return `sample ${request.name}`
  if (request.kind === 'registry') return request.reference
  return request.kind === 'file' ? request.file.name : (request.files[0]?.path.split('/')[0] ?? '')
}
