import type { ContainerSpec } from '../containers'
import type { PartitionTable } from '../disk/model'
import type { BootcDistro } from '../distro'
import { GoRandom } from '../../../base/go/random'
import type { JsonObject } from '../../../base/go/json'
import type { ImageType } from '../image-types'
import type { Pipeline } from '../pipelines/pipeline'
import type { ManifestRequest } from '../request'
import { type Target, TARGETS } from '../target'
import type { Wishes } from '../wishes'

/** What a manifest of any type is made from, checked. */
export interface MakeInput {
  request: ManifestRequest
  target: Target
  type: ImageType
  distro: BootcDistro
  wishes: Wishes
  embedded: Wishes | null
  random: GoRandom
}

/** What is known so far; kept when a later step fails. */
export interface MakeProgress {
  table: PartitionTable | null
  kernelOptions: KernelOption[]
  partial: PartialPlan | null
}

/** Pipelines of a type that cannot be written as a whole, and the names of the others. */
export interface PartialPlan {
  pipelines: JsonObject[]
  missing: string[]
}

/** A kernel argument of the installed system. */
export interface KernelOption {
  value: string
  from: 'default' | 'blueprint'
  /** False: written nowhere, because the image is sealed. */
  effective: boolean
}

/**
 * A maker checks everything upstream's `Manifest()` checks and returns how to write the pipelines:
 * containers are resolved in between.
 */
export type Maker = (input: MakeInput, progress: MakeProgress) => () => Pipeline[]

export function makeInput(
  request: ManifestRequest,
  type: ImageType,
  distro: BootcDistro,
  wishes: Wishes,
  embedded: Wishes | null,
): MakeInput {
  const target = TARGETS[request.target]
  return { request, target, type, distro, wishes, embedded, random: new GoRandom(request.seed) }
}

/** A container as the options say where it comes from. */
export function resolve({ request }: MakeInput, reference: string): ContainerSpec {
  const local = !request.options.remoteContainers
  return { ...request.containers(reference), localName: reference, local }
}
