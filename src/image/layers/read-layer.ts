import type { SealscopeError } from '../../base/error'
import type { LayerListing } from '../../formats/tar/entry'
import { LayerPass, passError, type LayerRequest } from './layer-pass'

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
