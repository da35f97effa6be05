import { readFileSync } from 'node:fs'
import type { Hashing } from '../hashing'
import { instantiateKernels, type Kernels } from '../kernels'

/** The kernels as a test uses them. */
export function loadKernels(hashing: Hashing | null = null): Promise<Kernels> {
  const path = new URL('../../../../wasm/build/sealscope.wasm', import.meta.url)
  return instantiateKernels(readFileSync(path), hashing)
}
