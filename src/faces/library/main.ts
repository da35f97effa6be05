/**
 * What other programs may use: the engine without page and command line, for browsers and Node. See
 * docs/library.md. Documents are those of docs/contracts.md; errors are SealscopeErrors.
 */
import { loadDigests } from '../../base/hash/digests'
import { instantiateKernels, type Kernels } from '../../base/hash/kernels'
import type { Hashing } from '../../base/hash/hashing'
import {
  planImage as planWhenLoaded,
  type PlanAnswer,
  type PlanInput,
} from '../../answers/plan/plan'

export { SealscopeError } from '../../base/error'
export { inspectEfi } from '../../answers/facts/inspect-efi'
export { inspectImage } from '../../answers/facts/inspect-image'
export type { InspectOptions, Inspection } from '../../answers/facts/inspect-image'
export { DEFAULT_OPTIONS } from '../../answers/plan/options'
export type { PlanOptions } from '../../answers/plan/options'
export type { PlanAnswer, PlanInput } from '../../answers/plan/plan'
export type { ByteSource } from '../../base/byte-source'
export type { Hashing } from '../../base/hash/hashing'
export type { Kernels } from '../../base/hash/kernels'
export type { ImageFacts, Platform } from '../../contract/facts'
export { openArchiveImage } from '../../formats/oci/archive'
export type { OpenedImage } from '../../formats/oci/image'
export { openLayout } from '../../formats/oci/layout'
export type { LayoutFiles } from '../../formats/oci/layout'
export { parseReference } from '../../formats/oci/reference'
export type { FetchRegistry } from '../../formats/oci/reference'
export { openRegistryImage } from '../../image/registry/client'

/**
 * The WebAssembly module `sealscope/sealscope.wasm`, given as its bytes or compiled. `hashing` are faster digests
 * of the host, such as OpenSSL's in Node; without them they are made in WebAssembly. One a thread is enough.
 */
export function loadKernels(
  wasm: WebAssembly.Module | BufferSource,
  hashing: Hashing | null = null,
): Promise<Kernels> {
  return instantiateKernels(wasm, hashing)
}

/** What image-builder makes of an image and a blueprint. Rejects with a usage error for an option. */
export async function planImage(input: PlanInput): Promise<PlanAnswer> {
  await loadDigests()
  return planWhenLoaded(input)
}
