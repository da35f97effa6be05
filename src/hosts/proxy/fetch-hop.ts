import { type Hop, networkFailure, unreachable } from './hops'

export interface FetchHopOptions {
  /** Milliseconds within which the headers of an answer must be there. */
  answer: number
}

/** Requests by the platform's own `fetch`, redirects left alone. */
export function fetchHop({ answer }: FetchHopOptions = { answer: 60_000 }): Hop {
  return async (url, { method, headers, signal, body }) => {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), answer)
    try {
      return await fetch(url, {
        method,
        headers: { ...headers, 'Accept-Encoding': 'identity' },
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      })
    } catch (cause) {
      if (signal?.aborted === true) throw cause
      if (!late.signal.aborted) throw unreachable(url, cause)
      throw networkFailure('registry-timeout', `${url.host} did not answer within ${answer / 1000} seconds`, cause) // prettier-ignore
    } finally {
      clearTimeout(timer)
    }
  }
}
