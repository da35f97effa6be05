/** Bytes in, bytes out; `finish` after the last chunk, `release` once, whatever happened. */
export interface Decoder {
  push(chunk: Uint8Array): void
  finish(): void
  /** Gives the decoder's memory back. */
  release(): void
}

export interface DecoderOptions {
  /** What is unpacked lies within other data: what follows its end is kept in `rest`, and no error. */
  embedded?: boolean
}
