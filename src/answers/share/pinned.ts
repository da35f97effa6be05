import type { ImageFacts } from '../../contract/facts'
import { chosenPlatform } from '../plan/commands'
import { defaultImgref, fullName } from '../plan/frame'
import type { LinkState } from './link'

/**
 * The state that shows others the very same plan: an image of a registry pinned by the digest of what was
 * opened (its index, where there is a choice), the name that went into the manifest kept. Contents of
 * files are in no link: `source` is null for them. The command line and the page share this rule.
 */
export function pinnedState(
  facts: ImageFacts,
  { blueprint, options }: Pick<LinkState, 'blueprint' | 'options'>,
): LinkState {
  const { kind, ref } = facts.source
  const platform = chosenPlatform(facts.image)
  if (kind === 'sample') return { source: { kind, ref }, platform, blueprint, options }
  if (kind !== 'registry') return { source: null, platform: null, blueprint, options }
  return {
    source: { kind, ref: pinnedReference(facts) },
    platform,
    blueprint,
    options: { ...options, imgref: options.imgref ?? defaultImgref(facts) },
  }
}

function pinnedReference({ source, image }: ImageFacts): string {
  const ref = fullName(source.ref)
  if (image === null || ref.includes('@')) return ref
  // facts of before have no digest of the index
  return `${ref}@${image.indexDigest ?? image.manifestDigest}`
}
