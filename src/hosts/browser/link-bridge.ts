import type { LinkState } from '../../answers/share/link'

/** Packs a state in a worker of its own: reading and packing 2,000 lines takes 60 ms. Null: too long. */
export function encodeInWorker(state: LinkState): Promise<string | null> {
  const worker = new Worker(new URL('./link-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<string | null>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<string | null>) => resolve(data))
    worker.addEventListener('error', () => resolve(null))
    worker.postMessage(state)
  }).finally(() => worker.terminate())
}
