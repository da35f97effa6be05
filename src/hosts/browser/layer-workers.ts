import type { Platform } from '../../contract/facts'
import { type LayerPort, type LayerReply, RemoteReaders } from '../../image/session/remote-reader'
import type { OpenedImage } from '../../formats/oci/image'
import type { OpenRequest } from './protocol'

/** Compressed bytes below which workers cost more than they save. */
const WORTH_IT = 24 * 2 ** 20
const MOST_WORKERS = 4

/** What each worker opens by itself, so that no layer passes through another one. */
export interface LayerSource {
  open: OpenRequest
  platform: Platform | null
  base: string
}

/** Workers that read the layers of a large image; null when they are not worth it. */
export function layerWorkers(image: OpenedImage, source: LayerSource): RemoteReaders | null {
  const total = image.layers.reduce((sum, { size }) => sum + size, 0)
  const count = Math.min(MOST_WORKERS, image.layers.length, navigator.hardwareConcurrency)
  if (total < WORTH_IT || count < 2 || typeof Worker === 'undefined') return null
  return new RemoteReaders(count, () => startWorker(source))
}

function startWorker(source: LayerSource): LayerPort {
  const worker = new Worker(new URL('./layer-worker.ts', import.meta.url), { type: 'module' })
  worker.postMessage(source)
  return {
    post: (order) => worker.postMessage(order),
    listen: (onReply, onEnd) => {
      worker.addEventListener('message', ({ data }: MessageEvent<LayerReply>) => onReply(data))
      worker.addEventListener('error', (event) => onEnd(event.message || 'it could not start'))
    },
    close: () => worker.terminate(),
  }
}
