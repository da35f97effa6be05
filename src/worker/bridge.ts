import { SealscopeError } from '../bytes/error'
import type { ImageFacts } from '../contract/facts'
import type { OpenOptions, OpenRequest, Progress, WorkerMessage, WorkerRequest } from './protocol'

/**
 * Opens an image in a worker of its own. An abort ends the worker at once, whatever it is doing; bytes that
 * would keep it busy for ever can do no harm.
 */
export function openInWorker(
  open: OpenRequest,
  options: OpenOptions,
  hooks: { onProgress(progress: Progress): void; signal: AbortSignal },
): Promise<ImageFacts> {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module' })
  return new Promise<ImageFacts>((resolve, reject) => {
    const fail = (code: string, what: string) =>
      reject(new SealscopeError({ kind: 'internal', code, what }))
    hooks.signal.addEventListener('abort', () => fail('cancelled', 'cancelled'), { once: true })
    worker.addEventListener('error', (event) => fail('worker', event.message || 'the worker died'))
    worker.addEventListener('message', (event: MessageEvent<WorkerMessage>) => {
      const { data } = event
      if (data.type === 'progress') hooks.onProgress(data.progress)
      else if (data.type === 'facts') resolve(data.facts)
      else reject(new SealscopeError({ code: data.error.code, what: data.error.message }))
    })
    const request: WorkerRequest = { id: 1, open, options, base: document.baseURI }
    worker.postMessage(request)
  }).finally(() => worker.terminate())
}
