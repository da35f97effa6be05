import { createLayerServer, type LayerOrder } from '../../image/session/remote-reader'
import { loadKernels } from './browser-kernels'
import type { LayerSource } from './layer-workers'
import { openRequest } from './sources'

let serve: ((order: LayerOrder) => void) | null = null

self.addEventListener('message', ({ data }: MessageEvent<LayerSource | LayerOrder>) => {
  if ('task' in data) serve?.(data)
  else serve = createLayerServer(() => open(data), self.postMessage.bind(self))
})

async function open({ open, platform, base }: LayerSource) {
  const [source, kernels] = await Promise.all([openRequest(open, platform, base), loadKernels()])
  if (source.kind !== 'image') throw new TypeError('the source holds no layers')
  return { image: source.image, tools: { kernels } }
}
