import type { ImageFacts } from '../../contract/facts'
import { candidateId } from '../../rules/composefs/forms'
import { judgeOf } from '../seal/releases'
import { newestRow } from './releases'
import { counted } from '../words/sizes'

/** `good`: proved. `bad`: broken there. `warn`: right, but not for everybody. `open`: not claimed, not there, or not read. */
export type Link = 'good' | 'bad' | 'warn' | 'open'

/** One of the six links that tie the running system to the image. */
export interface Station {
  id: 'layers' | 'tree' | 'composefs' | 'digest' | 'demand' | 'signature'
  title: string
  detail: string
  /** Shown and copied; null where there is none. */
  digest: string | null
  link: Link
}

/** The six links from the layers to the signature, in the order in which each rests on the one before. */
export function stationsOf(facts: ImageFacts): Station[] {
  return [
    layers(facts),
    tree(facts),
    composefs(facts),
    digest(facts),
    demand(facts),
    signature(facts),
  ]
}

function layers({ image, evidence }: ImageFacts): Station {
  const base = { id: 'layers' as const, title: 'Layers', digest: null }
  if (evidence.unread.length > 0) {
    return { ...base, detail: `${counted(evidence.unread.length, 'layer')} not read`, link: 'open' }
  }
  if (image === null) return { ...base, detail: 'none: this is no image of layers', link: 'open' }
  const count = counted(image.layers.length, 'layer')
  return evidence.verified
    ? { ...base, detail: `${count}, every byte checked`, link: 'good' }
    : { ...base, detail: `${count}, not read to the end`, link: 'open' }
}

function tree(facts: ImageFacts): Station {
  const base = { id: 'tree' as const, title: 'Root tree', digest: null }
  if (facts.evidence.unread.length > 0 || facts.seal.verdict === null) {
    return { ...base, detail: 'not complete', link: 'open' }
  }
  const stop = facts.seal.proof?.importError ?? facts.errors.import
  if (stop !== null) return { ...base, detail: 'bootc cannot merge the layers', link: 'bad' }
  const entries = facts.image?.layers.reduce((sum, layer) => sum + (layer.entries ?? 0), 0) ?? 0
  const merged = entries === 0 ? 'read' : `merged from ${counted(entries, 'entry', 'entries')}`
  return { ...base, detail: merged, link: facts.image === null ? 'open' : 'good' }
}

function composefs(facts: ImageFacts): Station {
  const base = { id: 'composefs' as const, title: 'composefs image', digest: null }
  const { proof } = facts.seal
  if (proof === null) return { ...base, detail: 'not computed', link: 'open' }
  if (proof.importError !== null) return { ...base, detail: 'cannot be made', link: 'open' }
  if (!claims(facts)) return { ...base, detail: 'nothing asks for it', link: 'open' }
  return { ...base, detail: 'names, owners, labels, contents', link: 'good' }
}

function digest(facts: ImageFacts): Station {
  const base = { id: 'digest' as const, title: 'Its digest' }
  const computed = computedDigest(facts)
  if (computed === null) return { ...base, detail: 'not computed', digest: null, link: 'open' }
  const detail = 'computed here'
  return { ...base, detail, digest: computed, link: claims(facts) ? 'good' : 'open' }
}

function demand(facts: ImageFacts): Station {
  const base = { id: 'demand' as const, title: 'Digest the UKI demands' }
  const { claimed, proof, verdict } = facts.seal
  const [first] = claimed
  if (first === undefined) {
    const detail =
      verdict === null
        ? 'not read'
        : facts.ukis.length === 0
          ? 'there is no UKI'
          : 'it demands none'
    return { ...base, detail, digest: null, link: 'open' }
  }
  if (verdict === 'UKI_UNSEALED') {
    return { ...base, detail: 'a wish: `composefs=?`', digest: first.digest, link: 'open' }
  }
  if (proof === null || proof.holds === null) {
    return { ...base, detail: 'not compared', digest: first.digest, link: 'open' }
  }
  if (proof.importError !== null || !proof.holds) {
    return {
      ...base,
      detail: 'on its command line',
      digest: first.digest,
      link: proof.importError === null ? 'bad' : 'open',
    }
  }
  const taken = newestRow(proof.accepts)?.accepts !== false
  return {
    ...base,
    detail: taken
      ? 'the same, on its command line'
      : 'the same, in a form that newer releases refuse',
    digest: first.digest,
    link: taken ? 'good' : 'warn',
  }
}

function signature({ ukis }: ImageFacts): Station {
  const base = { id: 'signature' as const, title: 'Signature', digest: null }
  const [uki] = ukis
  if (uki === undefined) return { ...base, detail: 'there is no UKI', link: 'open' }
  if (uki.signatures.length === 0) return { ...base, detail: 'none', link: 'open' }
  const wrong = uki.signatures.every(
    (each) => each.digestMatches === false || each.signatureValid === false,
  )
  // That it is of this file is no answer to who trusts the signer: that is the question of Secure Boot.
  return wrong
    ? { ...base, detail: 'is of another file', link: 'bad' }
    : { ...base, detail: 'there; trust is the firmware’s', link: 'open' }
}

function claims({ seal }: ImageFacts): boolean {
  return seal.claimed.length > 0
}

/** The matching digest, else what the newest releases compute; null when none was. */
export function computedDigest({ seal }: ImageFacts): string | null {
  const { proof } = seal
  if (proof === null) return null
  const hash = seal.claimed[0]?.algorithm === 'sha256' ? 'sha256' : 'sha512'
  const newest = judgeOf(null).release.computes.new
  const wanted = proof.matches[0] ?? (newest === undefined ? null : candidateId(newest, hash))
  return proof.candidates.find(({ id }) => id === wanted)?.digest ?? null
}

/** The ring in one sentence, for those who do not see it. */
export function ringWords(stations: readonly Station[]): string {
  const broken = stations.findIndex(({ link }) => link === 'bad')
  const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  if (broken >= 0)
    return `The ring of six links is broken at the ${ordinals[broken] ?? ''}: ${stations[broken]?.title ?? ''}`
  const good = stations.filter(({ link }) => link === 'good').length
  return `${good} of six links hold`
}
