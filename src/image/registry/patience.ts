/** Longest wait that a registry is granted, milliseconds; beyond it the user is told. */
const LONGEST = 10_000
const TRIES = 3
const LATER = [429, 503]

/**
 * Asks again when a registry says "later" and names a short time (Retry-After, RFC 9110 §10.2.3: seconds
 * or a date); any other answer is the caller's.
 */
export async function patiently(
  ask: () => Promise<Response>,
  signal: AbortSignal | undefined,
  wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void> = sleep,
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await ask()
    if (!LATER.includes(response.status) || tries === TRIES) return response
    const milliseconds = retryAfter(response.headers.get('retry-after'), Date.now())
    if (milliseconds === null || milliseconds > LONGEST) return response
    await response.body?.cancel()
    await wait(milliseconds, signal)
  }
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
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'))
      },
      { once: true },
    )
  })
}
