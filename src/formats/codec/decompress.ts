import { Gunzip } from 'fflate'
import { Decompress } from 'fzstd'
import { ZstdFrameCounter } from './zstd-frames'
import { ZstdWindow } from './zstd-window'

export type Encoding = 'gzip' | 'zstd' | 'none'

/** Bytes in, bytes out; `finish` after the last chunk. */
export interface Decoder {
  push(chunk: Uint8Array): Promise<void>
  finish(): Promise<void>
  /** Gives up without finishing. */
  cancel(): Promise<void>
}

/** A gzip decoder that hands what it unpacks to a sink, which must not keep it. */
export type CreateGunzip = (sink: (chunk: Uint8Array) => void) => Decoder

type CreateInflater = () => ReadableWritablePair<Uint8Array, Uint8Array>

/** Told by the first bytes, never by the media type (RFC 1952 §2.3.1, RFC 8878 §3.1). */
export function sniffEncoding(head: Uint8Array): Encoding {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  if (a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18)
    return 'zstd'
  return 'none'
}

/** The platform's own gzip decoder: fast, but Chromium's ends at the first member. */
export function nativeInflater(): ReadableWritablePair<Uint8Array, Uint8Array> {
  const stream = new DecompressionStream('gzip')
  return stream as unknown as ReadableWritablePair<Uint8Array, Uint8Array>
}

/** A decoder over a stream pair. */
export function streamDecoder(create: CreateInflater, sink: (chunk: Uint8Array) => void): Decoder {
  const pair = create()
  const writer = pair.writable.getWriter()
  const reader = pair.readable.getReader()
  const pump = (async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      sink(value)
    }
  })()
  // The pump's failure is reported by push or finish, whichever comes first.
  const failure = pump.then(
    () => new Promise<never>(() => undefined),
    (reason: unknown) => Promise.reject(reason),
  )
  failure.catch(() => undefined)
  return {
    async push(chunk) {
      const written = writer.write(chunk)
      written.catch(() => undefined)
      await Promise.race([writer.ready, failure])
    },
    async finish() {
      const closed = writer.close()
      closed.catch(() => undefined)
      await pump
      await closed
    },
    async cancel() {
      await Promise.allSettled([writer.abort(), reader.cancel(), pump])
    },
  }
}

/** Decoders that call themselves for each member or frame get the bytes in pieces of this size. */
const PIECE = 16 * 1024

/** fflate's decoder, which reads every member of a gzip file; `onMember` at each but the first. */
export function memberDecoder(sink: (chunk: Uint8Array) => void, onMember: () => void): Decoder {
  const gunzip = new Gunzip((chunk) => sink(chunk))
  gunzip.onmember = onMember
  return {
    async push(chunk) {
      for (const piece of pieces(chunk)) gunzip.push(piece, false)
    },
    async finish() {
      gunzip.push(new Uint8Array(0), true)
    },
    async cancel() {},
  }
}

/** True when the first member of a gzip file holds nothing and another one follows. */
export function beginsWithEmptyMember(head: Uint8Array): boolean {
  let found = false
  let bytes = 0
  const gunzip = new Gunzip((chunk) => (bytes += chunk.length))
  gunzip.onmember = () => (found ||= bytes === 0)
  try {
    gunzip.push(head.slice(), false)
  } catch {
    // The real decoder will say what is wrong.
    return false
  }
  return found
}

/**
 * fzstd's decoder: all frames, skippable ones passed over; frames that need too much memory are refused.
 */
export function zstdUnpacker(
  sink: (chunk: Uint8Array) => void,
  frames = new ZstdFrameCounter(),
): { push(chunk: Uint8Array): void; finish(): void } {
  const zstd = new Decompress((chunk) => {
    sink(chunk)
    window.take(chunk)
  })
  const window = new ZstdWindow(zstd)
  return {
    push(chunk) {
      frames.push(chunk)
      for (const piece of pieces(chunk)) zstd.push(piece, false)
    },
    finish: () => zstd.push(new Uint8Array(0), true),
  }
}

/** The same as a decoder of layers. */
export function zstdDecoder(sink: (chunk: Uint8Array) => void, frames?: ZstdFrameCounter): Decoder {
  const zstd = zstdUnpacker(sink, frames)
  return {
    async push(chunk) {
      zstd.push(chunk)
    },
    async finish() {
      zstd.finish()
    },
    async cancel() {},
  }
}

function* pieces(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += PIECE) yield chunk.slice(at, at + PIECE)
}

export function plainDecoder(sink: (chunk: Uint8Array) => void): Decoder {
  return {
    async push(chunk) {
      sink(chunk)
    },
    async finish() {},
    async cancel() {},
  }
}
