import type { SealProof } from '../../../contract/facts'
import { formInWords } from './words'

/** Forms that give one digest. */
export interface DigestGroup {
  /** Null: they cannot be computed. */
  digest: string | null
  error: string | null
  forms: { id: string; words: string }[]
  /** It is the one that the kernel image demands. */
  demanded: boolean
}

/** The candidates by equal value: the demanded one first, those that cannot be computed last. */
export function groupDigests({ candidates }: SealProof, claimed: string | null): DigestGroup[] {
  const groups = new Map<string, DigestGroup>()
  for (const { id, digest, error } of candidates) {
    const key = digest ?? `error ${error ?? ''}`
    const demanded = digest !== null && digest === claimed?.toLowerCase()
    const group = groups.get(key) ?? { digest, error, forms: [], demanded }
    group.forms.push({ id, words: formInWords(id) })
    groups.set(key, group)
  }
  const rank = ({ digest, demanded }: DigestGroup) => (demanded ? 0 : digest === null ? 2 : 1)
  return [...groups.values()].sort((a, b) => rank(a) - rank(b))
}
