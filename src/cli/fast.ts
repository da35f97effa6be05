import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'
import wasm from '../../wasm/build/sealscope.wasm'
import type { Decoder } from '../layers/decompress'
import { createCollector } from './memory'
import { instantiateKernels, type Hasher, type Kernels } from '../kernels/kernels'

/** The WebAssembly module that is bundled with the tool; each new digest may collect garbage first. */
export async function loadBundledKernels(): Promise<Kernels> {
  const kernels = await instantiateKernels(wasm)
  const collect = createCollector()
  const verity = kernels.verity.bind(kernels)
  kernels.verity = (algorithm) => {
    collect()
    return verity(algorithm)
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

/** Unpacked bytes that zlib hands over at a time: larger ones cost memory, smaller ones time. */
const PIECE = 256 * 1024

/** zlib, which works in a thread of its own, without the web streams that would cost as much again. */
export function createNodeGunzip(sink: (chunk: Uint8Array) => void): Decoder {
  const gunzip = createGunzip({ chunkSize: PIECE })
  let failure: Error | null = null
  let fail: (reason: Error) => void = () => undefined
  const stop = (reason: Error) => {
    failure ??= reason
    fail(failure)
  }
  gunzip.on('error', stop)
  gunzip.on('data', (chunk: Uint8Array) => {
    try {
      if (failure === null) sink(chunk)
    } catch (thrown) {
      stop(thrown as Error)
    }
  })
  const step = (start: (done: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      if (failure !== null) return reject(failure)
      fail = reject
      start(() => (failure === null ? resolve() : reject(failure)))
    })
  return {
    push: (chunk) => step((done) => gunzip.write(chunk, done)),
    finish: () =>
      step((done) => {
        gunzip.once('end', done)
        gunzip.end()
      }),
    async cancel() {
      gunzip.destroy()
    },
  }
}
