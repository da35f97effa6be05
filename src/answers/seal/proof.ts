import type { ContentReader } from '../../image/tree/reader'
import { computesClaim, judgeOf, matches } from './releases'
import { acceptMatrix } from './releases-matrix'
import { computeCandidates, type DigestInput } from './candidates'
import { explainSeal, type ExplainQuestion } from './explain/explain'
import { importCauses, multiFrameWords, type ImportStop } from './explain/import-causes'
import type { ImageFacts, SealCause, SealProof } from '../../contract/facts'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import { childAt } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'

type Evidence = Pick<ExplainQuestion, 'input' | 'layers' | 'times' | 'dump' | 'mayContinue'> & {
  /** All places at which an import stops. */
  stops: readonly ImportStop[]
}

/** Why the image cannot be imported, why its seal does not hold, or why the newest release refuses it. */
export function causesOf(
  facts: ImageFacts,
  proof: SealProof,
  verity: readonly VerityAlgorithm[],
  evidence: Evidence,
): SealCause[] {
  if (proof.importError !== null) return importCauses(proof.importError, evidence.stops)
  const [claimed] = facts.seal.claimed
  // A hash whose digests of contents were not computed cannot be searched.
  const { algorithm = null } = claimed ?? {}
  if (claimed === undefined || (algorithm !== null && !verity.includes(algorithm))) return []
  const accepted = computesClaim(judgeOf(null), claimed, proof.candidates)
  return explainSeal({ claimed, matches: proof.matches, accepted, ...evidence })
}

/** The dump that lies beside the UKI that bootc takes. */
export function dumpOf(
  facts: ImageFacts,
  root: Directory,
  contents: ContentReader,
): ExplainQuestion['dump'] {
  const stem = /([^/]+)\.efi$/.exec(facts.kernel?.unified ? facts.kernel.path : '')?.[1]
  if (stem === undefined) return null
  const name = `boot/${stem}.dump`
  const node = childAt(root, name)
  return node?.kind === 'file' ? { bytes: contents.bytes(node), name } : null
}

/** The digests of all forms, and what they say about the seal that is claimed; `causes` is left empty. */
export function proofOf(
  facts: ImageFacts,
  input: DigestInput,
  algorithms: readonly VerityAlgorithm[],
): SealProof {
  const candidates = algorithms.flatMap((algorithm) =>
    computeCandidates(input, algorithm).map(({ id, digest, error }) => ({ id, digest, error })),
  )
  const [deciding] = facts.seal.claimed
  const found = matches(deciding, candidates)
  return {
    holds: deciding === undefined ? null : found.length > 0,
    matches: found,
    candidates,
    accepts: acceptMatrix(facts.seal.claimed, candidates, {
      importError: input.importError,
      multiFrame: input.multiFrame ? multiFrameWords(input.multiFrameLayers ?? []) : null,
    }),
    importError: input.importError,
    causes: [],
  }
}
