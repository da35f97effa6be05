import { SealscopeError, toSealscopeError } from '../../base/error'
import type { ImageFacts } from '../../contract/facts'
import type { SearchStep } from '../../answers/seal/explain/search'
import { compareSides, type Side } from '../../answers/compare/compare-images'
import { inspectEfi } from '../../answers/facts/inspect-efi'
import { scanTools } from '../../formats/uki/digest-set'
import { scanUki } from '../../formats/uki/uki-sink'
import { inspectImage } from '../../answers/facts/inspect-image'
import type { OpenedImage } from '../../formats/oci/image'
import { loadKernels } from './browser-kernels'
import { layerWorkers } from './layer-workers'
import type { OpenRequest, Progress, WorkerMessage, WorkerRequest } from './protocol'
import { openRequest } from './sources'

/** Milliseconds for reading and for the search why a seal does not hold. */
const SEARCH_TIME = 60_000

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  void answer(event.data)
})

async function answer(request: WorkerRequest): Promise<void> {
  const { id, against } = request
  const send = (message: WorkerMessage) => {
    try {
      self.postMessage(message)
    } catch (cause) {
      throw new SealscopeError({
        code: 'facts-depth',
        what: 'what was found is nested too deeply to be shown',
        cause,
      })
    }
  }
  const onProgress = (progress: Progress) => send({ id, type: 'progress', progress })
  try {
    if (against === undefined) {
      send({ id, type: 'facts', facts: await open(request, onProgress) })
    } else {
      const left = await sideOf(request, request.open, onProgress)
      const right = await sideOf(request, against, onProgress)
      send({ id, type: 'compared', result: compareSides(left, right) })
    }
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
  if (source.kind === 'dump') throw notAnImage(source.name)
  const loaded = await loadKernels()
  if (source.kind === 'efi') {
    const scan = scanUki(source.bytes, scanTools(loaded), { initrd: true })
    return inspectEfi(scan, source.name, { kind: 'efi', ref: source.name }, loaded)
  }
  const mayContinue = searching(onProgress)
  const { again } = source
  const readers = quick
    ? null
    : layerWorkers(source.image, { open: again, platform, base: request.base })
  const report = progressOf(source.image, onProgress)
  const here = { kernels: loaded, verity: ['sha512'] as const, quick, onProgress: report, mayContinue } // prettier-ignore
  try {
    const options = readers === null ? here : { ...here, readers }
    return (await inspectImage(source.image, source.source, options)).facts
  } finally {
    readers?.close()
  }
}

/** Tells what is tried, and ends the search when its time is over. */
function searching(onProgress: (progress: Progress) => void): (step: SearchStep) => boolean {
  const until = performance.now() + SEARCH_TIME
  return ({ tried, hypothesis }) => {
    onProgress({
      phase: 'search',
      label: `why the seal does not hold: ${tried} tried, now the image ${hypothesis}`,
      bytesRead: 1,
      bytesTotal: 1,
      layers: [],
    })
    return performance.now() < until
  }
}

async function sideOf(
  request: WorkerRequest,
  asked: OpenRequest,
  onProgress: (progress: Progress) => void,
): Promise<Side> {
  const source = await openRequest(asked, request.options.platform, request.base)
  if (source.kind === 'dump') return source
  if (source.kind !== 'image') throw notAnImage(source.kind === 'efi' ? source.name : 'facts')
  const { platform } = request.options
  const readers = layerWorkers(source.image, { open: source.again, platform, base: request.base })
  const options = {
    kernels: await loadKernels(),
    verity: ['sha512'] as const,
    quick: false,
    onProgress: progressOf(source.image, onProgress),
    ...(readers === null ? {} : { readers }),
  }
  try {
    const inspection = await inspectImage(source.image, source.source, options)
    return { kind: 'image', inspection, name: source.source.ref }
  } finally {
    readers?.close()
  }
}

function notAnImage(name: string): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'not-an-image',
    what: `${name} holds no image`,
    expected: 'an image archive, an OCI layout folder or a registry reference',
  })
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
