import { SealscopeError } from '../../base/error'

/** How often and how long a registry is waited for; clock and chance come in here. */
export interface Patience {
  /** Times that a request is made again that got no further. */
  retries: number
  /** Milliseconds in which an answer has to begin, a document to be there, a layer to get further. */
  time: number
  /** Milliseconds since 1970. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** Rejects when the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

export const PATIENCE: Patience = {
  retries: 3,
  time: 60_000,
  now: () => Date.now(),
  random: () => Math.random(),
  wait: sleep,
}

/** Longest wait that a registry is granted, milliseconds; beyond it the user is told. */
const LONGEST = 60_000
/** The first wait when a registry names none, and the longest of those, milliseconds. */
const FIRST_WAIT = 400
const LAST_WAIT = 10_000
/** "Later", and what a proxy says while its server starts (RFC 9110 §15.5.9, §15.6; RFC 6585 §4). */
const LATER = [408, 429, 500, 502, 503, 504]
/** Failures of a connection that may be over soon; not a name, a certificate or a target that is wrong. */
const PASSING = ['registry-unreachable', 'proxy-unreachable']

/**
 * Asks again when a registry says "later" or breaks off: after the time that it names (Retry-After,
 * RFC 9110 §10.2.3: seconds or a date), else after a longer wait each time. The last answer is the caller's.
 */
export async function patiently(
  ask: () => Promise<Response>,
  signal: AbortSignal | undefined,
  patience: Patience = PATIENCE,
): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const isLast = tries >= patience.retries
    const response = await ask().catch((thrown: unknown) => {
      if (isLast || !isPassing(thrown)) throw thrown
      return null
    })
    if (response !== null) {
      if (isLast || !LATER.includes(response.status)) return response
      const named = retryAfter(response.headers.get('retry-after'), patience.now())
      if (named !== null && named > LONGEST) return response
      await response.body?.cancel()
      await patience.wait(Math.max(named ?? 0, backOff(tries, patience)), signal)
    } else await patience.wait(backOff(tries, patience), signal)
  }
}

/** Milliseconds before the next try: doubled each time, spread so that many clients do not come at once. */
export function backOff(tries: number, { random }: Pick<Patience, 'random'>): number {
  return Math.min(LAST_WAIT, FIRST_WAIT * 2 ** tries) * (0.5 + random() / 2)
}

function isPassing(thrown: unknown): boolean {
  return thrown instanceof SealscopeError && PASSING.includes(thrown.code)
}

/** Milliseconds from now, null when nothing usable is said. */
export function retryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = text === '' ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancelled = () => {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new Error('cancelled'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cancelled)
      resolve()
    }, milliseconds)
    if (signal?.aborted === true) cancelled()
    else signal?.addEventListener('abort', cancelled, { once: true })
  })
}
