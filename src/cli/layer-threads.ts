import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SealscopeError, toSealscopeError, type PlainError } from '../bytes/error'
import type { Platform } from '../contract/facts'
import type { Captured } from '../inspect/capture'
import { type LayerTask, type RunLayerTask, runLayerTask } from '../inspect/layer-task'
import type { LayerListing } from '../layers/entry'
import { createNodeGunzip, createNodeSha256, loadBundledKernels } from './fast'
import { openSource } from './source'

/** Compressed bytes below which threads cost more than they save: starting one takes 60 ms. */
const WORTH_IT = 24 * 2 ** 20
const MOST_THREADS = 4
/** Garbage of reading is collected early: without it a thread grows to several hundred MB. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 }

interface ThreadData {
  sealscopeLayers: { word: string; platform: Platform | null }
}

type Reply =
  | { id: number; type: 'progress'; bytes: number }
  | { id: number; type: 'done'; listing: LayerListing<Captured>; error: PlainError | null }
  | { id: number; type: 'failed'; error: PlainError }

export interface LayerThreads {
  run: RunLayerTask
  close(): Promise<void>
}

/** Threads that each open the same SOURCE and read its layers; null when they are not worth it. */
export function layerThreads(
  word: string,
  platform: Platform | null,
  sizes: readonly number[],
): LayerThreads | null {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const count = Math.min(MOST_THREADS, sizes.length, availableParallelism())
  if (total < WORTH_IT || count < 2 || !isMainThread) return null
  const threads = Array.from({ length: count }, () => new LayerThread({ word, platform }))
  return {
    run: (task, onProgress) => {
      const free = threads.reduce((best, each) => (each.load < best.load ? each : best))
      return free.run(task, onProgress)
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

class LayerThread {
  load = 0
  private readonly worker: Worker
  private count = 0

  constructor(sealscopeLayers: ThreadData['sealscopeLayers']) {
    const workerData: ThreadData = { sealscopeLayers }
    const file = fileURLToPath(import.meta.url)
    this.worker = new Worker(file, { workerData, resourceLimits: LIMITS })
    this.worker.setMaxListeners(0)
  }

  run(task: LayerTask, onProgress: (bytes: number) => void): ReturnType<RunLayerTask> {
    const id = ++this.count
    this.load++
    return new Promise<Awaited<ReturnType<RunLayerTask>>>((resolve, reject) => {
      const fail = (cause: unknown) => reject(threadError(task.layer, cause))
      const listen = (reply: Reply) => {
        if (reply.id !== id) return
        if (reply.type === 'progress') return onProgress(reply.bytes)
        this.worker.off('message', listen)
        this.worker.off('error', fail)
        if (reply.type === 'failed') return reject(SealscopeError.restore(reply.error))
        const error = reply.error === null ? null : SealscopeError.restore(reply.error)
        resolve({ listing: reply.listing, error })
      }
      this.worker.on('message', listen)
      this.worker.once('error', fail)
      this.worker.postMessage({ id, task })
    }).finally(() => this.load--)
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }
}

function threadError(layer: number, cause: unknown): SealscopeError {
  const found = cause instanceof Error ? cause.message : String(cause)
  const what = 'the thread that reads a layer has ended'
  return new SealscopeError({
    kind: 'internal',
    code: 'thread',
    what,
    where: { layer },
    found,
    cause,
  })
}

/** True in a thread that `layerThreads` has started; then it serves until it is ended. */
export function isLayerThread(): boolean {
  return !isMainThread && (workerData as Partial<ThreadData> | null)?.sealscopeLayers !== undefined
}

/** Reads the layers that are asked for, one after another. */
export async function serveLayers(): Promise<void> {
  const port = parentPort
  if (port === null) return
  const { word, platform } = (workerData as ThreadData).sealscopeLayers
  const ready = Promise.all([openSource(word, platform), loadBundledKernels()])
  ready.catch(() => undefined)
  let last: Promise<void> = Promise.resolve()
  const send = (reply: Reply) => port.postMessage(reply)
  const work = async (id: number, task: LayerTask): Promise<void> => {
    try {
      const [source, kernels] = await ready
      if (source.kind !== 'image') throw new TypeError('the source holds no layers')
      const tools = { kernels, createGunzip: createNodeGunzip, createSha256: createNodeSha256 }
      const progress = (bytes: number) => send({ id, type: 'progress', bytes })
      const { listing, error } = await runLayerTask(source.image, task, tools, progress)
      send({ id, type: 'done', listing, error: error?.toPlain() ?? null })
    } catch (thrown) {
      send({ id, type: 'failed', error: toSealscopeError(thrown).toPlain() })
    }
  }
  port.on('message', ({ id, task }: { id: number; task: LayerTask }) => {
    last = last.then(() => work(id, task))
  })
}
