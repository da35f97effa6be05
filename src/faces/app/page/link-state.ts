import type { LinkState } from '../../../answers/share/link'
import { pinnedState } from '../../../answers/share/pinned'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import type { PlanState } from './state'

/** The state on screen as a link carries it: the image pinned by digest, its name in the manifest kept. */
export function linkState(
  facts: ImageFacts,
  request: OpenRequest,
  { text, format, options }: Pick<PlanState, 'text' | 'format' | 'options'>,
): LinkState {
  const blueprint = text === '' ? null : { text, format }
  const state = pinnedState(facts, { blueprint, options })
  // Saved facts carry the name of their image; what was opened is the file.
  const named = request.kind === 'sample' || request.kind === 'registry'
  return named ? state : { ...state, source: null, platform: null, options }
}

export function requestOf({ kind, ref }: NonNullable<LinkState['source']>): OpenRequest {
  return kind === 'sample' ? { kind, name: ref } : { kind, reference: ref }
}
