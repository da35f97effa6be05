import { SealscopeError } from '../../base/error'
import { backOff, type Patience } from './patience'

/** Asks for the bytes from `offset` on, to the end. */
export type OpenRange = (offset: number) => Promise<Response>

/** Bytes that count as getting further: a part of the whole, and never more than this. */
const MOST_STEP = 1024 * 1024
const STEPS = 64

export interface ResumeOptions {
  /** Bytes that the descriptor promises. */
  size: number
  signal: AbortSignal | undefined
  patience: Patience
  /** What is read of an answer. */
  body: (response: Response) => ReadableStream<Uint8Array>
  /** The error for a transfer that cannot be saved. */
  wrong: (code: string, what: string, read: number, cause?: unknown) => SealscopeError
}

/**
 * Counts the tries that got no further. A server that gives a byte at a time, and breaks off, gets nowhere.
 */
class Progress {
  private tries = 0
  private mark = 0

  constructor(
    private readonly size: number,
    private readonly patience: Patience,
  ) {}

  /** Waits before the next try; false when there have been enough. */
  async next(read: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (read - this.mark >= Math.max(1, Math.min(MOST_STEP, this.size / STEPS))) {
      this.tries = 0
      this.mark = read
    }
    if (this.tries >= this.patience.retries) return false
    await this.patience.wait(backOff(this.tries++, this.patience), signal)
    return true
  }
}

/**
 * A body of exactly `size` bytes. A transfer that breaks off goes on where it was (RFC 9110 §14); a
 * server that sends everything again is skipped up to there. A cut transfer never looks like an end.
 */
export function resumingBody(
  first: Response,
  open: OpenRange,
  { size, signal, patience, body, wrong }: ResumeOptions,
): ReadableStream<Uint8Array> {
  let reader = body(first).getReader()
  let read = 0
  let skip = 0
  const progress = new Progress(size, patience)
  const resume = async (cause: unknown): Promise<void> => {
    if (signal?.aborted === true) throw cause
    await reader.cancel().catch(() => undefined)
    if (!(await progress.next(read, signal))) {
      throw wrong('registry-truncated', 'broke off while it was read', read, cause)
    }
    const response = await open(read)
    if (response.status === 206) {
      const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
      if (start !== String(read)) {
        await response.body?.cancel()
        throw wrong('registry-range', 'goes on at another byte than was asked for', read, cause)
      }
      skip = 0
    } else skip = read
    reader = body(response).getReader()
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const part = await reader.read().catch((cause: unknown) => ({ cause }))
        if ('cause' in part) {
          if (isFinal(part.cause)) throw part.cause
          await resume(part.cause)
          continue
        }
        if (part.done) {
          if (read === size) return controller.close()
          await resume(wrong('registry-truncated', 'ends too early', read))
          continue
        }
        const fresh = part.value.subarray(Math.min(skip, part.value.length))
        skip -= part.value.length - fresh.length
        if (fresh.length === 0) continue
        read += fresh.length
        if (read > size) {
          await reader.cancel().catch(() => undefined)
          throw wrong('registry-size', 'is longer than its descriptor says', read)
        }
        return controller.enqueue(fresh)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Of the network's own words, only that a connection broke is worth another try. */
function isFinal(cause: unknown): boolean {
  return cause instanceof SealscopeError && cause.code !== 'registry-unreachable'
}
