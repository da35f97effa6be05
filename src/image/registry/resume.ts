import { SealscopeError } from '../../base/error'

/** Asks for the bytes from `offset` on, to the end. */
export type OpenRange = (offset: number) => Promise<Response>

/** Times that a broken transfer is taken up again. */
const RESUMES = 3

export interface ResumeOptions {
  /** Bytes that the descriptor promises. */
  size: number
  signal: AbortSignal | undefined
  /** What is read of an answer. */
  body: (response: Response) => ReadableStream<Uint8Array>
  /** The error for a transfer that cannot be saved. */
  wrong: (code: string, what: string, read: number, cause?: unknown) => SealscopeError
}

/**
 * A body of exactly `size` bytes. A transfer that breaks off goes on where it was (RFC 9110 §14); a
 * server that sends everything again is skipped up to there. A cut transfer never looks like an end.
 */
export function resumingBody(
  first: Response,
  open: OpenRange,
  { size, signal, body, wrong }: ResumeOptions,
): ReadableStream<Uint8Array> {
  let reader = body(first).getReader()
  let read = 0
  let skip = 0
  let resumes = 0
  const resume = async (cause: unknown): Promise<void> => {
    if (signal?.aborted === true) throw cause
    if (resumes++ === RESUMES) throw wrong('registry-truncated', 'broke off while it was read', read, cause) // prettier-ignore
    await reader.cancel().catch(() => undefined)
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
          if (part.cause instanceof SealscopeError) throw part.cause
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
