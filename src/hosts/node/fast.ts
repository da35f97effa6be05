import wasm from '../../../wasm/build/sealscope.wasm'
import { instantiateKernels, type Kernels } from '../../base/hash/kernels'
import { OPENSSL } from './hashing'
import { createCollector } from './memory'

/** The WebAssembly module that is bundled with the tool, with OpenSSL's hashes; each new digest of a file may collect garbage first. */
export async function loadBundledKernels(): Promise<Kernels> {
  const collect = createCollector()
  return instantiateKernels(wasm, {
    ...OPENSSL,
    verity: (algorithm) => {
      collect()
      return OPENSSL.verity(algorithm)
    },
  })
}
