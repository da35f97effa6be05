import { toSealscopeError } from '../bytes/error'
import type { ImageFacts } from '../contract/facts'
import type { SearchStep } from '../composefs/explain/search'
import { inspectEfi } from '../inspect/inspect-efi'
import { inspectImage } from '../inspect/inspect-image'
import { instantiateKernels, type Kernels, type VerityAlgorithm } from '../kernels/kernels'
import type { OpenedImage } from '../oci/image'
import type { Progress, WorkerMessage, WorkerRequest } from './protocol'
import { openRequest } from './sources'
import wasmUrl from '../../wasm/build/sealscope.wasm?url'

/** Milliseconds for reading and for the search why a seal does not hold. */
const SEARCH_TIME = 60_000

let kernels: Promise<Kernels> | null = null

function loadKernels(): Promise<Kernels> {
  kernels ??= fetch(wasmUrl)
    .then((response) => response.arrayBuffer())
    .then((bytes) => instantiateKernels(bytes))
  return kernels
}

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  void answer(event.data)
})

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request
  const send = (message: WorkerMessage) => self.postMessage(message)
  try {
    const facts = await open(request, (progress) => send({ id, type: 'progress', progress }))
    send({ id, type: 'facts', facts })
  } catch (thrown) {
    send({ id, type: 'error', error: toSealscopeError(thrown).toDocument().error })
  }
}

async function open(
  request: WorkerRequest,
  onProgress: (progress: Progress) => void,
): Promise<ImageFacts> {
  const { platform, quick } = request.options
  const source = await openRequest(request.open, platform, request.base)
  if (source.kind === 'facts') return source.facts
  const loaded = await loadKernels()
  if (source.kind === 'efi') {
    return inspectEfi(source.bytes, source.name, { kind: 'efi', ref: source.name }, loaded)
  }
  const until = performance.now() + SEARCH_TIME
  const mayContinue = (step: SearchStep) => {
    onProgress({
      phase: 'search',
      label: `why the seal does not hold: ${step.tried} tried, now the image ${step.hypothesis}`,
      bytesRead: 1,
      bytesTotal: 1,
      layers: [],
    })
    return performance.now() < until
  }
  const read = async (verity: VerityAlgorithm[]) => {
    const report = progressOf(source.image, onProgress)
    const options = { kernels: loaded, verity, quick, onProgress: report, mayContinue }
    return (await inspectImage(source.image, source.source, options)).facts
  }
  const facts = await read(['sha512'])
  const other = facts.seal.claimed[0]?.algorithm === 'sha256'
  return other && !quick ? read(['sha512', 'sha256']) : facts
}

function progressOf(
  image: OpenedImage,
  onProgress: (progress: Progress) => void,
): (layer: number, bytes: number) => void {
  const read = image.layers.map(() => 0)
  const bytesTotal = image.layers.reduce((sum, layer) => sum + layer.size, 0)
  return (layer, bytes) => {
    read[layer] = bytes
    const bytesRead = read.reduce((sum, count) => sum + count, 0)
    onProgress({
      phase: 'layers',
      label: `layer ${layer + 1} of ${image.layers.length}`,
      bytesRead,
      bytesTotal,
      layers: image.layers.map(({ size }, index) => ({
        index,
        bytesRead: read[index] ?? 0,
        size,
        done: (read[index] ?? 0) >= size,
      })),
    })
  }
}
