import { constants, createGunzip } from 'node:zlib'
import type { Decoder } from '../../formats/codec/decompress'

/** Unpacked bytes that zlib hands over at a time; the buffer stays in the processor's cache. */
const PIECE = 128 * 1024

/**
 * zlib's gzip decoder; what it unpacks is valid only while the sink runs. In a layer's thread it works in
 * place: 1.24 GB take 1.8 s of processor time, and 5 s through node's streams, which change threads and
 * take new memory for each piece.
 */
export function createNodeGunzip(sink: (chunk: Uint8Array) => void): Decoder {
  const zlib = createGunzip({ chunkSize: PIECE })
  return hasHandle(zlib) ? new DirectGunzip(zlib, sink) : streamGunzip(zlib, sink)
}

type Gunzip = ReturnType<typeof createGunzip>

/**
 * The binding below node's zlib streams (node lib/zlib.js, processChunkSync), the only way to unpack a
 * stream in place. Where a release of node has it no more, its streams do the work.
 */
interface Handle {
  writeSync(flush: number, input: Uint8Array, inputAt: number, inputSize: number, output: Uint8Array, outputAt: number, outputSize: number): void // prettier-ignore
  onerror: (message: string, errno: number, code: string) => void
}

interface WithHandle {
  _handle: Handle
  /** Room left in the output and bytes left of the input. */
  _writeState: Uint32Array
}

export function hasHandle(zlib: object): zlib is Gunzip & WithHandle {
  const { _handle: handle, _writeState: state } = zlib as Partial<WithHandle>
  return typeof handle?.writeSync === 'function' && state instanceof Uint32Array
}

class DirectGunzip implements Decoder {
  /** No Buffer: `slice` of one would not copy. */
  private readonly output = new Uint8Array(PIECE)
  private failure: Error | null = null
  private ended = false

  constructor(
    private readonly zlib: Gunzip & WithHandle,
    private readonly sink: (chunk: Uint8Array) => void,
  ) {
    zlib._handle.onerror = (message, errno, code) => {
      this.failure = Object.assign(new Error(message), { errno, code })
    }
  }

  async push(chunk: Uint8Array): Promise<void> {
    if (!this.ended) this.write(chunk, constants.Z_NO_FLUSH)
  }

  async finish(): Promise<void> {
    if (!this.ended) this.write(new Uint8Array(0), constants.Z_FINISH)
  }

  async cancel(): Promise<void> {
    this.zlib.destroy()
  }

  private write(chunk: Uint8Array, flush: number): void {
    const { _handle: handle, _writeState: state } = this.zlib
    let [room, left] = [0, chunk.length]
    while (room === 0) {
      handle.writeSync(flush, chunk, chunk.length - left, left, this.output, 0, PIECE)
      if (this.failure !== null) throw this.failure
      ;[room = PIECE, left = 0] = state
      if (room < PIECE) this.sink(this.output.subarray(0, PIECE - room))
    }
    // Neither room nor bytes are lacking: what follows is no gzip member, and is passed over.
    this.ended = left > 0
  }
}

/** The same through node's streams. */
export function streamGunzip(gunzip: Gunzip, sink: (chunk: Uint8Array) => void): Decoder {
  let failure: Error | null = null
  let ended = false
  let settle: () => void = () => undefined
  let fail: (reason: Error) => void = () => undefined
  const stop = (reason: Error) => {
    failure ??= reason
    fail(failure)
  }
  gunzip.on('error', stop)
  // With bytes behind the last member node ends the stream and answers no write any more.
  gunzip.on('end', () => {
    ended = true
    settle()
  })
  gunzip.on('data', (chunk: Uint8Array) => {
    try {
      if (failure === null) sink(chunk)
    } catch (thrown) {
      stop(thrown as Error)
    }
  })
  const step = (start: (done: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      if (failure !== null) return reject(failure)
      if (ended) return resolve()
      fail = reject
      settle = resolve
      start(() => (failure === null ? resolve() : reject(failure)))
    })
  return {
    push: (chunk) => step((done) => gunzip.write(chunk, done)),
    finish: () => step(() => gunzip.end()),
    async cancel() {
      gunzip.destroy()
    },
  }
}
