import { readFileSync } from 'node:fs'
import { instantiateKernels, type Kernels } from '../kernels'

/** The kernels as a test uses them; `npm run build:wasm` must have run. */
export function loadKernels(): Promise<Kernels> {
  return instantiateKernels(readFileSync('wasm/build/sealscope.wasm'))
}
