import { SealscopeError } from '../../base/error'
import type { ImageFacts, UnreadLayer } from '../../contract/facts'

/**
 * Takes out of the facts what an unread layer could have changed: it may add, replace and remove any path.
 * The UKIs stay as what the other layers bring, and so does all that index, manifest and config say.
 */
export function forgetUnread(facts: ImageFacts, unread: readonly UnreadLayer[]): void {
  facts.os = null
  facts.kernel = null
  facts.errors = { kernel: null, kargs: null, installConfig: null, import: null }
  facts.kargs = null
  facts.installConfig = null
  facts.initrdModules = null
  facts.uefiVendor = null
  facts.selinuxPolicy = null
  facts.builder = null
  facts.system = null
  facts.bootcInImage = null
  facts.packages = null
  facts.installation = null
  facts.secureBoot = null
  facts.structure = null
  facts.seal.verdict = null
  facts.seal.claimed = []
  facts.seal.modifiers = null
  facts.seal.proof = null
  facts.evidence.complete = false
  facts.evidence.verified = false
  facts.evidence.unread = [...unread]
}

/** Why facts say nothing about the image as a whole; null when all layers were read. */
export function unreadError({ evidence }: Pick<ImageFacts, 'evidence'>): SealscopeError | null {
  return firstUnread(evidence.unread)
}

/** The error for layers that could not be read, the network's first; null when there is none. */
export function firstUnread(unread: readonly UnreadLayer[]): SealscopeError | null {
  const found = unread.find(({ kind }) => kind === 'network') ?? unread[0]
  if (found === undefined) return null
  const { kind, code, layer, message } = found
  const what = `layer ${layer} was not read: ${message}`
  return SealscopeError.restore({ kind, code, message: what, where: { layer } })
}
