import { type PlainError, SealscopeError, toSealscopeError } from '../../base/error'
import type { LayerListing } from '../../formats/tar/entry'
import type { OpenedImage } from '../../formats/oci/image'
import type { Captured } from './capture'
import {
  type LayerReaders,
  type LayerTask,
  type RunLayerTask,
  runLayerTask,
  type TaskTools,
} from './layer-task'

/** What goes to a thread that reads layers. */
export interface LayerOrder {
  id: number
  task: LayerTask
}

/** What comes back. */
export type LayerReply =
  | { id: number; type: 'progress'; bytes: number }
  | { id: number; type: 'done'; listing: LayerListing<Captured>; error: PlainError | null }
  | { id: number; type: 'failed'; error: PlainError }

/** A thread, whatever a platform calls it. */
export interface LayerPort {
  post(order: LayerOrder): void
  /** Called once: every reply, and what ended the thread. */
  listen(onReply: (reply: LayerReply) => void, onEnd: (why: string) => void): void
  close(): void
}

/**
 * Reads layers in threads: the next layer goes to the thread that has the least to do. A thread that dies
 * takes its layers with it and is replaced for the next ones.
 */
export class RemoteReaders implements LayerReaders {
  private readonly readers: RemoteReader[]

  constructor(
    readonly count: number,
    start: () => LayerPort,
  ) {
    this.readers = Array.from({ length: count }, () => new RemoteReader(start))
  }

  readonly run: RunLayerTask = (task, onProgress) => {
    const free = this.readers.reduce((best, each) => (each.load < best.load ? each : best))
    return free.run(task, onProgress)
  }

  rest(): void {
    for (const reader of this.readers) if (reader.load === 0) reader.close()
  }

  close(): void {
    for (const reader of this.readers) reader.close()
  }
}

interface Waiting {
  layer: number
  onProgress: (bytes: number) => void
  resolve: (result: Awaited<ReturnType<RunLayerTask>>) => void
  reject: (error: SealscopeError) => void
}

class RemoteReader {
  private port: LayerPort | null = null
  private count = 0
  private readonly waiting = new Map<number, Waiting>()

  constructor(private readonly start: () => LayerPort) {}

  get load(): number {
    return this.waiting.size
  }

  run(task: LayerTask, onProgress: (bytes: number) => void): ReturnType<RunLayerTask> {
    const id = ++this.count
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { layer: task.layer, onProgress, resolve, reject })
      this.opened().post({ id, task })
    })
  }

  close(): void {
    this.port?.close()
    this.port = null
  }

  private opened(): LayerPort {
    if (this.port !== null) return this.port
    const port = this.start()
    this.port = port
    port.listen(
      (reply) => this.take(reply),
      (why) => {
        if (this.port === port) this.end(why)
      },
    )
    return port
  }

  private take(reply: LayerReply): void {
    const waiting = this.waiting.get(reply.id)
    if (waiting === undefined) return
    if (reply.type === 'progress') return waiting.onProgress(reply.bytes)
    this.waiting.delete(reply.id)
    if (reply.type === 'failed') return waiting.reject(SealscopeError.restore(reply.error))
    const error = reply.error === null ? null : SealscopeError.restore(reply.error)
    waiting.resolve({ listing: reply.listing, error })
  }

  private end(found: string): void {
    this.close()
    const lost = [...this.waiting.values()]
    this.waiting.clear()
    for (const { layer, reject } of lost) {
      const what = 'the thread that reads a layer has ended'
      reject(
        new SealscopeError({ kind: 'internal', code: 'thread', what, where: { layer }, found }),
      )
    }
  }
}

/** The other side: reads the layers that are asked for, one after another. */
export function createLayerServer(
  open: () => Promise<{ image: OpenedImage; tools: TaskTools }>,
  send: (reply: LayerReply) => void,
): (order: LayerOrder) => void {
  const ready = open()
  ready.catch(() => undefined)
  const work = async ({ id, task }: LayerOrder): Promise<void> => {
    try {
      const { image, tools } = await ready
      const progress = (bytes: number) => send({ id, type: 'progress', bytes })
      const { listing, error } = await runLayerTask(image, task, tools, progress)
      send({ id, type: 'done', listing, error: error?.toPlain() ?? null })
    } catch (thrown) {
      send({ id, type: 'failed', error: toSealscopeError(thrown).toPlain() })
    }
  }
  let last: Promise<void> = Promise.resolve()
  return (order) => {
    last = last.then(() => work(order))
  }
}
