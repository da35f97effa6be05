import { SealscopeError } from '../../base/error'
import type { CompareResult } from '../../contract/answers'
import type { ImageFacts } from '../../contract/facts'
import type { OpenOptions, OpenRequest, Progress, WorkerMessage, WorkerRequest } from './protocol'

export interface Hooks {
  onProgress(progress: Progress): void
  signal: AbortSignal
}

/** Opens an image in a worker of its own. */
export function openInWorker(
  open: OpenRequest,
  options: OpenOptions,
  hooks: Hooks,
): Promise<ImageFacts> {
  return ask({ id: 1, open, options, base: document.baseURI }, hooks, (message) =>
    message.type === 'facts' ? message.facts : null,
  )
}

/** Compares an image with another one, or with a dumpfile, in a worker of its own. */
export function compareInWorker(
  open: OpenRequest,
  against: OpenRequest,
  options: OpenOptions,
  hooks: Hooks,
): Promise<CompareResult> {
  return ask({ id: 1, open, against, options, base: document.baseURI }, hooks, (message) =>
    message.type === 'compared' ? message.result : null,
  )
}

/**
 * Asks a new worker. An abort ends it at once, whatever it is doing: bytes that would keep it busy for
 * ever can do no harm.
 */
function ask<T>(
  request: WorkerRequest,
  { onProgress, signal }: Hooks,
  take: (message: WorkerMessage) => T | null,
): Promise<T> {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module' })
  return new Promise<T>((resolve, reject) => {
    const fail = (code: string, what: string) =>
      reject(new SealscopeError({ kind: 'internal', code, what }))
    signal.addEventListener('abort', () => fail('cancelled', 'cancelled'), { once: true })
    worker.addEventListener('error', (event) => fail('worker', event.message || 'the worker died'))
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      const answer = take(data)
      if (answer !== null) resolve(answer)
      else if (data.type === 'progress') onProgress(data.progress)
      else if (data.type === 'error') {
        reject(new SealscopeError({ code: data.error.code, what: data.error.message }))
      }
    })
    worker.postMessage(request)
  }).finally(() => worker.terminate())
}
