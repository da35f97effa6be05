import { createHash } from 'node:crypto'
import wasm from '../../../wasm/build/sealscope.wasm'
import { createCollector } from './memory'
import { createNodeVerity } from './verity'
import { instantiateKernels, type Hasher, type Kernels } from '../../base/hash/kernels'

/** The WebAssembly module that is bundled with the tool, with OpenSSL's hashes; each new digest may collect garbage first. */
export async function loadBundledKernels(): Promise<Kernels> {
  const kernels = await instantiateKernels(wasm)
  const collect = createCollector()
  kernels.sha256 = createNodeSha256
  kernels.verity = (algorithm) => {
    collect()
    return createNodeVerity(algorithm)
  }
  return kernels
}

/** OpenSSL's SHA-256, which uses the processor's own instructions where there are any. */
export function createNodeSha256(): Hasher {
  const hash = createHash('sha256')
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => new Uint8Array(hash.digest()),
  }
}
