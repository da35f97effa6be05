import type { Kernels } from '../../../base/hash/kernels'
import { DIGEST_NAMES, scanTools } from '../digest-set'

export type HashBanks = ReturnType<typeof createHashBanks>

/** Tools that compute all four banks. */
export function createHashBanks(kernels: Kernels) {
  return scanTools(kernels, DIGEST_NAMES)
}
