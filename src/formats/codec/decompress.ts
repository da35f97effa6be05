import type { Codecs } from '../../base/hash/kernels'
import type { Decoder } from './decoder'
import { GzipDecoder } from './gzip'
import { ZstdDecoder } from './zstd'

export type Encoding = 'gzip' | 'zstd' | 'none'

/** Told by the first bytes, never by the media type (RFC 1952 §2.3.1, RFC 8878 §3.1). */
export function sniffEncoding(head: Uint8Array): Encoding {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  if (a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18)
    return 'zstd'
  return 'none'
}

/** A decoder of the encoding; what the sink gets is valid only while it runs. */
export function createDecoder(
  encoding: Encoding,
  codecs: Codecs,
  sink: (chunk: Uint8Array) => void,
): Decoder {
  if (encoding === 'gzip') return new GzipDecoder(codecs, sink)
  if (encoding === 'zstd') return new ZstdDecoder(codecs, sink)
  return { push: sink, finish: () => undefined, release: () => undefined }
}
