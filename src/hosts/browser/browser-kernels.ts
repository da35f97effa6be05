import { instantiateKernels, type Kernels } from '../../base/hash/kernels'
import wasmUrl from '../../../wasm/build/sealscope.wasm?url'

let kernels: Promise<Kernels> | null = null

/** The kernels, loaded once a worker. */
export function loadKernels(): Promise<Kernels> {
  kernels ??= fetch(wasmUrl)
    .then((response) => response.arrayBuffer())
    .then((bytes) => instantiateKernels(bytes))
  return kernels
}
