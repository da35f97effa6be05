/** Bytes with random access: a Blob in the browser, a file in Node. Offsets and sizes in bytes. */
export interface ByteSource {
  size: number
  read(offset: number, size: number): Promise<Uint8Array>
  stream(offset: number, size: number): ReadableStream<Uint8Array>
}
