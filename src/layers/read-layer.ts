import type { SealscopeError } from '../bytes/error'
import type { CreateHasher } from '../kernels/kernels'
import type { CreateGunzip } from './decompress'
import type { LayerListing } from './entry'
import { LayerPass, passError } from './layer-pass'
import type { ScanRequest } from './tar-scanner'

export interface LayerRequest<T> extends ScanRequest<T> {
  /**
   * Opens the compressed blob from its first byte. Called a second time for a gzip layer of several
   * members (or a damaged one), which only a slower decoder can read.
   */
  open(signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>>
  /** Digests are `sha256:…` or `sha512:…`; null: nothing to compare with. */
  expected: { digest: string; size: number; diffId: string | null } | null
  onProgress?: (compressedBytes: number) => void
  signal?: AbortSignal
  /** A faster gzip decoder or SHA-256 than the ones built in. */
  createGunzip?: CreateGunzip
  createSha256?: CreateHasher
}

export interface LayerResult<T> {
  listing: LayerListing<T>
  /** What is wrong with the layer's bytes; the listing holds what could be read all the same. */
  error: SealscopeError | null
}

/**
 * Reads one layer to its end (or until `onEntry` says stop): compression told by the bytes, digest,
 * size and diff_id checked, tar entries listed, content given to sinks. Memory stays flat. Each
 * entry is reported once. Only an abort rejects; damage is returned beside the listing.
 */
export async function readLayer<T>(request: LayerRequest<T>): Promise<LayerResult<T>> {
  const pass = new LayerPass(request)
  try {
    const error = await pass.run()
    return { listing: pass.listing(), error }
  } catch (thrown) {
    if (request.signal?.aborted) throw thrown
    return { listing: pass.listing(), error: passError(thrown) }
  } finally {
    pass.release()
  }
}
