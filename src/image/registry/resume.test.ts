import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { readAll } from '../../formats/oci/image'
import { bodyOf } from './failure'
import { patiently, retryAfter } from './patience'
import { resumingBody } from './resume'

const WHOLE = new TextEncoder().encode('0123456789')
const wrong = (code: string, what: string, read: number) =>
  new SealscopeError({ kind: 'network', code, what: `${what} after ${read}` })

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

function read(first: Response, open: (offset: number) => Promise<Response>): Promise<Uint8Array> {
  return readAll(
    resumingBody(first, open, { size: 10, signal: undefined, body: bodyOf, wrong }),
    100,
  )
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

  it('waits a short time, and not a long one', async () => {
    const waits: number[] = []
    const answers = ['1', '2', '3600', null].map((after) =>
      after === null
        ? new Response('x')
        : new Response('', { status: 429, headers: { 'Retry-After': after } }),
    )
    let asked = 0
    const ask = async () => answers[asked++] ?? new Response('end')
    const wait = async (milliseconds: number) => void waits.push(milliseconds)
    const response = await patiently(ask, undefined, wait)
    expect([response.status, waits, asked]).toEqual([429, [1000, 2000], 3])
  })
})
