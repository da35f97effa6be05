/** A string whose characters are bytes (0 to 255): names and attribute values as they stand in a tar. */
export type ByteString = string

const PIECE = 8192

/** Bytes as a byte string. */
export function fromBytes(bytes: Uint8Array): ByteString {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  }
  return text
}

/** The bytes of a byte string. */
export function toBytes(text: ByteString): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}
