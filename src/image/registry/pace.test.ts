import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readAll } from '../../formats/oci/image'
import { parseReference } from '../../formats/oci/reference'
import { openRegistryImage } from './client'
import { pacedBody } from './pace'

// digests are made in real time, beside these
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

/** A body of `size` bytes at a time, each after so many milliseconds, without end. */
function drops(size: number, after: number, cancelled?: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, after))
        controller.enqueue(new Uint8Array(size).fill(0x20))
      },
      cancel: () => cancelled?.(),
    },
    { highWaterMark: 0 },
  )
}

/** The outcome of work that waits, with time going by. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  let settled = false
  const result = work.catch((thrown: unknown) => thrown).finally(() => (settled = true))
  while (!settled) {
    await vi.advanceTimersByTimeAsync(1000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return result
}

const late = (read: number) => new Error(`${read} bytes`)

it('lets go of a sender of single bytes', async () => {
  const cancelled = vi.fn()
  const body = pacedBody(drops(1, 1000, cancelled), { time: 10_000, bytes: 100 }, late)
  expect(await outcome(readAll(body, 1000))).toEqual(new Error('9 bytes'))
  expect(cancelled).toHaveBeenCalled()
})

it('lets go of a sender that is silent', async () => {
  const body = pacedBody(new ReadableStream(), { time: 10_000, bytes: 100 }, late)
  expect(await outcome(readAll(body, 1000))).toEqual(new Error('0 bytes'))
})

it('bears one that keeps the pace, and a reader that takes its time', async () => {
  const body = pacedBody(drops(50, 4000), { time: 10_000, bytes: 100 }, late)
  expect(await outcome(readAll(body, 1000))).toHaveLength(1050)
  const reader = pacedBody(drops(1, 10), { time: 1000, bytes: Infinity }, late).getReader()
  await vi.advanceTimersByTimeAsync(5000)
  expect(await outcome(reader.read())).toMatchObject({ done: false })
})

it.each([
  ['a manifest', 200, 'registry-timeout', 'comes too slowly'],
  ['an error', 404, 'registry-not-found', 'found status 404'],
])('reads no %s in drops', async (_, status, code, words) => {
  const answer = async () => new Response(drops(1, 1000), { status })
  const thrown = await outcome(openRegistryImage(parseReference('quay.io/a/b'), null, answer))
  expect(thrown).toMatchObject({ kind: 'network', code })
  expect(String(thrown)).toContain(words)
})

it.each([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
])('reads no blob of type %s in drops', async (mediaType) => {
  const config = { mediaType, digest: `sha256:${'a'.repeat(64)}`, size: 5_000 }
  const manifest = JSON.stringify({ schemaVersion: 2, config, layers: [] })
  const answer = async (url: string) =>
    new Response(url.includes('/blobs/') ? drops(1, 1000) : manifest, {
      headers: { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' },
    })
  const thrown = await outcome(openRegistryImage(parseReference('quay.io/a/b'), null, answer))
  expect(thrown).toMatchObject({ kind: 'network', code: 'registry-timeout' })
})
