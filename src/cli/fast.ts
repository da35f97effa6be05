import { createHash } from 'node:crypto'
import { Duplex } from 'node:stream'
import { createGunzip } from 'node:zlib'
import wasm from '../../wasm/build/sealscope.wasm'
import { instantiateKernels, type Hasher, type Kernels } from '../kernels/kernels'

/** The WebAssembly module that is bundled with the tool. */
export function loadBundledKernels(): Promise<Kernels> {
  return instantiateKernels(wasm)
}

/** OpenSSL's SHA-256, which uses the processor's own instructions where there are any. */
export function createNodeSha256(): Hasher {
  const hash = createHash('sha256')
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => new Uint8Array(hash.digest()),
  }
}

/** zlib in a thread of its own, with chunks large enough to keep the main thread from waking often. */
export function createNodeInflater(): ReadableWritablePair<Uint8Array, Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  return Duplex.toWeb(gunzip) as ReadableWritablePair<Uint8Array, Uint8Array>
}
