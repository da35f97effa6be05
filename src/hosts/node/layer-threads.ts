import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Platform } from '../../contract/facts'
import {
  createLayerServer,
  type LayerOrder,
  type LayerPort,
  type LayerReply,
  RemoteReaders,
} from '../../image/session/remote-reader'
import { loadBundledKernels } from './fast'
import { openSource } from './source'

/** Compressed bytes below which threads cost more than they save: starting one takes 60 ms. */
const WORTH_IT = 24 * 2 ** 20
const MOST_THREADS = 4
/** Garbage of reading is collected early: without it a thread grows to several hundred MB. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 }

interface ThreadData {
  sealscopeLayers: { word: string; platform: Platform | null }
}

/** Threads that each open the same SOURCE and read its layers; null when they are not worth it. */
export function layerThreads(
  word: string,
  platform: Platform | null,
  sizes: readonly number[],
): RemoteReaders | null {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const count = Math.min(MOST_THREADS, sizes.length, availableParallelism())
  if (total < WORTH_IT || count < 2 || !isMainThread) return null
  return new RemoteReaders(count, () => startThread({ sealscopeLayers: { word, platform } }))
}

function startThread(workerData: ThreadData): LayerPort {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData, resourceLimits: LIMITS })
  return {
    post: (order) => worker.postMessage(order),
    listen: (onReply, onEnd) => {
      worker.on('message', (reply: LayerReply) => onReply(reply))
      worker.on('error', (error: Error) => onEnd(error.message))
      worker.on('exit', (code) => onEnd(`exit code ${code}`))
    },
    close: () => void worker.terminate(),
  }
}

/** Reads the layers that are asked for, one after another. */
export function serveLayers(): void {
  const port = parentPort
  if (port === null) return
  const { word, platform } = (workerData as ThreadData).sealscopeLayers
  const open = async () => {
    const [source, kernels] = await Promise.all([openSource(word, platform), loadBundledKernels()])
    if (source.kind !== 'image') throw new TypeError('the source holds no layers')
    return { image: source.image, tools: { kernels } }
  }
  const serve = createLayerServer(open, (reply) => port.postMessage(reply))
  port.on('message', (order: LayerOrder) => serve(order))
}
