import { SealscopeError } from '../../base/error'
import type { PlanAnswer, PlanInput } from '../../answers/plan/plan'
import type { PlanMessage, PlanWorkerRequest } from './plan-protocol'

/** Time after which a plan that is no longer wanted is stopped by ending its worker, milliseconds. */
const PATIENCE = 300

interface Waiting {
  id: number
  since: number
  resolve: (answer: PlanAnswer | null) => void
  reject: (error: SealscopeError) => void
}

/**
 * Plans in a worker, so that typing never waits. A newer question makes an older one answer null; a worker
 * that is busy with an old question for long is replaced.
 */
export class Planner {
  private worker: Worker | null = null
  private waiting: Waiting | null = null
  private count = 0

  plan(input: PlanInput): Promise<PlanAnswer | null> {
    this.dismiss()
    const id = ++this.count
    const request: PlanWorkerRequest = { id, input }
    return new Promise<PlanAnswer | null>((resolve, reject) => {
      this.waiting = { id, since: performance.now(), resolve, reject }
      this.start().postMessage(request)
    })
  }

  /** Ends the worker. */
  close(): void {
    this.dismiss()
    this.worker?.terminate()
    this.worker = null
  }

  private dismiss(): void {
    const { waiting } = this
    this.waiting = null
    if (waiting === null) return
    waiting.resolve(null)
    if (performance.now() - waiting.since < PATIENCE) return
    this.worker?.terminate()
    this.worker = null
  }

  private start(): Worker {
    if (this.worker !== null) return this.worker
    const worker = new Worker(new URL('./plan-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<PlanMessage>) => this.settle(data))
    worker.addEventListener('error', (event) => {
      const what = event.message || 'the planner died'
      this.waiting?.reject(new SealscopeError({ kind: 'internal', code: 'planner', what }))
      this.waiting = null
      this.worker = null
    })
    this.worker = worker
    return worker
  }

  private settle(message: PlanMessage): void {
    const { waiting } = this
    if (waiting === null || waiting.id !== message.id) return
    this.waiting = null
    if (message.type === 'plan') waiting.resolve(message.answer)
    else {
      const { code, message: what } = message.error
      waiting.reject(new SealscopeError({ code, what }))
    }
  }
}
