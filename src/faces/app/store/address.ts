import { decodeLink, encodeLink, type LinkState } from '../../../answers/share/link'
import { DEFAULT_OPTIONS } from '../../../answers/plan/options'

/** What an address behind `#` asks for; null: the start screen. Throws for one that is broken. */
export function readAddress(hash: string): LinkState | null {
  if (hash === '' || hash === '#') return null
  const link = decodeLink(hash)
  if (link !== null) return link
  const [, kind, name = ''] = /^#(sample|image)=(.{1,600})$/.exec(hash) ?? []
  if (kind === 'sample' && /^[a-z0-9-]{1,64}$/.test(name)) {
    return plain({ kind: 'sample', ref: name })
  }
  const ref = kind === 'image' ? decoded(name) : null
  if (ref !== null) return plain({ kind: 'registry', ref })
  throw new TypeError('The address names nothing that this page can show.')
}

/** The address of a state: short while only an image is named, empty when there is nothing to name. */
export function addressOf(state: LinkState): string {
  const { source, platform, blueprint, options } = state
  const bare =
    platform === null &&
    blueprint === null &&
    JSON.stringify(options) === JSON.stringify(DEFAULT_OPTIONS)
  if (bare && source === null) return ''
  if (!bare || source === null) return encodeLink(state).hash
  return source.kind === 'sample'
    ? `#sample=${source.ref}`
    : `#image=${encodeURIComponent(source.ref)}`
}

function plain(source: LinkState['source']): LinkState {
  return { source, platform: null, blueprint: null, options: DEFAULT_OPTIONS }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
