import { createStore } from 'zustand/vanilla'
import type { ImageFacts } from '../../contract/facts'
import type { OpenRequest, Progress } from '../../worker/protocol'

export interface Sample {
  name: string
  title: string
  description: string
}

/** What the page shows: the start, an image being read, or its report. */
export type View =
  | { kind: 'start'; error: string | null }
  | { kind: 'reading'; title: string; progress: Progress | null; cancel(): void }
  | { kind: 'report'; facts: ImageFacts }

export interface State {
  view: View
  samples: Sample[]
}

export const store = createStore<State>(() => ({
  view: { kind: 'start', error: null },
  samples: [],
}))

/** The words for what is being opened. */
export function titleOf(request: OpenRequest): string {
  if (request.kind === 'sample') return `sample ${request.name}`
  if (request.kind === 'registry') return request.reference
  return request.kind === 'file' ? request.file.name : (request.files[0]?.path.split('/')[0] ?? '')
}

/** `#sample=NAME`, the part of the state that a link can carry so far. */
export function sampleInHash(hash: string): string | null {
  const match = /^#sample=([a-z0-9-]{1,64})$/.exec(hash)
  return match?.[1] ?? null
}
