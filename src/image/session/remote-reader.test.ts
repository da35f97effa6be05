import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { IMAGE_ALLOWANCE, type LayerListing } from '../../formats/tar/entry'
import type { Captured } from './capture'
import { createLayerServer, type LayerPort, type LayerReply, RemoteReaders } from './remote-reader'

const LISTING: LayerListing<Captured> = {
  entries: [],
  compression: 'none',
  multiFrame: false,
  size: 0,
  uncompressedSize: 0,
  diffId: null,
  complete: true,
  stopped: false,
  whole: true,
  spent: { entries: 0, metadata: 0, contents: 0, unpacked: 0 },
  importError: null,
}
const task = (layer: number) => ({
  layer,
  verity: [],
  capture: [],
  wanted: null,
  allowance: IMAGE_ALLOWANCE,
})
const noProgress = () => undefined

/** Threads that answer when the test says so. */
function startFakes() {
  const started: { orders: number[]; reply(reply: LayerReply): void; die(why: string): void }[] = []
  const start = (): LayerPort => {
    const orders: number[] = []
    let onReply: (reply: LayerReply) => void = () => undefined
    let onEnd: (why: string) => void = () => undefined
    started.push({ orders, reply: (reply) => onReply(reply), die: (why) => onEnd(why) })
    return {
      post: ({ id, task: { layer } }) => {
        orders.push(layer)
        last = { id, layer }
      },
      listen: (reply, end) => {
        onReply = reply
        onEnd = end
      },
      close: () => undefined,
    }
  }
  let last = { id: 0, layer: 0 }
  return { started, start, lastId: () => last.id }
}

describe('RemoteReaders', () => {
  it('gives each layer to the thread with the least to do, and starts none before', async () => {
    const { started, start } = startFakes()
    const readers = new RemoteReaders(2, start)
    expect(started).toHaveLength(0)
    const all = [0, 1, 2].map((layer) => readers.run(task(layer), noProgress))
    expect(started.map(({ orders }) => orders)).toEqual([[0, 2], [1]])
    started[0]?.reply({ id: 1, type: 'done', listing: LISTING, error: null })
    await expect(all[0]).resolves.toEqual({ listing: LISTING, error: null })
    void readers.run(task(3), noProgress)
    void readers.run(task(4), noProgress)
    expect(started.map(({ orders }) => orders.length)).toEqual([3, 2])
  })

  it('ends idle threads when it rests, and starts them again when there is work', async () => {
    const { started, start } = startFakes()
    const readers = new RemoteReaders(2, start)
    const [first] = [readers.run(task(0), noProgress), readers.run(task(1), noProgress)]
    started[0]?.reply({ id: 1, type: 'done', listing: LISTING, error: null })
    await first
    readers.rest()
    void readers.run(task(2), noProgress)
    expect(started.map(({ orders }) => orders)).toEqual([[0], [1], [2]])
  })

  it('tells progress, and restores what a thread threw', async () => {
    const { started, start, lastId } = startFakes()
    const readers = new RemoteReaders(1, start)
    const told: number[] = []
    const layer = readers.run(task(7), (bytes) => told.push(bytes))
    const error = new SealscopeError({ code: 'gzip', what: 'cut', where: { layer: 7, offset: 3 } })
    started[0]?.reply({ id: lastId(), type: 'progress', bytes: 12 })
    started[0]?.reply({ id: lastId(), type: 'failed', error: error.toPlain() })
    await expect(layer).rejects.toMatchObject({ code: 'gzip', where: { layer: 7, offset: 3 } })
    await expect(layer).rejects.toBeInstanceOf(SealscopeError)
    expect(told).toEqual([12])
  })

  it('replaces a thread that has died, and says which layers went with it', async () => {
    const { started, start } = startFakes()
    const readers = new RemoteReaders(1, start)
    const lost = [0, 1].map((layer) => readers.run(task(layer), noProgress))
    started[0]?.die('out of memory')
    for (const [layer, each] of lost.entries()) {
      await expect(each).rejects.toMatchObject({ code: 'thread', where: { layer } })
      await expect(each).rejects.toThrow('out of memory')
    }
    void readers.run(task(2), noProgress)
    expect(started.map(({ orders }) => orders)).toEqual([[0, 1], [2]])
    // The end of the first one must not take the second one along.
    started[0]?.die('again')
    void readers.run(task(3), noProgress)
    expect(started).toHaveLength(2)
  })
})

describe('createLayerServer', () => {
  it('answers every order when the image does not open', async () => {
    const replies: LayerReply[] = []
    const open = () => Promise.reject(new SealscopeError({ code: 'gone', what: 'it is gone' }))
    const serve = createLayerServer(open, (reply) => replies.push(reply))
    serve({ id: 1, task: task(0) })
    serve({ id: 2, task: task(1) })
    await new Promise((resolve) => setTimeout(resolve))
    expect(replies).toMatchObject([
      { id: 1, type: 'failed', error: { code: 'gone' } },
      { id: 2, type: 'failed', error: { code: 'gone' } },
    ])
  })
})
