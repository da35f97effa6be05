import { sealingFindings } from '../findings/sealing-findings'
import { checkSealing, sealingAlgorithms } from '../seal/sealing'
import type { Finding, ImageFacts } from '../../contract/facts'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import type { OpenedImage } from '../../formats/oci/image'
import type { Referrers } from '../../formats/oci/referrers'

interface Wanted {
  verity: readonly VerityAlgorithm[]
  quick: boolean
  signal?: AbortSignal
}

/** Asks the registry what refers to the image where digests are computed; null when nothing was asked. */
export async function referrersOf(image: OpenedImage, wanted: Wanted): Promise<Referrers | null> {
  if (wanted.quick || wanted.verity.length === 0) return null
  return (await image.findReferrers?.(wanted.signal)) ?? null
}

/** The hashes that are wanted, and those that the image's sealing annotations name. */
export function hashesFor(
  image: OpenedImage,
  asked: Referrers | null,
  { verity, quick }: Wanted,
): VerityAlgorithm[] {
  if (quick || verity.length === 0) return [...verity]
  return [...new Set([...verity, ...sealingAlgorithms(image, asked?.referrers ?? [])])]
}

/** Puts sealing annotations and artifacts into the facts, after the proof; returns what is to say of them. */
export function describeSealing(
  facts: ImageFacts,
  image: OpenedImage,
  asked: Referrers | null,
  kernels: Kernels,
): Finding[] {
  const { seal } = facts
  const checked = checkSealing(image, asked?.referrers ?? [], {
    proof: seal.proof,
    documents: image.documents,
    verity: (algorithm) => kernels.verity(algorithm),
  })
  seal.annotations = checked.map(({ where, key, value, digest, matches }) => ({ where, key, value, digest, matches })) // prettier-ignore
  seal.artifacts =
    asked?.referrers?.map(({ digest, artifactType, annotations }) => ({ digest, artifactType, annotations })) ?? null // prettier-ignore
  const found = asked ?? { referrers: null, problems: [] }
  return sealingFindings(checked, found, image.manifest.digest)
}
