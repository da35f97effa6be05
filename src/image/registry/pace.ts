/** What a sender of bytes must keep to: so many of them, or the end, in every stretch of waiting. */
export interface Pace {
  /** Milliseconds; time in which nobody reads does not count. */
  time: number
  bytes: number
}

/** What a registry says beside a status. */
export const MESSAGE_PACE: Pace = { time: 10_000, bytes: Infinity }
/** Slowest transfer that is waited for, bytes a millisecond: 4 KiB/s, a tenth of what a modem brought. */
const SLOWEST = 4.096

/** A manifest or config: there whole in this time. */
export function documentPace(time: number): Pace {
  return { time, bytes: Infinity }
}

/** A layer: it gets further in each such time. */
export function layerPace(time: number): Pace {
  return { time, bytes: Math.ceil(SLOWEST * time) }
}

/** The same bytes; a sender that falls behind the pace is let go of, and reading fails with `late`. */
export function pacedBody(
  body: ReadableStream<Uint8Array>,
  { time, bytes }: Pace,
  late: (read: number) => Error,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let waited = 0
  let read = 0
  const inTime = async () => {
    const start = performance.now()
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), time - waited)
    })
    const part = await Promise.race([reader.read(), end]).finally(() => clearTimeout(timer))
    waited += performance.now() - start
    return part
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const part = waited < time ? await inTime() : null
    if (part === null) {
      const error = late(read)
      void reader.cancel(error).catch(() => undefined)
      throw error
    }
    if (part.done) return controller.close()
    read += part.value.length
    if (read >= bytes) [read, waited] = [0, 0]
    controller.enqueue(part.value)
  }
  return new ReadableStream(
    { pull, cancel: (reason) => reader.cancel(reason) },
    { highWaterMark: 0 },
  )
}
