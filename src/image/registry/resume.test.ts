import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { readAll } from '../../formats/oci/image'
import { bodyOf } from './failure'
import { backOff, type Patience, patiently, retryAfter } from './patience'
import { resumingBody } from './resume'

const WHOLE = new TextEncoder().encode('0123456789')
const wrong = (code: string, what: string, read: number) =>
  new SealscopeError({ kind: 'network', code, what: `${what} after ${read}` })

/** Patience that only notes its waits. */
function patienceOf(retries: number, waits: number[] = []): Patience {
  const wait = async (time: number) => void waits.push(time)
  return { retries, time: 1000, now: () => 0, random: () => 0, wait }
}

/** A body that gives some bytes and then breaks off, or ends. */
function body(bytes: Uint8Array, breaks: boolean): ReadableStream<Uint8Array> {
  let given = false
  return new ReadableStream({
    pull(controller) {
      if (!given) {
        given = true
        controller.enqueue(bytes)
      } else if (breaks) controller.error(new TypeError('terminated'))
      else controller.close()
    },
  })
}

function partial(offset: number, end: number, breaks = true, start = offset): Response {
  const headers = { 'Content-Range': `bytes ${start}-9/10` }
  return new Response(body(WHOLE.slice(offset, end), breaks), { status: 206, headers })
}

function read(
  first: Response,
  open: (offset: number) => Promise<Response>,
  patience = patienceOf(3),
): Promise<Uint8Array> {
  const options = { size: 10, signal: undefined, patience, body: bodyOf, wrong }
  return readAll(resumingBody(first, open, options), 100)
}

describe('a transfer that breaks off', () => {
  it('goes on where it was', async () => {
    const asked: number[] = []
    const bytes = await read(new Response(body(WHOLE.slice(0, 3), true)), async (offset) => {
      asked.push(offset)
      return partial(offset, offset + 4, offset < 7)
    })
    expect([new TextDecoder().decode(bytes), asked]).toEqual(['0123456789', [3, 7]])
  })

  it('goes on as often as it gets further, and not for ever where it does not', async () => {
    const asked: number[] = []
    const waits: number[] = []
    const step = async (offset: number) => {
      asked.push(offset)
      return partial(offset, Math.min(offset + 1, 6))
    }
    const reading = read(new Response(body(WHOLE.slice(0, 1), true)), step, patienceOf(3, waits))
    await expect(reading).rejects.toMatchObject({ code: 'registry-truncated' })
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 6, 6])
    expect(waits).toEqual([200, 200, 200, 200, 200, 200, 400, 800])
  })

  it('takes everything again from a server without ranges', async () => {
    const again = async () => new Response(body(WHOLE, false))
    const bytes = await read(new Response(body(WHOLE.slice(0, 6), true)), again)
    expect(new TextDecoder().decode(bytes)).toBe('0123456789')
  })

  it.each([
    ['another byte', async () => partial(3, 10, false, 4), 'registry-range'],
    ['nothing at all', async () => partial(3, 3, true), 'registry-truncated'],
    ['too much', async () => new Response(body(new Uint8Array(20), false)), 'registry-size'],
  ])('is an error when the server sends %s', async (_, open, code) => {
    const first = new Response(body(WHOLE.slice(0, 3), true))
    await expect(read(first, open)).rejects.toMatchObject({ code })
  })
})

describe('patience', () => {
  it.each([
    ['17', 17_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['soon', null],
    [null, null],
  ])('Retry-After: %s', (value, expected) => expect(retryAfter(value, 0)).toBe(expected))

  const answersOf = (...answers: (number | [number, string] | string)[]) => {
    let asked = 0
    const ask = async () => {
      const answer = answers[asked++] ?? 200
      if (typeof answer === 'string') {
        throw new SealscopeError({ kind: 'network', code: answer, what: answer })
      }
      const [status, after] = typeof answer === 'number' ? [answer, null] : answer
      return new Response('', { status, headers: after === null ? {} : { 'Retry-After': after } })
    }
    return { ask, asked: () => asked }
  }

  it.each([408, 429, 500, 502, 503, 504, 'registry-unreachable', 'proxy-unreachable'])(
    'asks again after %s, later each time',
    async (answer) => {
      const waits: number[] = []
      const { ask } = answersOf(answer, answer, answer)
      expect((await patiently(ask, undefined, patienceOf(3, waits))).status).toBe(200)
      expect(waits).toEqual([200, 400, 800])
    },
  )

  it.each([400, 401, 403, 404, 416, 501])('takes %s for an answer', async (status) => {
    const { ask, asked } = answersOf(status)
    expect([(await patiently(ask, undefined, patienceOf(3))).status, asked()]).toEqual([status, 1])
  })

  it.each(['registry-target', 'registry-tls', 'registry-timeout', 'registry-unknown-host'])(
    'does not ask again after %s',
    async (code) => {
      const { ask, asked } = answersOf(code, code)
      await expect(patiently(ask, undefined, patienceOf(3))).rejects.toMatchObject({ code })
      expect(asked()).toBe(1)
    },
  )

  it('has an end', async () => {
    const { ask, asked } = answersOf(500, 500, 500, 500)
    expect([(await patiently(ask, undefined, patienceOf(2))).status, asked()]).toEqual([500, 3])
    const dead = answersOf('registry-unreachable', 'registry-unreachable')
    await expect(patiently(dead.ask, undefined, patienceOf(1))).rejects.toThrow()
  })

  it('waits as long as it is told, and not an hour', async () => {
    const waits: number[] = []
    const { ask, asked } = answersOf([429, '1'], [503, 'Thu, 01 Jan 1970 00:00:02 GMT'], [429, '3600']) // prettier-ignore
    const response = await patiently(ask, undefined, patienceOf(5, waits))
    expect([response.status, waits, asked()]).toEqual([429, [1000, 2000], 3])
  })

  it('spreads its waits, and never waits long', () => {
    expect([backOff(0, { random: () => 0 }), backOff(0, { random: () => 1 })]).toEqual([200, 400])
    expect(backOff(30, { random: () => 1 })).toBe(10_000)
  })
})
